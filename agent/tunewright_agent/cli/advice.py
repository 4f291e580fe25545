"""Commands over what the daemon remembers: `findings`, and `recommendations` list, show, dismiss, reopen.

They read the history file, no database, also while a daemon writes it; only dismiss and reopen write, one event each. None of them
makes a file, or moves one: that is the daemon's.
"""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, err, fail, out
from tunewright_agent.clock import now
from tunewright_agent.config.load import ConfigurationError, load
from tunewright_agent.config.settings import AgentSettings, LogSettings, Settings
from tunewright_agent.config.units import seconds
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import DamagedError, HistoryError, Mode
from tunewright_agent.history.effects import effects_of
from tunewright_agent.history.judgements import Judged, newest
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import Entry, LedgerEvent, Life, NoSuchRecommendation, NotPossible
from tunewright_agent.history.place import database_at, store_of
from tunewright_agent.log import configure
from tunewright_agent.reports.changes import effect_lines, headline
from tunewright_agent.reports.console import print_findings, print_recommendations
from tunewright_agent.reports.quantities import seconds_text
from tunewright_agent.reports.shapes import effect_shape, judgement_shape, recommendation_shape
from tunewright_agent.reports.visible import visible
from tunewright_agent.state import Judgement
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.finding import Severity

MISSED = 3
"""Judgements that a daemon may be late with before we say that it may have stopped."""

recommendations = typer.Typer(
    no_args_is_help=True,
    help="What the daemon advises, and what became of it: list, show, dismiss, reopen.\n\n"
    "An id may be shortened to a beginning that no other has. A recommendation is [bold]open[/] until it is [bold]applied[/] (seen in the "
    "catalogue, never claimed) and then [bold]verified[/] or [bold]hurt[/] (measured) or [bold]reverted[/] (taken back); or it is "
    "[bold]withdrawn[/] (no longer advised) or [bold]dismissed[/] (by a person, with a reason).\n\n"
    "For example: tunewright recommendations list --config tunewright.toml",
)
app.add_typer(recommendations, name="recommendations")

CONFIG = Annotated[
    Path | None, typer.Option(help="The daemon's configuration file: it names the history file.", dir_okay=False)
]
HISTORY = Annotated[
    Path | None, typer.Option(help="The history file itself (history.path), instead of --config.", dir_okay=False)
]
FORMAT = Annotated[Format, typer.Option("--format", help="How to print.")]
ID = Annotated[str, typer.Argument(help="The recommendation's id, or a beginning that no other has.", metavar="ID")]


class Shown(StrEnum):
    """Which recommendations are listed."""

    OPEN = "open"
    APPLIED = "applied"
    VERIFIED = "verified"
    HURT = "hurt"
    REVERTED = "reverted"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    ALL = "all"


def settings_of(config: Path) -> Settings:
    """The settings of the file. Leaves with a message where they are wrong."""
    try:
        return load(config)
    except ConfigurationError as error:
        *first, last = str(error).splitlines()
        for line in first:
            err.print(f"error: {line}", markup=False)
        fail(last, Exit.USAGE)


class Remembered:
    """An open ledger, and which clusters the user asked about (None: all)."""

    def __init__(self, ledger: Ledger, settings: Settings | None) -> None:
        self.ledger = ledger
        # the names of what AWS runs are found by the daemon: they stand in the history only
        self.clusters = (
            None
            if settings is None or settings.aws.targets
            else frozenset(ClusterId(one.name) for one in settings.clusters)
        )
        self.judge_seconds = (settings.agent if settings is not None else AgentSettings()).judge_every

    def judged(self) -> tuple[Judged, ...]:
        """The newest judgements. Leaves with a message where nothing was judged yet."""
        found = newest(self.ledger.database, self.clusters)
        if not found:
            whose = "" if self.clusters is None else f" of {', '.join(sorted(self.clusters)) or 'any cluster'}"
            fail(
                f"{self.ledger.database.place}: nothing{whose} has been judged yet",
                Exit.INCOMPLETE,
                "the daemon judges some seconds after its start; `tunewright once --url …` looks now",
            )
        return found


