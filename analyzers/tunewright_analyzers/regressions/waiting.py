"""Who waits, at which statements, and behind whom, while more sessions are there than usual. In come points of sampled sessions before and
since a shift, out goes the shift with what they say. Pure; called by the agent's pass.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.regressions import ChainHead, SessionShift, SessionsOf, Waiting, WaitShare
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, SessionLoad
from tunewright_analyzers.regressions.sessions import LOCK

SHOWN = 5
STANDING_SECONDS = 60.0
"""A wait that is so old was seen by locks/blocking_chain, however rarely that looks."""


def described(shift: SessionShift, before: Sequence[ActiveSessions], since: Sequence[ActiveSessions]) -> SessionShift:
    """The shift with its statements, waits, and heads of chains; as it is where nothing was sampled since."""
    samples = sum(point.samples for point in since)
    if samples == 0:
        return shift
    found = replace(shift, waits=_waits(before, since))
    if shift.kind is SessionsOf.ACTIVE:
        return replace(found, statements=_statements(_rows(since), samples))
    waiting = [row for row in _rows(since) if row.wait_type == LOCK]
    blocked = [row for point in since for row in point.blocked]
    standing = sum(row.samples for row in blocked if row.longest_seconds >= STANDING_SECONDS)
    chained = standing / max(1, sum(row.samples for row in waiting))
    return replace(
        found, statements=_statements(waiting, samples), heads=_heads(blocked, samples), chained_ratio=min(1.0, chained)
    )


def _rows(points: Iterable[ActiveSessions]) -> list[SessionLoad]:
    return [row for point in points for row in point.rows]


def _statements(rows: Iterable[SessionLoad], samples: int) -> tuple[Waiting, ...]:
    """Heaviest first."""
    seen: Counter[tuple[StatementId | None, str | None]] = Counter()
    for row in rows:
        seen[row.statement_id, row.database] += row.samples
    ordered = sorted(seen.items(), key=lambda one: (-one[1], str(one[0])))[:SHOWN]
    return tuple(Waiting(statement, database, count / samples) for (statement, database), count in ordered)


def _waits(before: Iterable[ActiveSessions], since: Iterable[ActiveSessions]) -> tuple[WaitShare, ...]:
    """What all active sessions waited for, as shares, heaviest first."""
    then, now = (Counter[str](), Counter[str]())
    for counted, points in ((then, before), (now, since)):
        for row in _rows(points):
            counted[row.wait_type] += row.samples
    shares = [WaitShare(kind, then[kind] / max(1, then.total()), count / now.total()) for kind, count in now.items()]
    return tuple(sorted(shares, key=lambda one: (-one.since, one.wait_type))[:SHOWN])


def _heads(blocked: Iterable[BlockedTime], samples: int) -> tuple[ChainHead, ...]:
    """By owner, database and statement; the state is the one in which most waited behind it."""
    behind: dict[tuple[str | None, str | None, StatementId | None], list[BlockedTime]] = defaultdict(list)
    for row in blocked:
        behind[row.root_user, row.database, row.root_statement_id].append(row)
    found = [_head(rows, samples) for rows in behind.values()]
    return tuple(sorted(found, key=lambda one: (-one.sessions, str(one.user), str(one.statement_id)))[:SHOWN])


def _head(rows: Sequence[BlockedTime], samples: int) -> ChainHead:
    states: Counter[str] = Counter()
    for row in rows:
        states[row.root_state or ""] += row.samples
    state = states.most_common(1)[0][0] or None
    one, longest = rows[0], max(row.longest_seconds for row in rows)
    count = sum(row.samples for row in rows)
    return ChainHead(one.root_user, one.database, one.root_statement_id, state, count / samples, longest)
