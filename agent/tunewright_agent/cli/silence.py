"""`tunewright silence add|list|expire`: what nobody wants to be told for a while. The running daemon obeys within seconds."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_agent.cli.notify import ConfigOption
from tunewright_agent.cli.observe import targets
from tunewright_agent.clock import now
from tunewright_agent.config.units import seconds
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.outbox import Outbox, outbox_store
from tunewright_agent.history.place import store_of
from tunewright_agent.history.silences import Silences
from tunewright_agent.reports.visible import visible
from tunewright_alerts.routing import Silence

silence = typer.Typer(help="Silences: what nobody wants to be told for a while.", no_args_is_help=True)
app.add_typer(silence, name="silence")


def _opened(config: Path, mode: Mode) -> Outbox:
    outbox = Outbox(outbox_store(store_of(targets(None, config).history)), mode)
    try:
        outbox.open()
    except HistoryError as error:
        fail(str(error), Exit.USAGE, "the daemon makes this file when it runs with a channel")
    return outbox


@silence.command()
def add(
    config: ConfigOption,
    reason: Annotated[str, typer.Option(help="Why; others read it.")],
    lasts: Annotated[str, typer.Option("--for", help="How long, as 2h or 3d.")] = "2h",
    cluster: Annotated[list[str] | None, typer.Option(help="A cluster's name, with * and ?; repeat for more.")] = None,
    check: Annotated[list[str] | None, typer.Option(help="A check, as locks/*; repeat for more.")] = None,
    subject: Annotated[list[str] | None, typer.Option(help="What it is about, as 'table public.orders*'.")] = None,
    by: Annotated[str, typer.Option(help="Who you are.", envvar="USER")] = "somebody",
) -> None:
    """Tell nobody of what matches. What was told before and is gone is still told as resolved.

    For example: tunewright silence add --config FILE --cluster shop --for 1h --reason "release 42"
    """
    if not (cluster or check or subject):
        fail("a silence needs --cluster, --check or --subject", Exit.USAGE, "--cluster '*' silences everything")
    try:
        span = timedelta(seconds=seconds(lasts))
    except ValueError as error:
        fail(f"--for: {error}", Exit.USAGE)
    at = now()
    wanted = Silence("", at, at + span, by, reason, tuple(cluster or ()), tuple(check or ()), tuple(subject or ()))
    outbox = _opened(config, Mode.WRITE)
    try:
        made = Silences(outbox.database).add(wanted)
    except HistoryError as error:
        fail(str(error), Exit.USAGE)
    finally:
        outbox.close()
    out.print(f"{made.id} until {made.ends:%Y-%m-%d %H:%M} UTC", markup=False)


@silence.command(name="list")
def list_silences(
    config: ConfigOption,
    every: Annotated[bool, typer.Option("--all", help="Those of the last week that ended, too.")] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """List the silences in force."""
    outbox = _opened(config, Mode.READ)
    try:
        found = [one for one in Silences(outbox.database).all() if every or one.ends > now()]
    except HistoryError as error:
        fail(str(error), Exit.USAGE)
    finally:
        outbox.close()
    if form is Format.JSON:
        out.print_json(json.dumps([_shape(one) for one in found]))
        return
    table = Table("id", "until (UTC)", "clusters", "checks", "subjects", "by", "reason", box=None, pad_edge=False)
    for one in found:
        matched = (", ".join(part) or "all" for part in (one.clusters, one.checks, one.subjects))
        cells = (one.id, f"{one.ends:%Y-%m-%d %H:%M}", *matched, one.by, one.reason)
        table.add_row(*(escape(visible(cell)) for cell in cells))
    out.print(table)


def _shape(one: Silence) -> dict[str, object]:
    return {
        "id": one.id,
        "starts": one.starts.isoformat(),
        "ends": one.ends.isoformat(),
        "clusters": one.clusters,
        "checks": one.checks,
        "subjects": one.subjects,
        "by": one.by,
        "reason": one.reason,
    }


@silence.command()
def expire(identity: Annotated[str, typer.Argument(help="Its id.", metavar="ID")], config: ConfigOption) -> None:
    """End a silence now."""
    outbox = _opened(config, Mode.WRITE)
    try:
        ended = Silences(outbox.database).expire(identity, now())
    except HistoryError as error:
        fail(str(error), Exit.USAGE)
    finally:
        outbox.close()
    if ended is None:
        fail(f"no silence in force has the id '{identity}'", Exit.USAGE, "`tunewright silence list` names them")
    out.print(f"{ended.id} ended", markup=False)