@contextmanager
def remembered(config: Path | None, history: Path | None, mode: Mode = Mode.READ) -> Iterator[Remembered]:
    """The ledger in the file that the options name. Every fault of it leaves with one line."""
    if (config is None) == (history is None):
        fail("one of --config and --history is wanted", Exit.USAGE, "try: tunewright findings --config tunewright.toml")
    settings = settings_of(config) if config is not None else None
    configure(LogSettings(level="warning", format="console"))  # on stderr: standard output may be JSON
    database = database_at(store_of(settings.history) if settings is not None else (history or Path()).absolute(), mode)
    try:
        database.open()
        yield Remembered(Ledger(database), settings)
    except DamagedError as error:
        mend = "nothing was moved or changed: the daemon sets it aside and begins a fresh one when it starts"
        fail(str(error), Exit.USAGE, mend)
    except HistoryError as error:
        fail(str(error), Exit.USAGE)
    except SnapshotError as error:
        mend = "it was written by another release or is damaged: the daemon's next judgement takes its place"
        fail(f"{database.place}: the newest judgement cannot be read ({error})", Exit.USAGE, mend)
    except NoSuchRecommendation as error:
        fail(visible(error), Exit.USAGE, "`tunewright recommendations list --state all` shows every id")
    except NotPossible as error:
        fail(visible(error), Exit.USAGE)
    finally:
        database.close()


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _tell_ages(found: tuple[Judged, ...], at: datetime, late_seconds: float) -> None:
    """One line on stderr for each instance whose judgement is older than a running daemon would leave it."""
    for one in found:
        age = (at - one.judgement.judged_at).total_seconds()
        if age > late_seconds:
            place = visible(f"{one.cluster}, {one.instance}")
            text = f"note: {place}: judged {seconds_text(age)} ago ({_when(one.judgement.judged_at)}): the daemon may have stopped"
            err.print(f"{text}; `tunewright run --config FILE` starts it", markup=False)


def _chosen(judgement: Judgement, severity: Severity | None, check: str | None) -> Judgement:
    """What is at least so severe, of that check or group; advice goes with its finding; what was not judged stays, whatever its severity."""

    def wanted(name: str) -> bool:
        return check is None or check in (name, name.partition("/")[0])

    least = severity.rank if severity is not None else 0
    findings = tuple(one for one in judgement.findings if wanted(one.check) and one.severity.rank >= least)
    kept = {one.id for one in findings}
    return replace(
        judgement,
        findings=findings,
        recommendations=tuple(one for one in judgement.recommendations if one.finding in kept),
        not_judged=tuple(one for one in judgement.not_judged if wanted(one.check)),
    )


@app.command()
def findings(
    config: CONFIG = None,
    history: HISTORY = None,
    form: FORMAT = Format.TABLE,
    severity: Annotated[Severity | None, typer.Option(help="Only what is at least this severe.")] = None,
    check: Annotated[
        str | None, typer.Option(help="Only of this check (indexes/unused) or group (indexes).", metavar="GROUP[/NAME]")
    ] = None,
) -> None:
    """Print what the daemon found last, with its evidence, from its history file; no database is asked.

    For example: tunewright findings --config tunewright.toml --severity high
    """
    if check is not None and not any(check in (one.id, one.group) for one in discover()):
        fail(f"no check or group is called '{visible(check)}'", Exit.USAGE, "`tunewright checks` lists them all")
    at = now()
    with remembered(config, history) as known:
        found = known.judged()
        newest = known.ledger.latest(at, known.clusters)
        late_seconds = MISSED * known.judge_seconds
    assert newest is not None  # something was judged
    judgement = _chosen(newest, severity, check)
    if form is Format.JSON:
        out.print_json(json.dumps(judgement_shape(judgement)))
    else:
        age = max(0.0, (at - judgement.judged_at).total_seconds())
        out.print(f"Judged {seconds_text(round(age))} ago ({_when(judgement.judged_at)}).", soft_wrap=True)
        print_findings(out, judgement)
        total = len(judgement.recommendations)
        if total:
            out.print(f"{total} recommended for these: `tunewright recommendations list` shows them.", soft_wrap=True)
    _tell_ages(found, at, late_seconds)


def _life_shape(one: LedgerEvent) -> dict[str, Any]:
    until = None if one.until is None else one.until.isoformat()
    return {"state": one.state, "at": one.at.isoformat(), "by": one.by, "reason": one.reason, "until": until}


def _entry_shape(one: Entry, at: datetime) -> dict[str, Any]:
    """The recommendation as everywhere else, with its cluster, its state and its life."""
    return {
        **recommendation_shape(one.recommendation),
        "cluster": one.cluster,
        "state": one.state(at),
        "first_seen": one.first_seen.isoformat(),
        "last_seen": one.last_seen.isoformat(),
        "life": [_life_shape(event) for event in one.events],
    }


_COLOURS = {
    Life.OPEN: "yellow",
    Life.APPLIED: "green",
    Life.VERIFIED: "bold green",
    Life.HURT: "bold red",
    Life.REVERTED: "cyan",
    Life.DISMISSED: "dim",
    Life.WITHDRAWN: "dim",
}


def _print_list(entries: tuple[Entry, ...], at: datetime) -> None:
    """On a terminal a table; elsewhere one line each, never cut."""
    table = Table("id", "state", "cluster", "check", "what to do", "first seen", box=None, pad_edge=False)
    for one in entries:
        advice, state = one.recommendation, one.state(at)
        cells = [visible(one.cluster), visible(advice.check), visible(f"{advice.action}: {advice.subject}")]
        if out.is_terminal:
            coloured = f"[{_COLOURS[state]}]{state}[/]"
            table.add_row(escape(visible(advice.id)), coloured, *map(escape, cells), _when(one.first_seen))
        else:
            line = "  ".join((visible(advice.id), state, *cells, _when(one.first_seen)))
            out.print(line, markup=False, soft_wrap=True)
    if table.row_count:
        out.print(table)


