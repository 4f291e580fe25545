"""Who waits at what and behind whom, of points of sampled sessions; and which of such shifts weigh."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases.case import NOW
from cases.regressions.shifts import locks
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.regressions import ChainHead, SessionsOf, Waiting, WaitShare
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, SessionLoad
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions.waiting import described

ONE, TWO, HEAD = (StatementId(one * 16) for one in "abc")
BARE = replace(locks(), statements=(), heads=(), waits=(), chained_ratio=0.0)


def _load(statement: StatementId | None, wait: str, samples: int) -> SessionLoad:
    return SessionLoad("shop", "app", statement, wait, wait, samples)


def _blocked(statement: StatementId, samples: int, longest: float, state: str = "active") -> BlockedTime:
    return BlockedTime(statement, 7, state, HEAD, "batch", "shop", samples, longest, 1)


def _point(*rows: SessionLoad, blocked: tuple[BlockedTime, ...] = ()) -> ActiveSessions:
    return ActiveSessions(Period(NOW - timedelta(minutes=1), NOW), 60, 1.0, rows, blocked)


BEFORE = (_point(_load(ONE, "CPU", 30)),)
SINCE = (
    _point(_load(ONE, "Lock", 60), _load(TWO, "Lock", 30), _load(TWO, "CPU", 30), blocked=(_blocked(ONE, 60, 3.0),)),
    _point(_load(ONE, "Lock", 120), blocked=(_blocked(ONE, 90, 70.0, "idle in transaction"), _blocked(TWO, 18, 2.0))),
)


def test_the_statements_that_wait_and_the_head_of_their_chains() -> None:
    found = described(BARE, BEFORE, SINCE)
    assert found.statements == (Waiting(ONE, "shop", 1.5), Waiting(TWO, "shop", 0.25))
    assert found.heads == (ChainHead("batch", "shop", HEAD, "idle in transaction", 1.4, 70.0),)
    assert found.waits == (WaitShare("Lock", 0.0, 0.875), WaitShare("CPU", 1.0, 0.125))


def test_what_waited_for_a_minute_stood_in_a_chain() -> None:
    assert described(BARE, BEFORE, SINCE).chained_ratio == pytest.approx(90 / 210)
    assert described(BARE, BEFORE, SINCE[:1]).chained_ratio == 0.0


def test_of_active_sessions_all_statements_count_and_no_chain() -> None:
    found = described(replace(BARE, kind=SessionsOf.ACTIVE), BEFORE, SINCE)
    assert found.statements == (Waiting(ONE, "shop", 1.5), Waiting(TWO, "shop", 0.5))
    assert (found.heads, found.chained_ratio) == ((), 0.0)


def test_nothing_sampled_tells_nothing() -> None:
    assert described(BARE, BEFORE, ()) == BARE
