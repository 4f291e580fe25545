"""`tunewright notify test|list`: whether a channel works, and what the outbox holds."""

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_agent.cli.observe import targets
from tunewright_agent.clock import now
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.outbox import Outbox, outbox_store
from tunewright_agent.history.place import store_of
from tunewright_agent.notify.channels import notifier_of
from tunewright_alerts.delivery import DeliveryError
from tunewright_alerts.message import Event, Message, digest

notify = typer.Typer(help="Notifications: try a channel, look at the outbox.", no_args_is_help=True)
app.add_typer(notify, name="notify")
ConfigOption = Annotated[
    Path, typer.Option(help="The configuration file (`tunewright example-config` prints one).", dir_okay=False)
]


@notify.command()
def test(channel: Annotated[str, typer.Argument(help="Name of a channel.")], config: ConfigOption) -> None:
    """Send a test message to a channel, at once and past the outbox; a pager's incident is opened and resolved."""
    settings = targets(None, config).notifications
    known = {one.name: one for one in settings.channels}
    if channel not in known:
        fail(f"there is no channel '{channel}'", Exit.USAGE, f"known are: {', '.join(known) or 'none'}")
    key = digest("test", secrets.token_hex(16))
    try:
        notifier_of(known[channel]).send(Message(key, key, Event.TEST, now(), (), (), settings.page_url))
    except DeliveryError as error:
        fail(f"{channel}: {error.reason}", Exit.UNREACHABLE)
    except SecretError as error:
        fail(f"{channel}: {error}", Exit.USAGE)
    out.print(f"{channel} took a test message", markup=False)


@notify.command(name="list")
def list_messages(
    config: ConfigOption, form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE
) -> None:
    """Count the messages of each channel by state: waiting, sending, sent, given_up (of the last week)."""
    settings = targets(None, config)
    outbox = Outbox(outbox_store(store_of(settings.history)), Mode.READ)
    try:
        outbox.open()
        counts = outbox.counts()
    except HistoryError as error:
        fail(str(error), Exit.USAGE)
    finally:
        outbox.close()
    if form is Format.JSON:
        rows = [{"channel": channel, "state": state, "messages": number} for (channel, state), number in sorted(counts.items())]  # fmt: skip
        out.print_json(json.dumps(rows))
        return
    table = Table("channel", "state", "messages", box=None, pad_edge=False)
    for (channel, state), number in sorted(counts.items()):
        table.add_row(channel, state, str(number))
    out.print(table)