@recommendations.command("list")
def list_(
    config: CONFIG = None,
    history: HISTORY = None,
    form: FORMAT = Format.TABLE,
    state: Annotated[Shown, typer.Option(help="Which ones.")] = Shown.OPEN,
) -> None:
    """List recommendations, those that are open unless --state says otherwise."""
    at = now()
    with remembered(config, history) as known:
        found = known.judged()
        entries = tuple(
            one
            for one in known.ledger.entries()
            if (known.clusters is None or one.cluster in known.clusters)
            and state.value in (Shown.ALL.value, one.state(at).value)
        )
        late_seconds = MISSED * known.judge_seconds
    if form is Format.JSON:
        out.print_json(json.dumps({"recommendations": [_entry_shape(one, at) for one in entries]}))
    elif entries:
        _print_list(entries, at)
    else:
        out.print("No recommendation." if state is Shown.ALL else f"No recommendation is {state}.", soft_wrap=True)
    _tell_ages(found, at, late_seconds)


def _event_line(one: LedgerEvent) -> str:
    until = f" (until {_when(one.until)})" if one.until is not None else ""
    return visible(f"{_when(one.at)}  {one.state:<9}  {one.by}: {one.reason}{until}")


@recommendations.command()
def show(identity: ID, config: CONFIG = None, history: HISTORY = None, form: FORMAT = Format.TABLE) -> None:
    """Show one recommendation in full: its SQL, what to expect, the evidence, the risk, the rollback, and its life so far."""
    at = now()
    with remembered(config, history) as known:
        entry = known.ledger.find(identity)
        rows = effects_of(known.ledger.database, entry.cluster, at).rows
    effects = [one for one in rows if one.recommendation == entry.recommendation.id]
    if form is Format.JSON:
        out.print_json(json.dumps({**_entry_shape(entry, at), "effects": [effect_shape(one) for one in effects]}))
        return
    out.print(visible(f"{entry.recommendation.id}  {entry.state(at)}  cluster {entry.cluster}"), markup=False)
    print_recommendations(out, Judgement(entry.last_seen, (), (entry.recommendation,), ()))
    out.print("   life", soft_wrap=True)
    for event in entry.events:
        out.print(f"     {_event_line(event)}", markup=False, soft_wrap=True)
    for one in effects:
        out.print("   measured", soft_wrap=True)
        out.print(f"     {headline(one)}", markup=False, soft_wrap=True)
        for line in effect_lines(one):
            out.print(f"     {visible(line)}", markup=False, soft_wrap=True)


def _until(until: str | None, for_: str | None, at: datetime) -> datetime | None:
    """When a dismissal ends. Leaves with a message where neither can be read."""
    if until is not None and for_ is not None:
        fail("only one of --until and --for may be given", Exit.USAGE)
    try:
        if until is not None:
            return datetime.combine(date.fromisoformat(until), time(), UTC)
        return None if for_ is None else at + timedelta(seconds=seconds(for_))
    except OverflowError:
        fail(f"--for {visible(for_)}: too long to count", Exit.USAGE, "leave it out to dismiss for good")
    except ValueError as error:
        if until is not None:
            fail(f"--until {visible(until)}: is not a day", Exit.USAGE, "write it as 2027-01-31")
        fail(f"--for {visible(error)}", Exit.USAGE)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "somebody without a login name"


@recommendations.command()
def dismiss(
    identity: ID,
    reason: Annotated[str, typer.Option(help="Why, for those who come after you. Wanted.")] = "",
    until: Annotated[
        str | None, typer.Option(help="The day (UTC) on which it comes back, as 2027-01-31.", metavar="DAY")
    ] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="Or how long it stays away, as 30d or 12h.", metavar="TIME")
    ] = None,
    config: CONFIG = None,
    history: HISTORY = None,
) -> None:
    """Leave a recommendation out of everything published, for good or for a time; a finding with no other advice goes with it.

    For example: tunewright recommendations dismiss 5a1b --reason "the table goes in March" --until 2027-03-31 --config tunewright.toml
    """
    at = now()
    if not reason.strip():
        fail("a reason is wanted", Exit.USAGE, 'write --reason "…": those who come after you will ask')
    end = _until(until, for_, at)
    with remembered(config, history, Mode.WRITE) as known:
        entry = known.ledger.dismiss(identity, _who(), reason, at, end)
    back = f"comes back on {_when(end)}" if end is not None else "stays away until it is reopened"
    out.print(f"{visible(entry.recommendation.id)} is dismissed and {back}.", markup=False, soft_wrap=True)


@recommendations.command()
def reopen(identity: ID, config: CONFIG = None, history: HISTORY = None) -> None:
    """Take a dismissal back: the recommendation is published again from the daemon's next judgement on."""
    with remembered(config, history, Mode.WRITE) as known:
        entry = known.ledger.reopen(identity, _who(), now())
    out.print(f"{visible(entry.recommendation.id)} is open again.", markup=False, soft_wrap=True)
