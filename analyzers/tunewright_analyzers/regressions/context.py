"""What moved with a shift: its plan, its waits, its tables' statistics, and what happened around that time. Pure; called by the agent's pass."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import PlanNode, PlanOrigin, StatementPlan
from tunewright_analyzers.facts.regressions import PlanFlip, Shift, StatisticsState, WaitShare
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Period

BEFORE, AFTER = timedelta(hours=2), timedelta(minutes=30)
"""What happened so long before the begin of a shift, or so shortly after it (the begin is an estimate), may be its cause."""
SEEN_LATE = timedelta(hours=2)
"""Plans are read less often than counters: a flip may be seen so long after it."""
WARMING = timedelta(minutes=15)
"""After a restart or a failover caches are cold: what is slow then is no regression."""
KINDS = frozenset({"setting_changed", "role_changed", "ddl", "statistics_renewed"})
TABLES, WAITS, NODES = 3, 3, 3
LEAST_SAMPLES = 5
"""Sampled sessions of the statement, without which its waits are not told."""
_DETAIL = re.compile(r"^(\S+) -> (\S+) \((\w+)\)$")
"""What the plan pass writes of a changed plan."""


def unsafe(events: Sequence[Event], started_at: datetime | None) -> tuple[Period, ...]:
    """Times that say nothing of statements: around a change of role, and after the server's start."""
    times = [event.at for event in events if event.kind == "role_changed"]
    times += [started_at] if started_at is not None else []
    return tuple(Period(at - timedelta(minutes=5), at + WARMING) for at in sorted(times))


def around(events: Sequence[Event], shift: Shift) -> tuple[Event, ...]:
    """Those that may bear on a shift: settings, roles, and DDL of its database."""
    here = f" in {shift.database}"
    return tuple(one for one in near(events, shift.since) if one.kind != "ddl" or one.subject.endswith(here))


def near(events: Sequence[Event], since: datetime) -> tuple[Event, ...]:
    """Changes that may have caused what began then."""
    return tuple(one for one in events if one.kind in KINDS and since - BEFORE <= one.at <= since + AFTER)


def flip(events: Sequence[Event], shift: Shift, plans: Sequence[StatementPlan]) -> PlanFlip | None:
    """The change of the statement's plan that lies nearest to the begin of its shift; a plan that really ran before the twin's."""
    subject = f"statement {shift.statement_id} in {shift.database}"
    found: list[PlanFlip] = []
    for event in events:
        said = _DETAIL.match(event.detail)
        near = shift.since - BEFORE <= event.at <= shift.since + SEEN_LATE
        if event.kind == "plan_changed" and event.subject == subject and near and said is not None:
            was, now, origin = PlanId(said[1]), PlanId(said[2]), PlanOrigin(said[3])
            found.append(PlanFlip(was, now, origin, event.at, *_differing(was, now, plans)))
    return min(found, key=lambda one: (one.origin is not PlanOrigin.AUTO_EXPLAIN, _apart(one.seen_at, shift.since)), default=None)  # fmt: skip


def _apart(seen_at: datetime, since: datetime) -> timedelta:
    """A change back, when all is over, is not the one that began it; what is seen late is nearer than what came before."""
    return seen_at - since if seen_at >= since else 2 * (since - seen_at)


def _differing(was: PlanId, now: PlanId, plans: Sequence[StatementPlan]) -> tuple[str, str]:
    """What only one of both plans does, in the engine's words: `Index Scan using a on b`."""
    old, new = (
        {one for plan in plans if plan.plan.shape == shape for one in _steps(plan.plan.root)} for shape in (was, now)
    )
    return tuple(", ".join(sorted(one - other)[:NODES]) for one, other in ((old, new), (new, old)))  # type: ignore[return-value]


def _steps(root: PlanNode) -> Iterator[str]:
    for node in root.walk():
        using = f" using {node.index}" if node.index else ""
        on = f" on {node.relation.name}" if node.relation else ""
        yield f"{node.label}{using}{on}"


def waits(identity: StatementId, before: ActiveSessions | None, since: ActiveSessions | None) -> tuple[WaitShare, ...]:
    """What the statement's sampled sessions waited for, heaviest first; none where too few were seen."""
    then, now = _waits(identity, before), _waits(identity, since)
    total, total_then = sum(now.values()), sum(then.values())
    if total < LEAST_SAMPLES:
        return ()
    found = [
        WaitShare(kind, then.get(kind, 0) / total_then if total_then else 0.0, count / total)
        for kind, count in now.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.since, one.wait_type))[:WAITS])


def _waits(identity: StatementId, load: ActiveSessions | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in load.rows if load is not None else ():
        if row.statement_id == identity:
            found[row.wait_type] = found.get(row.wait_type, 0) + row.samples
    return found


def statistics(shift: Shift, tables: Tables | None, plans: Sequence[StatementPlan]) -> tuple[StatisticsState, ...]:
    """Of the largest tables that the statement reads: by its plans, else by the names that stand in its text."""
    named = {node.relation for plan in plans for node in plan.plan.root.walk() if node.relation is not None}
    words = frozenset(re.findall(r"\w+", shift.text or ""))
    mine = [
        row
        for row in (tables.rows if tables is not None else ())
        if row.name.database == shift.database and (row.name in named or (not named and row.name.name in words))
    ]
    largest = sorted(mine, key=lambda row: (-row.size_bytes, str(row.name)))[:TABLES]
    return tuple(StatisticsState(str(row.name), _analysed(row), _modified(row)) for row in largest)


def _analysed(table: Table) -> datetime | None:
    return max((at for at in (table.last_analyze, table.last_autoanalyze) if at is not None), default=None)


def _modified(table: Table) -> float:
    return round(table.modified_since_analyze / max(table.live_rows, 1), 4)


def renewed(states: Sequence[StatisticsState]) -> tuple[Event, ...]:
    """Statistics that were made, as events."""
    return tuple(
        Event(state.analysed_at, "statistics_renewed", f"statistics of {state.table}")
        for state in states
        if state.analysed_at
    )
