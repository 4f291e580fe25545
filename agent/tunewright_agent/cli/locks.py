"""`tunewright locks --config FILE --since 6h`: who blocked whom, from the daemon's history, hour by hour and by cause; and the deadlocks."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from tunewright_agent.cli.app import Exit, Format, app, fail, out
from tunewright_agent.cli.notify import ConfigOption
from tunewright_agent.cli.observe import targets
from tunewright_agent.clock import now
from tunewright_agent.config.units import seconds
from tunewright_agent.history.database import HistoryError, Mode
from tunewright_agent.history.place import store_of
from tunewright_agent.history.store import History
from tunewright_agent.reports.visible import visible
from tunewright_agent.wiring import INSTANCE
from tunewright_analyzers.facts.ids import ClusterId, StatementId
from tunewright_analyzers.facts.log_events import Deadlock, LogEvents
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime

_LONGEST_TEXT = 100


@dataclass(slots=True)
class _Blocking:
    """One cause: what the head of the chain ran (or last ran), and what waited behind it."""

    root: BlockedTime
    blocked_seconds: float = 0.0
    longest_seconds: float = 0.0
    depth: int = 0
    first: datetime | None = None
    last: datetime | None = None


_Key = tuple[str | None, str | None, StatementId | None, str | None, StatementId | None]


def _causes(sections: Iterable[ActiveSessions]) -> list[_Blocking]:
    found: dict[_Key, _Blocking] = {}
    for section in sections:
        for row in section.blocked:
            key = (row.database, row.root_user, row.root_statement_id, row.root_state, row.blocked_statement_id)
            one = found.setdefault(key, _Blocking(row))
            one.blocked_seconds += row.samples * section.interval_seconds
            one.longest_seconds = max(one.longest_seconds, row.longest_seconds)
            one.depth = max(one.depth, row.depth)
            one.first = one.first or section.period.start
            one.last = section.period.end
    return sorted(found.values(), key=lambda one: -one.blocked_seconds)


def _hours(sections: Iterable[ActiveSessions]) -> dict[str, float]:
    hours: dict[str, float] = defaultdict(float)
    for section in sections:
        blocked = sum(row.samples for row in section.blocked) * section.interval_seconds
        if blocked:
            hours[f"{section.period.start:%Y-%m-%d %H:00}"] += blocked
    return dict(hours)


def _text(history: History, identity: StatementId | None) -> str:
    text = None if identity is None else history.text(identity)
    return visible(text or identity or "unknown")


def _shape(history: History, one: _Blocking) -> dict[str, Any]:
    root = one.root
    return {
        "database": root.database,
        "blocker_user": root.root_user,
        "blocker_state": root.root_state,
        "blocker_statement": _text(history, root.root_statement_id),
        "blocked_statement": _text(history, root.blocked_statement_id),
        "blocked_seconds": round(one.blocked_seconds, 1),
        "longest_wait_seconds": round(one.longest_seconds, 1),
        "depth": one.depth,
        "first": None if one.first is None else one.first.isoformat(timespec="seconds"),
        "last": None if one.last is None else one.last.isoformat(timespec="seconds"),
    }


def _deadlock(one: Deadlock) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(timespec="seconds"),
        "database": one.database,
        "statements": [visible(waiter.statement) for waiter in one.waiters],
    }


def _print(cluster: str, shape: dict[str, Any]) -> None:
    out.print(f"[bold]{cluster}[/]")
    if not shape["blocking"]:
        out.print("Nobody was seen blocked in that time.")
    else:
        table = Table("blocked for", "longest", "who blocked", "what it ran", "what waited", "last")
        for row in shape["blocking"]:
            who = f"{row['blocker_user'] or 'unknown'} ({row['blocker_state'] or 'gone'})"
            cut = [row[name][:_LONGEST_TEXT] for name in ("blocker_statement", "blocked_statement")]
            table.add_row(f"{row['blocked_seconds']:g} s", f"{row['longest_wait_seconds']:g} s", who, *cut, row["last"])
        out.print(table)
        for hour, blocked in shape["by_hour"].items():
            out.print(f"  {hour} UTC: {blocked:g} s blocked", markup=False)
    for one in shape["deadlocks"]:
        out.print(f"deadlock at {one['at']}: {' | '.join(one['statements'])}", markup=False)


@app.command()
def locks(
    config: ConfigOption,
    since: Annotated[str, typer.Option(help="How far back, as 6h or 2d.")] = "6h",
    cluster: Annotated[str | None, typer.Option(help="One cluster; all without it.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
) -> None:
    """Who blocked whom in the last hours, by the daemon's samples, with the statement at the root; and the deadlocks of the log.

    For example: tunewright locks --config FILE --since 6h
    """
    try:
        back = timedelta(seconds=seconds(since))
    except ValueError as error:
        fail(f"--since: {error}", Exit.USAGE)
    settings, end = targets(None, config, cluster), now()
    told: dict[str, dict[str, Any]] = {}
    try:
        with History(store_of(settings.history), mode=Mode.READ) as history:
            for one in settings.clusters:
                if cluster not in {None, one.name}:
                    continue
                name = ClusterId(one.name)
                sections = history.points(name, INSTANCE, ActiveSessions, end - back, end)
                log = history.newest(name, INSTANCE, LogEvents)
                told[one.name] = {
                    "blocking": [_shape(history, cause) for cause in _causes(sections)],
                    "by_hour": _hours(sections),
                    "deadlocks": [_deadlock(row) for row in (log.deadlocks if log else ()) if row.at >= end - back],
                }
    except HistoryError as error:
        fail(str(error), Exit.USAGE)
    if form is Format.JSON:
        out.print_json(json.dumps(told))
        return
    for title, shape in told.items():
        _print(title, shape)
