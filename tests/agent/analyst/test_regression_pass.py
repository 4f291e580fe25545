"""The pass `regressions` over a real history file: minutes of counters in, a shift with its plan, waits, statistics and changes out."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.facts import statement, table
from cases.nodes import plans, scan
from tunewright_agent.analyst.reading import AT_ONCE
from tunewright_agent.analyst.regression_pass import RegressionPass
from tunewright_agent.history.store import History
from tunewright_agent.latest import Latest
from tunewright_agent.sources.source import Collected, Unavailable
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, PlanId, StatementId
from tunewright_analyzers.facts.open_shifts import OpenShift, OpenShifts
from tunewright_analyzers.facts.plans import NodeKind, Plans
from tunewright_analyzers.facts.regressions import Regressions, SessionsOf, Usual
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, SessionLoad
from tunewright_analyzers.facts.snapshot import Period, Section
from tunewright_analyzers.facts.statements import Coverage, Statements

CLUSTER, INSTANCE = ClusterId("shop"), InstanceId("primary")
BEGIN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SLOW, OTHER = "50fde20626009aba", "b" * 16
MINUTES, SLOW_FROM = 150, 90


def _at(minute: float) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def _counted(minute: int) -> Statements:
    """Cumulative counters after so many minutes: 60 calls a minute each; the first takes 5 ms, and 40 ms from SLOW_FROM on."""
    seconds = 0.3 * min(minute, SLOW_FROM) + 2.4 * max(0, minute - SLOW_FROM)
    rows = (
        statement(SLOW, calls=60 * minute, rows=60 * minute, exec_seconds=seconds),
        statement(OTHER, calls=60 * minute, rows=60 * minute, exec_seconds=0.12 * minute),
        statement("c" * 16, calls=60 * minute, exec_seconds=50.0 * minute, own=True),
    )
    return Statements(Period(BEGIN - timedelta(days=1), _at(minute)), rows, Coverage(3, 5000, 0, BEGIN))


def _sampled(minute: int) -> ActiveSessions:
    wait = "Lock" if minute > SLOW_FROM else "CPU"
    load = SessionLoad("shop", "app", StatementId(SLOW), wait, "tuple" if wait == "Lock" else "CPU", 6)
    return ActiveSessions(Period(_at(minute - 1), _at(minute)), 60, 1.0, (load,))


def _plan(kind: NodeKind, shape: str, label: str, index: str | None = None) -> Plans:
    section = plans(scan(kind, label=label, index=index))
    row = section.rows[0]
    return Plans(
        (replace(row, statement_id=StatementId(SLOW), database="shop", plan=replace(row.plan, shape=PlanId(shape))),)
    )


def _happened(minute: int) -> tuple[Section, ...]:
    if minute == 1:
        return (_plan(NodeKind.INDEX_SCAN, "a" * 16, "Index Scan", "orders_customer"),)
    if minute == SLOW_FROM + 20:
        dropped = Event(_at(SLOW_FROM), "ddl", "index public.orders_customer in shop", "dropped")
        elsewhere = Event(_at(SLOW_FROM), "ddl", "index public.x in other", "dropped")
        flipped = Event(_at(minute), "plan_changed", f"statement {SLOW} in shop", f"{'a' * 16} -> {'d' * 16} (twin)")
        return (_plan(NodeKind.SEQUENTIAL_SCAN, "d" * 16, "Seq Scan"), Events((dropped, elsewhere, flipped)))
    return ()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with History(tmp_path_factory.mktemp("history") / "history.db") as opened:
        for minute in range(MINUTES + 1):
            sections = (_counted(minute), *((_sampled(minute),) if minute else ()), *_happened(minute))
            opened.record(CLUSTER, INSTANCE, "server", sections, _at(minute))
        yield opened


def _latest() -> Latest:
    latest = Latest(CLUSTER, INSTANCE)
    stale = table("orders", modified_since_analyze=40_000)
    latest.take("relations", Collected((Tables(Period(BEGIN, _at(MINUTES)), (stale,)),)), _at(MINUTES))
    return latest


def _found(collected: Collected) -> Regressions:
    section = collected.sections[0]
    assert isinstance(section, Regressions)
    return section


def test_a_shift_is_told_with_what_moved_with_it(history: History) -> None:
    collected = RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(MINUTES + 1))
    section = _found(collected)
    (shift,) = section.shifts
    assert section.statements == 2  # not our own
    assert (shift.statement_id, shift.database, shift.usual) == (SLOW, "shop", Usual.LAST_HOURS)
    assert abs((shift.since - _at(SLOW_FROM)).total_seconds()) <= 600
    assert shift.usual_seconds == pytest.approx(0.005, rel=0.05)
    assert shift.recent_seconds == pytest.approx(0.04, rel=0.05)
    assert shift.share == pytest.approx(2.4 / 2.52, rel=0.05)
    assert shift.text == "SELECT * FROM orders WHERE id = $1"
    assert shift.flip is not None
    assert (shift.flip.was, shift.flip.now) == ("a" * 16, "d" * 16)
    assert "orders_customer" in shift.flip.before
    assert "Seq Scan" in shift.flip.after
    assert [(one.wait_type, one.before, one.since) for one in shift.waits] == [("Lock", 0.0, 1.0)]
    assert [(one.table, one.modified_ratio) for one in shift.statistics] == [("public.orders", 0.4)]
    assert [one.subject for one in shift.changes if one.kind == "ddl"] == ["index public.orders_customer in shop"]


def test_a_shift_is_marked_once(history: History) -> None:
    one = RegressionPass(history, CLUSTER, INSTANCE)
    marks = [one.collect(_latest(), _at(MINUTES + minutes)).sections[-1] for minutes in (1, 6)]
    assert [[(event.kind, event.subject) for event in mark.rows] for mark in marks if isinstance(mark, Events)] == [
        [("slower_statement", f"statement {SLOW} in shop")],
        [],
    ]


def _open(collected: Collected) -> tuple[OpenShift, ...]:
    section = collected.sections[1]
    assert isinstance(section, OpenShifts)
    return section.rows


def test_a_restart_in_the_middle_of_a_shift_neither_tells_it_again_nor_forgets_it(tmp_path: Path) -> None:
    """Five hours after it began the hours before are as slow: whoever begins to look now cannot know that they were not."""
    late = SLOW_FROM + 300
    with History(tmp_path / "history.db") as history:
        for minute in range(0, late + 1, 5):
            history.record(CLUSTER, INSTANCE, "server", (_counted(minute),), _at(minute))
            if minute == SLOW_FROM + 45:
                first = RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(minute))
                history.record(CLUSTER, INSTANCE, "server", first.sections, _at(minute))
        (before,) = (one for one in _open(first) if one.line is not None)
        assert before.marked
        after = RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(late))
        (shift,) = _found(after).shifts
        assert (shift.since, shift.limit) == (before.held.since, before.held.limit)
        (now,) = (one for one in _open(after) if one.line is not None)
        assert (now.held.opened, now.marked) == (before.held.opened, True)
        assert not [event for event in after.sections[-1].rows if event.kind == "slower_statement"]  # type: ignore[attr-defined]
        with history.database.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM latest WHERE section = 'open_shifts'")
        assert _found(RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(late))).shifts == ()


def test_what_another_agent_judged_later_counts_more_than_what_we_did(history: History) -> None:
    one = RegressionPass(history, CLUSTER, INSTANCE)
    (mine,) = (row for row in _open(one.collect(_latest(), _at(MINUTES - 5))) if row.line is not None)
    theirs = replace(mine.held, score=mine.held.score + 50)
    for minute, score in ((MINUTES - 10, mine.held.score), (MINUTES - 2, theirs.score)):
        kept = OpenShifts(_at(minute), (replace(mine, held=theirs),))
        history.record(CLUSTER, INSTANCE, "server", (kept,), _at(minute))
        (row,) = (row for row in _open(one.collect(_latest(), _at(MINUTES - 4))) if row.line is not None)
        assert row.held.score == score
    with history.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM latest WHERE section = 'open_shifts'")


def test_before_it_nothing_is_told(history: History) -> None:
    section = _found(RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(SLOW_FROM + 1)))
    assert (section.statements, section.shifts, section.load) == (2, (), None)


def test_what_is_old_is_read_a_few_seconds_at_a_time_and_only_once(history: History) -> None:
    seconds = [0.0]

    def clock() -> float:
        seconds[0] += 3.0  # each look at the clock is 3 s later: one batch a pass
        return seconds[0]

    one = RegressionPass(history, CLUSTER, INSTANCE, clock=clock)
    passes = 2 * MINUTES // AT_ONCE - 1  # the statements' first, then the sessions'
    for _ in range(passes):
        with pytest.raises(Unavailable, match="still being read"):
            one.collect(_latest(), _at(MINUTES + 1))
    section = _found(one.collect(_latest(), _at(MINUTES + 1)))
    assert [shift.statement_id for shift in section.shifts] == [SLOW]
    again = _found(one.collect(_latest(), _at(MINUTES + 1)))
    assert again.shifts[0].calls == section.shifts[0].calls


def test_a_point_that_is_damaged_costs_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with History(tmp_path / "history.db") as history:
        for minute in range(MINUTES + 1):
            history.record(CLUSTER, INSTANCE, "server", (_counted(minute),), _at(minute))
        with history.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE deltas SET payload = x'00' WHERE id % 10 = 0")
        section = _found(RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(MINUTES + 1)))
        assert [shift.statement_id for shift in section.shifts] == [SLOW]


def test_a_history_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    history = History(tmp_path / "history.db")
    with history:
        history.record(CLUSTER, INSTANCE, "server", (_counted(0),), _at(0))
    with pytest.raises(Unavailable, match="history"):
        RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(1))


def _stormed(minute: int) -> ActiveSessions:
    """From SLOW_FROM on three sessions of one statement wait, of four samples in five, for no more than seconds each."""
    working = SessionLoad("shop", "app", StatementId(OTHER), "CPU", "CPU", 12)
    if minute <= SLOW_FROM:
        return ActiveSessions(Period(_at(minute - 1), _at(minute)), 60, 1.0, (working,))
    waiting = SessionLoad("shop", "app", StatementId(SLOW), "Lock", "relation", 144)
    behind = BlockedTime(
        StatementId(SLOW), 7, "idle in transaction", StatementId("d" * 16), "batch", "shop", 144, 4.0, 1
    )
    return ActiveSessions(Period(_at(minute - 1), _at(minute)), 60, 1.0, (waiting, working), (behind,))


def test_sessions_that_wait_for_a_table_are_a_shift_of_their_own(tmp_path: Path) -> None:
    """What waits for a table's lock is not counted by the statements: these stay as fast as they were."""
    with History(tmp_path / "history.db") as history:
        for minute in range(1, MINUTES + 1):
            history.record(CLUSTER, INSTANCE, "server", (_stormed(minute),), _at(minute))
        collected = RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(MINUTES + 1))
        history.record(CLUSTER, INSTANCE, "server", collected.sections, _at(MINUTES + 1))
        again = RegressionPass(history, CLUSTER, INSTANCE).collect(_latest(), _at(MINUTES + 6))
    section = _found(collected)
    assert section.shifts == ()
    shift = next(one for one in section.sessions if one.kind is SessionsOf.LOCKS)
    assert abs((shift.since - _at(SLOW_FROM)).total_seconds()) <= 300
    assert shift.usual is Usual.LAST_HOURS
    assert shift.lasting_sessions == pytest.approx(2.4)
    assert [(one.statement_id, one.sessions) for one in shift.statements] == [(SLOW, pytest.approx(2.4))]
    assert [(one.user, one.statement_id, one.longest_seconds) for one in shift.heads] == [("batch", "d" * 16, 4.0)]
    assert shift.chained_ratio == 0.0
    marks = [one.sections[-1].rows for one in (collected, again)]  # type: ignore[attr-defined]
    assert [[(event.kind, event.subject) for event in rows] for rows in marks] == [
        [("more_sessions", "sessions that wait for locks")],
        [],
    ]
    assert next(one for one in _found(again).sessions if one.kind is SessionsOf.LOCKS).since == shift.since
