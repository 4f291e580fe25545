"""`tunewright report`: the weekly report, from the history alone."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from tunewright_agent.cli.advice import CONFIG, settings_of
from tunewright_agent.cli.app import Exit, app, err, fail, progress
from tunewright_agent.clock import now
from tunewright_agent.config.units import seconds
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import HistoryError
from tunewright_agent.reporting.forms import FORMS, Form, made
from tunewright_agent.reporting.gather import Place, place_of, weeks_of
from tunewright_agent.reporting.pdf import PdfError
from tunewright_agent.reports.visible import visible
from tunewright_agent.week import Week
from tunewright_analyzers.facts.snapshot import Period

HOUR = timedelta(hours=1)


def _form(out: Path | None) -> Form:
    ending = out.suffix.lstrip(".").lower() if out is not None else "md"
    form = next((one for one in FORMS if one == ending), None)
    if form is None:
        fail(f"{out}: its ending says no form of a report", Exit.USAGE, "give one of .html, .md, .json, .pdf")
    return form


def _period(since: str, until: str | None, at: datetime) -> Period:
    """Whole hours, up to the last one that has ended."""
    try:
        end = datetime.fromisoformat(until) if until is not None else at
        length = timedelta(seconds=seconds(since))
    except (ValueError, OverflowError) as error:
        fail(f"--since or --until: {visible(error)}", Exit.USAGE, "write --since 7d --until 2027-01-31T00:00+00:00")
    if end.tzinfo is None:
        fail("--until needs a zone", Exit.USAGE, "write --until 2027-01-31T00:00+00:00")
    if not timedelta(hours=6) <= length <= timedelta(days=180):
        fail("--since: between 6h and 180d is wanted", Exit.USAGE)
    end = end.astimezone(at.tzinfo).replace(minute=0, second=0, microsecond=0)
    return Period(end - length, end)


def _read(places: list[Place], period: Period) -> list[Week]:
    weeks: list[Week] = []
    with progress("reading", None) as task:
        for place in places:
            try:
                weeks += weeks_of(place, period, lambda name: task.at(0, 1, f"reading {visible(name)}"))
            except HistoryError as error:
                fail(str(error), Exit.USAGE)
            except SnapshotError as error:
                fail(
                    f"{place.store}: the newest judgement cannot be read ({error})",
                    Exit.USAGE,
                    "the daemon's next one takes its place",
                )
    return weeks


@app.command()
def report(
    since: Annotated[
        str, typer.Option(help="How long a time it is about, as 7d; it is compared with as long a time before.")
    ] = "7d",
    until: Annotated[
        str | None,
        typer.Option(help="The time's end, as 2027-01-31T00:00+00:00; default: the last whole hour.", metavar="TIME"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write: .html, .md, .json or .pdf. Default: Markdown on standard output.", dir_okay=False
        ),
    ] = None,
    config: CONFIG = None,
    history: Annotated[
        list[Path] | None,
        typer.Option(help="A history file instead of --config; repeat it for a fleet of daemons.", dir_okay=False),
    ] = None,
) -> None:
    """Write the weekly report: health, load, statements, what changed and what it brought, what to do. No database is asked.

    For example: tunewright report --since 7d --out report.html --config tunewright.toml
    """
    if (config is None) == (not history):
        fail(
            "one of --config and --history is wanted",
            Exit.USAGE,
            "try: tunewright report --config tunewright.toml --out report.html",
        )
    form, at = _form(out), now()
    period = _period(since, until, at)
    if config is not None:
        settings = settings_of(config)
        places = [place_of(settings)]
    else:
        places = [Place(one.absolute()) for one in history or []]
    weeks = _read(places, period)
    if not weeks:
        fail(
            "the history holds no reading of any cluster yet",
            Exit.INCOMPLETE,
            "the daemon fills it: `tunewright run --config FILE`",
        )
    try:
        content = made(form, weeks, period, at)
    except PdfError as error:
        fail(str(error), Exit.USAGE)
    if out is None:
        sys.stdout.write(content.decode())
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out}: cannot be written: {error.strerror}", Exit.USAGE)
    err.print(f"{out}: {len(content):,} bytes, {len(weeks)} server{'' if len(weeks) == 1 else 's'}", markup=False)
