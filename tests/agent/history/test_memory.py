"""A history that cannot be used never stops a watch: it is told once, and again when it works; reading and judging go on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

import states
from cases import facts
from cases.case import DAY, NOW
from tunewright_agent.history.backlog import Pass
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.store import History
from tunewright_agent.memory import Fault, Remembered, window_at
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.snapshot import Period, Snapshot, Window
from tunewright_analyzers.facts.statements import Statements

SHOP, DB1 = ClusterId("shop"), InstanceId("db1:5432")


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Loggers of modules are not cached: what is logged here can be captured."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """An open history."""
    with History(tmp_path / "history.db") as opened:
        yield opened


@pytest.fixture
def memory(history: History) -> Remembered:
    """The memory of one instance."""
    return Remembered(history, SHOP, DB1, Fault())


def reading(minute: int, calls: int) -> Statements:
    """One statement."""
    section = facts.statements(facts.statement("a", calls=calls))
    return replace(section, period=Period(DAY.start, at(minute)))


def at(minute: float) -> datetime:
    """So many minutes after NOW."""
    return NOW + timedelta(minutes=minute)


def snapshot(minute: int, calls: int) -> Snapshot:
    """What was read last."""
    return states.snapshot(reading(minute, calls))


def judgement() -> Judgement:
    """One finding with its advice."""
    whole = states.shop().instances[0].judgement
    assert whole is not None
    advice = whole.recommendations[-1]
    return replace(
        whole,
        findings=tuple(one for one in whole.findings if one.id == advice.finding),
        recommendations=(advice,),
        not_judged=(),
    )


WINDOW = Window(SHOP, DAY.start, DAY.end, states.snapshot())


def spoil(history: History) -> None:
    """From now on nothing can be written or read: the tables are gone."""
    with closing(sqlite3.connect(history.database.path)) as raw:
        for table in ("deltas", "latest", "judgements", "plans", "events"):
            raw.execute(f"ALTER TABLE {table} RENAME TO {table}_")
        raw.commit()


def mend(history: History) -> None:
    """As it was."""
    with closing(sqlite3.connect(history.database.path)) as raw:
        for table in ("deltas", "latest", "judgements", "plans", "events"):
            raw.execute(f"ALTER TABLE {table}_ RENAME TO {table}")
        raw.commit()


def test_what_is_recorded_makes_the_window(memory: Remembered) -> None:
    for minute in range(3):
        memory.record("one", (reading(minute, 1000 + minute),), at(minute))
    window = window_at(snapshot(2, 1002), memory, 120, at(2))
    assert window.need(Statements).rows[0].calls == 2
    assert (window.start, window.end) == (at(0), at(2))
    alone = window_at(snapshot(2, 1002), None, 120, at(2))
    assert alone.need(Statements).rows[0].calls == 1002
    assert memory.fault.text is None


def test_what_was_dismissed_is_left_out(memory: Remembered, history: History) -> None:
    given = judgement()
    assert memory.judged(given, WINDOW) == given
    Ledger(history.database).dismiss(given.recommendations[0].id, "alice", "no", given.judged_at)
    later = replace(given, judged_at=given.judged_at + timedelta(minutes=5))
    assert memory.judged(later, WINDOW) == replace(later, findings=(), recommendations=())


def test_the_shapes_of_plans(memory: Remembered) -> None:
    plans = states.plans()
    memory.record("one", (plans,), at(0))
    assert memory.shapes() == {(row.database, row.statement_id, row.origin): row.plan.shape for row in plans.rows}


def test_a_history_that_fails_costs_nothing_but_itself(memory: Remembered, history: History) -> None:
    memory.record("one", (reading(0, 10),), at(0))
    spoil(history)
    memory.record("one", (reading(1, 20),), at(1))
    assert memory.fault.text is not None
    assert str(history.database.path) in memory.fault.text
    assert memory.window(snapshot(1, 20), at(0), at(1)).need(Statements).rows[0].calls == 20, "the server's own"
    assert memory.judged(judgement(), WINDOW) == judgement(), "published all the same"
    assert memory.shapes() == {}
    mend(history)
    memory.record("one", (reading(2, 35),), at(2))
    assert memory.fault.text is None
    assert memory.window(snapshot(2, 35), at(0), at(2)).need(Statements).rows[0].calls == 25, "nothing was lost"


def test_a_fault_is_told_once_and_its_end_once_and_a_reading_does_not_end_it(
    memory: Remembered, history: History
) -> None:
    """A full disk can still be read: only a write shows that it is over."""
    memory.record("one", (reading(0, 10),), at(0))
    with closing(sqlite3.connect(history.database.path)) as raw:
        raw.execute("ALTER TABLE latest RENAME TO latest_")
        raw.commit()
    with capture_logs() as logs:
        for minute in range(1, 4):
            memory.record("one", (reading(minute, 10),), at(minute))
            memory.window(snapshot(minute, 10), at(0), at(minute))
            memory.shapes()
        assert memory.fault.text is not None
        with closing(sqlite3.connect(history.database.path)) as raw:
            raw.execute("ALTER TABLE latest_ RENAME TO latest")
            raw.commit()
        for minute in range(4, 6):
            memory.record("one", (Events((Event(at(minute), "restarted", "db1"),)),), at(minute))
    assert [one["event"] for one in logs] == ["history_failed", "history_works_again"]
    assert memory.fault.text is None


def test_instances_share_one_account_of_the_file(history: History) -> None:
    fault = Fault()
    one, two = (Remembered(history, SHOP, InstanceId(name), fault) for name in ("db1", "db2"))
    spoil(history)
    with capture_logs() as logs:
        one.record("s", (reading(0, 1),), at(0))
        two.record("s", (reading(0, 1),), at(0))
    assert [line["event"] for line in logs] == ["history_failed"]


def test_a_damaged_file_is_replaced_while_the_watch_goes_on(memory: Remembered, history: History) -> None:
    memory.record("one", (reading(0, 10),), at(0))
    with closing(sqlite3.connect(history.database.path)) as other:
        other.execute("DELETE FROM events")
        other.execute("INSERT INTO meta VALUES ('x', 'y')")  # so that nobody trusts the pages in his cache
        other.commit()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = history.database.path.stat().st_size
        with open(history.database.path, "r+b") as file:  # noqa: PTH123  # in place: the open connection must see it
            file.seek(100)
            file.write(b"\xff" * (size - 100))
    for minute in range(1, 8):
        memory.record("one", (reading(minute, 10 + minute),), at(minute))
    assert memory.fault.text is None, "it works again"
    assert list(history.database.path.parent.glob("history.db.damaged-*"))
    calls = memory.window(snapshot(7, 17), at(2), at(7)).need(Statements).rows[0].calls
    assert 4 <= calls <= 7


# --- what waits to be written


def load(minute: float, samples: int) -> ActiveSessions:
    """The load of a minute that is still sampled."""
    return facts.load(samples=samples, period=Period(at(minute), at(minute + samples / 60)))


def test_what_could_not_be_written_is_written_later_in_its_order(memory: Remembered, history: History) -> None:
    memory.record("one", (reading(0, 10),), at(0))
    assert memory.unwritten() is None
    spoil(history)
    for minute in range(1, 4):
        memory.record(
            "one", (reading(minute, 10 + minute), Events((Event(at(minute), "restarted", "db1"),))), at(minute)
        )
    told = memory.unwritten()
    assert told is not None
    assert str(history.database.path) in told
    assert memory.fault.backlog.passes == 3
    mend(history)
    memory.record("one", (reading(4, 20),), at(4))
    assert (memory.unwritten(), memory.fault.backlog.passes, memory.fault.text) == (None, 0, None)
    assert [one.at for one in history.events(SHOP, at(0), at(9))] == [at(1), at(2), at(3)]
    points = history.series(SHOP, DB1, reading(0, 0).rows[0].id, at(0), at(9))
    assert [(period.end, calls) for period, calls, _ in points] == [
        (at(1), 11 - 10),
        (at(2), 1),
        (at(3), 1),
        (at(4), 7),
    ]


def test_of_a_running_minute_and_of_a_state_only_the_newest_waits(memory: Remembered, history: History) -> None:
    spoil(history)
    for samples in range(1, 40):
        memory.record("one", (load(0, samples), facts.settings()), at(samples / 60))
    assert memory.fault.backlog.passes == 1
    memory.record("one", (load(1, 1), facts.settings()), at(1))
    assert memory.fault.backlog.passes == 2, "another minute"
    mend(history)
    memory.record("one", (load(1, 2),), at(1 + 2 / 60))
    found = history.points(SHOP, DB1, ActiveSessions, at(0), at(9))
    assert [one.samples for one in found] == [39, 2]


def test_where_there_is_no_room_the_oldest_go_and_are_counted(memory: Remembered, history: History) -> None:
    memory.record("one", (reading(0, 0),), at(0))
    spoil(history)
    memory.fault.backlog.most_bytes = 3 * Pass.of("one", (reading(1, 1),), at(1)).size_bytes
    for minute in range(1, 11):
        memory.record("one", (reading(minute, minute),), at(minute))
    assert 1 <= memory.fault.backlog.passes <= 3
    assert memory.fault.backlog.dropped == 10 - memory.fault.backlog.passes
    mend(history)
    memory.record("one", (reading(11, 11),), at(11))
    merged = history.merged(SHOP, DB1, at(0), at(12))["statements"]
    assert isinstance(merged, Statements)
    assert [row.calls for row in merged.rows] == [11], "counters lose nothing"


def test_what_the_store_would_never_take_holds_up_nothing(memory: Remembered, history: History) -> None:
    with closing(sqlite3.connect(history.database.path)) as raw:
        raw.execute(
            "CREATE TRIGGER no BEFORE INSERT ON events WHEN NEW.subject = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    spoil(history)
    memory.record("one", (Events((Event(at(0), "restarted", "bad"),)),), at(0))
    memory.record("one", (Events((Event(at(1), "restarted", "db1"),)),), at(1))
    mend(history)
    memory.record("one", (Events((Event(at(2), "restarted", "db1"),)),), at(2))
    assert memory.fault.backlog.passes == 0
    assert [one.at for one in history.events(SHOP, at(0), at(9))] == [at(1), at(2)]
