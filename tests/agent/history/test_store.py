"""What is recorded comes back: over windows, roll-ups, failovers, resets and bounds; each event and each plan shape once."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

import states
from cases import facts
from cases.case import NOW
from tunewright_agent.history import schema
from tunewright_agent.history.place import Store
from tunewright_agent.history.points import FIVE_MINUTES, HOUR, MINUTE, Retention
from tunewright_agent.history.store import WEEK, History
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.open_shifts import Held, OpenShift, OpenShifts
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.sessions import ActiveSessions, SessionLoad
from tunewright_analyzers.facts.snapshot import Period, Section, Snapshot
from tunewright_analyzers.facts.statements import Coverage, Statement, Statements

pytestmark = pytest.mark.slow  # some seconds together

SHOP, DB1 = ClusterId("shop"), InstanceId("db1:5432")
STARTED = NOW - timedelta(days=60)
RETENTION = Retention(3600, 86400, 10 * 86400)


@pytest.fixture
def history(store: Store) -> Iterator[History]:
    """A fresh history that keeps minutes for an hour, five minutes for a day, hours for ten days."""
    with History(store, RETENTION) as opened:
        yield opened


@pytest.fixture
def file_history(tmp_path: Path) -> Iterator[History]:
    """As `history`, in a file: what only a file does."""
    with History(tmp_path / "folder" / "history.db", RETENTION) as opened:
        yield opened


def at(minute: float) -> datetime:
    """So many minutes after NOW."""
    return NOW + timedelta(minutes=minute)


def reading(minute: float, **calls: int) -> Statements:
    """Calls counted by then, by statement; each call takes 1/1024 s."""
    rows = tuple(facts.statement(name, calls=count, exec_seconds=count / 1024) for name, count in calls.items())
    return Statements(Period(STARTED, at(minute)), rows, Coverage(len(rows), 5000, 0, STARTED))


def record(history: History, *sections: Section, minute: float, server: str = "one") -> tuple[Section, ...]:
    """One pass."""
    return history.record(SHOP, DB1, server, sections, at(minute))


def calls(history: History, start: float = -(10**6), end: float = 10**6) -> dict[str, int]:
    """Calls by statement between two minutes."""
    merged = history.merged(SHOP, DB1, at(start), at(end)).get("statements")
    return {row.id: row.calls for row in merged.rows} if isinstance(merged, Statements) else {}


def resolutions(history: History) -> dict[int, int]:
    """How many points there are of each resolution."""
    with history.database.reading() as connection:
        columns = (schema.deltas.c.resolution, func.count())
        return {row[0]: row[1] for row in connection.execute(select(*columns).group_by(columns[0]))}


def latest(*sections: Section) -> Snapshot:
    """A snapshot of the instance."""
    return states.snapshot(*sections)


# --- counters


def test_the_first_reading_gives_no_delta_and_the_next_ones_only_what_was_counted(history: History) -> None:
    assert record(history, reading(0, a=1000), minute=0) == ()
    (delta,) = record(history, reading(1, a=1007, b=2), minute=1)
    assert isinstance(delta, Statements)
    assert {row.id: row.calls for row in delta.rows} == {"a": 7, "b": 2}
    record(history, reading(2, a=1010, b=2), minute=2)
    assert calls(history) == {"a": 10, "b": 2}
    assert calls(history, 1, 2) == {"a": 3}


def test_open_shifts_are_there_for_whoever_comes_after(history: History, store: Store) -> None:
    held = Held(at(1), at(2), -5.25, 9.0, 4.5, None, 1.5)
    kept = OpenShifts(at(9), (OpenShift(("shop", StatementId("a" * 16)), held, True), OpenShift(None, held)))
    record(history, kept, minute=9)
    with History(store, RETENTION) as other:
        assert other.newest(SHOP, DB1, OpenShifts) == kept
        assert other.newest(SHOP, InstanceId("db2"), OpenShifts) is None


def test_a_window_is_what_was_counted_beside_the_newest_state(history: History) -> None:
    for minute in range(61):
        record(history, reading(minute, a=1000 + minute), facts.settings(), minute=minute)
    now = latest(reading(60, a=1060, idle=9), facts.settings())
    window = history.window(now, at(0), at(60))
    section = window.need(Statements)
    assert [(row.id, row.calls) for row in section.rows] == [("a", 60)]
    assert section.period == Period(at(0), at(60))
    assert window.section(type(facts.settings())) == facts.settings()


def test_a_window_that_is_hardly_covered_gives_way_to_the_servers_own_counters(history: History) -> None:
    for minute in range(3):
        record(history, reading(minute, a=1000 + minute), minute=minute)
    now = latest(reading(2, a=1002))
    assert history.window(now, at(-58), at(2)).need(Statements).rows[0].calls == 1002
    assert history.window(now, at(0), at(2)).need(Statements).rows[0].calls == 2


def test_a_section_that_cannot_be_read_now_is_missing_also_where_the_history_has_it(history: History) -> None:
    """A revoked privilege must turn checks to 'not judged', not let them judge what was."""
    for minute in range(3):
        record(history, reading(minute, a=minute), minute=minute)
    assert history.window(latest(), at(0), at(2)).section(Statements) is None


def test_a_table_that_nobody_used_is_still_judged(history: History) -> None:
    for minute in range(3):
        row = facts.table(sequential_scans=5, dead_rows=minute)
        record(history, Tables(Period(STARTED, at(minute)), (row,), ("shop",)), minute=minute)
    now = Tables(Period(STARTED, at(2)), (facts.table(sequential_scans=5, dead_rows=77),), ("shop",))
    (seen,) = history.window(latest(now), at(0), at(2)).need(Tables).rows
    assert (seen.dead_rows, seen.sequential_scans) == (77, 0)


def test_the_same_span_a_week_earlier_is_the_baseline(history: History) -> None:
    for minute in range(3):
        record(history, reading(minute, a=5 * minute), minute=minute)
    now = replace(reading(2, a=0), period=Period(STARTED, at(2) + WEEK))
    baseline = history.window(latest(now), at(0) + WEEK, at(2) + WEEK).baseline
    assert baseline is not None
    assert baseline.need(Statements).rows[0].calls == 10
    assert history.window(latest(now), at(0), at(2)).baseline is None


def test_texts_are_stored_once_and_put_back_where_the_server_evicted_the_row(history: History) -> None:
    record(history, reading(0, gone=1), minute=0)
    record(history, reading(1, gone=5), minute=1)
    record(history, reading(2, other=5), minute=2)
    window = history.window(latest(reading(2, other=5)), at(0), at(2))
    expected = facts.statement().text
    assert {row.id: row.text for row in window.need(Statements).rows} == {"gone": expected, "other": expected}
    assert history.text(StatementId("gone")) == expected
    assert history.text(StatementId("never")) is None
    with history.database.reading() as connection:
        payloads = connection.execute(select(schema.deltas.c.payload)).scalars().all()
        assert payloads
        assert connection.execute(select(func.count()).select_from(schema.texts)).scalar() == 2


def test_one_statement_point_by_point(history: History) -> None:
    for minute, count in enumerate((0, 1024, 1024, 4096)):
        record(history, reading(minute, a=count, b=minute), minute=minute)
    points = history.series(SHOP, DB1, StatementId("a"), at(0), at(9))
    assert points == (
        (Period(at(0), at(1)), 1024, 1.0),
        (Period(at(1), at(2)), 0, 0.0),
        (Period(at(2), at(3)), 3072, 3.0),
    )


def test_another_server_behind_the_name_gives_no_delta(history: History) -> None:
    record(history, reading(0, a=10), minute=0)
    assert record(history, reading(1, a=10**9), minute=1, server="two") == ()
    record(history, reading(2, a=10**9 + 4), minute=2, server="two")
    assert calls(history) == {"a": 4}
    assert record(history, reading(3, a=12), minute=3, server="one") == (), "back again: what was missed is not known"


def test_a_statistics_reset_gives_what_was_counted_since(history: History) -> None:
    record(history, reading(0, a=10**6), minute=0)
    after = reading(1, a=3)
    record(history, replace(after, coverage=replace(after.coverage, reset_at=at(0.5))), minute=1)
    assert calls(history) == {"a": 3}


def test_a_pass_that_failed_costs_nothing_the_next_one_counts_on(history: History) -> None:
    record(history, reading(0, a=10), minute=0)
    record(history, facts.settings(), minute=1)
    record(history, reading(5, a=60), minute=5)
    merged = history.merged(SHOP, DB1, at(0), at(9))["statements"]
    assert isinstance(merged, Statements)
    assert (merged.rows[0].calls, merged.period) == (50, Period(at(0), at(5)))


def test_a_restart_of_the_agent_counts_on(tmp_path: Path) -> None:
    for start in range(3):
        with History(tmp_path / "h.db") as history:
            record(history, reading(start, a=100 * start), minute=start)
    with History(tmp_path / "h.db") as history:
        assert calls(history) == {"a": 200}


def test_a_clock_that_jumps_gives_neither_spikes_nor_negative_points(history: History) -> None:
    minutes = (0, 1, 500_000, 2, 3, -90, -89)
    for done, minute in enumerate(minutes):
        record(history, reading(minute, a=10 * done), minute=minute)
    points = history.series(SHOP, DB1, StatementId("a"), at(-(10**6)), at(10**6))
    assert all(period.end > period.start and count == 10 for period, count, _ in points)
    assert len(points) == 4


def test_a_reading_that_comes_late_does_not_make_the_next_one_count_twice(history: History) -> None:
    for minute, count in ((0, 0), (3, 30), (2, 20), (4, 40)):
        record(history, reading(minute, a=count), minute=minute)
    assert calls(history) == {"a": 40}


def test_the_running_minute_of_load_takes_its_own_place(history: History) -> None:
    def load(samples: int) -> ActiveSessions:
        rows = (SessionLoad("shop", "app", None, "CPU", "CPU", samples),)
        return ActiveSessions(Period(at(0), at(samples / 60)), samples, 1.0, rows)

    for samples in (1, 2, 3):
        record(history, load(samples), minute=samples / 60)
    merged = history.merged(SHOP, DB1, at(0), at(9))["active_sessions"]
    assert isinstance(merged, ActiveSessions)
    assert (merged.samples, merged.rows[0].samples) == (3, 3)


def test_instances_and_clusters_do_not_mix(history: History) -> None:
    for minute in range(2):
        for number, (cluster, instance) in enumerate((("a", "x"), ("a", "y"), ("b", "x"))):
            sections = (reading(minute, q=minute * 10**number),)
            history.record(ClusterId(cluster), InstanceId(instance), "s", sections, at(minute))
    found = [
        history.merged(ClusterId(cluster), InstanceId(instance), at(0), at(1))["statements"].rows[0].calls  # type: ignore[attr-defined]
        for cluster, instance in (("a", "x"), ("a", "y"), ("b", "x"))
    ]
    assert found == [1, 10, 100]


# --- roll-up and bound


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(st.integers(20, 900), st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=25),
    looks=st.lists(st.integers(0, 60), max_size=4),
)
def test_rolling_up_keeps_the_sums_whenever_it_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int]], looks: list[int]
) -> None:
    path = tmp_path_factory.mktemp("roll") / "h.db"
    with History(path, Retention(600, 3600, 10**9)) as history:
        second, a, b = 0, 0, 0
        record(history, reading(0, a=0, b=0), minute=0)
        for wait, more_a, more_b in steps:
            second, a, b = second + wait, a + more_a, b + more_b
            record(history, reading(second / 60, a=a, b=b), minute=second / 60)
            if len(looks) and wait % 3 == 0:
                history.maintain(at(second / 60))
        for later in sorted(looks):
            history.maintain(at(second / 60 + later))
        whole = {name: count for name, count in (("a", a), ("b", b)) if count}
        assert calls(history) == whole
        history.maintain(at(second / 60) + timedelta(days=30))
        assert calls(history) == whole
        assert set(resolutions(history)) == {HOUR}
        with history.database.reading() as connection:
            spans = connection.execute(
                select(schema.deltas.c.start, schema.deltas.c.end).order_by(schema.deltas.c.start)
            ).all()
        assert all(one.end <= two.start for one, two in pairwise(spans)), "nothing twice"


def test_points_become_coarser_with_age_and_go_at_the_end(history: History) -> None:
    for minute in range(181):
        record(history, reading(minute, a=minute), minute=minute)
    history.maintain(at(180))
    found = resolutions(history)
    assert found[MINUTE] == 60
    assert found[FIVE_MINUTES] == 24, "each bucket is one point"
    assert calls(history) == {"a": 180}
    history.maintain(at(180) + timedelta(days=2))
    assert resolutions(history) == {HOUR: 3}
    assert calls(history) == {"a": 180}
    history.maintain(at(180) + timedelta(days=11))
    assert resolutions(history) == {}


def test_events_plans_and_texts_go_with_the_coarsest_points(history: History) -> None:
    old = Events((Event(at(0), "restarted", "db1"),))
    record(history, old, reading(0, a=1), states.plans(), minute=0)
    record(history, reading(60 * 24 * 9, b=1), minute=60 * 24 * 9)
    history.maintain(at(60 * 24 * 11))
    assert history.events(SHOP, at(0), at(10**6)) == ()
    assert history.text(StatementId("a")) is None
    assert history.text(StatementId("b")) is not None
    assert history.shapes(SHOP) == {}


def test_a_text_that_is_still_seen_stays(history: History) -> None:
    for day in range(15):
        record(history, reading(60 * 24 * day, a=day), minute=60 * 24 * day)
        history.maintain(at(60 * 24 * day))
    assert history.text(StatementId("a")) is not None


def _many(minute: float, number: int) -> Statements:
    rows: tuple[Statement, ...] = tuple(
        facts.statement(f"{index * 7919 + 12345:016x}", calls=int(minute * (index + 3)), text=f"SELECT {index}")
        for index in range(number)
    )
    return Statements(Period(STARTED, at(minute)), rows, Coverage(number, 5000, 0, STARTED))


def test_the_bound_drops_the_oldest_of_the_finest_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    with History(path, Retention(3600, 10**9, 10**9)) as history:
        for minute in range(300):
            record(history, _many(minute, 60), minute=minute)
        assert history.maintain(at(299)) == ()
        before = history.size_bytes
        whole = resolutions(history)
        assert set(whole) == {MINUTE, FIVE_MINUTES}
        bound = int(before * 0.8)
        history.retention = replace(history.retention, max_bytes=bound)
        told = history.maintain(at(299))
        assert [f"points of {MINUTE} s" in line and "history.max_size" in line for line in told] == [True]
        assert history.size_bytes <= bound
        after = resolutions(history)
        assert after[FIVE_MINUTES] == whole[FIVE_MINUTES], "coarser points stay while there are finer ones"
        assert after.get(MINUTE, 0) < whole[MINUTE]


def test_the_bound_goes_on_to_what_is_not_a_point(file_history: History) -> None:
    for minute in range(3):
        record(file_history, _many(minute, 400), states.plans(), minute=minute)
    with file_history.database.transaction() as connection:
        connection.execute(update(schema.texts).values(text="x" * 4000))
    file_history.retention = replace(file_history.retention, max_bytes=600_000)
    told = file_history.maintain(at(3))
    assert any("texts" in line for line in told)
    assert file_history.size_bytes <= 600_000
    file_history.retention = replace(file_history.retention, max_bytes=1000)
    assert "raise it" in file_history.maintain(at(3))[-1]


def test_a_reader_that_holds_the_file_does_not_make_the_bound_drop_everything(file_history: History) -> None:
    for minute in range(100):
        record(file_history, _many(minute, 60), minute=minute)
    file_history.database.shrink()
    with file_history.database.reading() as connection:
        connection.execute(select(schema.meta)).all()
        file_history.retention = replace(
            file_history.retention, minute=10**9, max_bytes=int(file_history.size_bytes * 0.9)
        )
        file_history.maintain(at(100))
        assert resolutions(file_history).get(MINUTE, 0) > 0


def test_freed_pages_are_given_back(file_history: History) -> None:
    for minute in range(200):
        record(file_history, _many(minute, 60), minute=minute)
    file_history.database.shrink()
    before = file_history.size_bytes
    file_history.maintain(at(200) + timedelta(days=30))
    assert file_history.size_bytes < before / 2


# --- events, plans, points that cannot be read


def test_an_event_is_kept_once_however_often_it_is_seen(history: History) -> None:
    one, two = Event(at(1), "restarted", "db1", "came back"), Event(at(2), "restarted", "db1", "came back")
    record(history, Events((one, two)), minute=2)
    record(history, Events((two, Event(at(2), "deadlock", "shop"))), minute=3)
    assert history.events(SHOP, at(0), at(5)) == (one, two, Event(at(2), "deadlock", "shop"))
    assert history.events(SHOP, at(1.5), at(1.9)) == ()


def test_plans_are_kept_by_shape(history: History) -> None:
    plans = states.plans()
    first, second = plans.rows
    changed = replace(first, plan=second.plan)
    record(history, plans, minute=0)
    record(history, plans, minute=1)
    record(history, Plans((changed,)), minute=2)
    with history.database.reading() as connection:
        columns = (schema.plans.c.statement, schema.plans.c.shape, schema.plans.c.first_seen, schema.plans.c.last_seen)
        rows = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(select(*columns))}
    assert rows == {
        (first.statement_id, first.plan.shape): (at(0).timestamp(), at(1).timestamp()),
        (second.statement_id, second.plan.shape): (at(0).timestamp(), at(1).timestamp()),
        (first.statement_id, second.plan.shape): (at(2).timestamp(), at(2).timestamp()),
    }
    assert history.shapes(SHOP)["shop", first.statement_id, first.origin] == second.plan.shape


def _spoil(history: History, table: Any, payload: bytes) -> None:
    with history.database.transaction() as connection:
        connection.execute(update(table).values(payload=payload))


@pytest.mark.parametrize("payload", [b"not zlib", bytes.fromhex("789cab5601000115007c")], ids=["damaged", "foreign"])
def test_a_point_that_cannot_be_read_costs_itself(history: History, payload: bytes) -> None:
    record(history, reading(0, a=0), minute=0)
    record(history, reading(1, a=1), minute=1)
    _spoil(history, schema.deltas, payload)
    record(history, reading(2, a=3), minute=2)
    assert calls(history) == {"a": 2}
    history.maintain(at(2) + timedelta(days=2))
    assert calls(history) == {"a": 2}
    assert resolutions(history) == {HOUR: 1}


def test_a_stored_reading_that_cannot_be_read_begins_anew(history: History, store: Store) -> None:
    record(history, reading(0, a=0), minute=0)
    _spoil(history, schema.latest, b"?")
    with History(store) as restarted:
        assert record(restarted, reading(1, a=10**9), minute=1) == ()
        record(restarted, reading(2, a=10**9 + 1), minute=2)
        assert calls(restarted) == {"a": 1}


# --- the file


def test_the_file_is_for_its_owner_alone(file_history: History) -> None:
    record(file_history, reading(0, a=0), minute=0)
    path = file_history.database.path
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
