"""Counters as deltas give back what the server counted: never less than nothing, never more than was done, all that can be known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases import facts
from cases.case import NOW
from tunewright_agent.history.deltas import DROPPED, FORMS, busy_rows, difference, is_idle, merge, onto
from tunewright_analyzers.facts.databases import Database, Databases, InputOutput, Throughput
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.facts.progress import Job, JobKind, Progress
from tunewright_analyzers.facts.relations import Indexes, RelationName, Tables
from tunewright_analyzers.facts.server_status import ErrorCount, Errors, ServerStatus, Value
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, SessionLoad
from tunewright_analyzers.facts.snapshot import Period, Section
from tunewright_analyzers.facts.statements import Coverage, Statement, Statements

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


def at(minute: float) -> datetime:
    """So many minutes after the first reading."""
    return NOW + timedelta(minutes=minute)


STARTED = NOW - timedelta(days=60)


def reading(minute: float, *rows: Statement, **coverage: Any) -> Statements:
    """What the server has counted of these statements by then."""
    known = replace(Coverage(len(rows), 5000, 0, STARTED), **coverage)
    return Statements(Period(STARTED, at(minute)), rows, known)


def tables(minute: float, *rows: Any, databases: tuple[str, ...] = ("shop",)) -> Tables:
    """What the server has counted of these tables by then."""
    return Tables(Period(STARTED, at(minute)), rows, databases)


# --- a server that counts, loses and forgets, and what can be known of it


@dataclass
class Server:
    """Counts calls of statements as pg_stat_statements does: rows come, are evicted, come again, and all are reset."""

    marks_rows: bool
    """Whether it says since when it counts a row (PostgreSQL 17)."""
    calls: dict[str, int] = field(default_factory=dict)
    born: dict[str, datetime] = field(default_factory=dict)
    reset_at: datetime = STARTED
    evicted: int = 0
    clock: datetime = NOW
    done: dict[str, int] = field(default_factory=dict)
    """Calls since the reading before, truly made."""
    knowable: dict[str, int] = field(default_factory=dict)
    """Calls since the reading before that the server still knows of."""
    forgot: set[str] = field(default_factory=set)
    """Evicted since the reading before: without a mark, a row that grew back to its old count looks as if it had not moved."""

    def act(self, kind: str, name: str, amount: int) -> None:
        self.clock += timedelta(seconds=1)
        if kind == "call":
            if name not in self.calls:
                self.calls[name], self.born[name] = 0, self.clock
            self.calls[name] += amount
            self.done[name] = self.done.get(name, 0) + amount
            self.knowable[name] = self.knowable.get(name, 0) + amount
        elif kind == "evict" and self.calls.pop(name, None) is not None:
            self.evicted += 1
            self.forgot.add(name)
            self.knowable[name] = 0
        elif kind == "reset":
            self.calls, self.knowable, self.evicted, self.reset_at = {}, {}, 0, self.clock

    def read(self) -> Statements:
        self.clock += timedelta(seconds=1)
        rows = tuple(
            facts.statement(
                name,
                calls=calls,
                exec_seconds=calls / 1024,
                rows=3 * calls,
                stats_since=self.born[name] if self.marks_rows else None,
            )
            for name, calls in self.calls.items()
        )
        return Statements(
            Period(self.reset_at, self.clock), rows, Coverage(len(rows), 5000, self.evicted, self.reset_at)
        )

    def told(self) -> tuple[dict[str, int], dict[str, int], set[str]]:
        """(done, knowable, forgot) since the time before."""
        told = self.done, self.knowable, self.forgot
        self.done, self.knowable, self.forgot = {}, {}, set()
        return told


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["call", "call", "call", "evict", "reset"]), st.sampled_from("abcd"), st.integers(1, 1000)
    ),
    max_size=8,
)


def _calls(delta: Statements) -> dict[str, int]:
    return {row.id: row.calls for row in delta.rows if row.calls}


@unhurried
@example([[("call", "c", 1)], [("evict", "c", 1), ("call", "c", 1)]], False)
@given(st.lists(ACTIONS, min_size=1, max_size=8), st.booleans())
def test_whatever_a_server_does_the_deltas_are_what_can_be_known(intervals: list[Any], marks_rows: bool) -> None:
    server = Server(marks_rows)
    for name in "ab":
        server.act("call", name, 500)
    before = server.read()
    server.told()
    deltas: list[Section] = []
    sure: dict[str, int] = {}
    for actions in intervals:
        for action in actions:
            server.act(*action)
        now = server.read()
        done, knowable, forgot = server.told()
        delta = difference(before, now)
        assert isinstance(delta, Statements)
        assert delta.period == Period(before.period.end, now.period.end)
        for row in delta.rows:
            assert 0 <= row.calls <= done.get(row.id, 0), "negative, or more than was done"
            assert (row.exec_seconds, row.rows) == (row.calls / 1024, 3 * row.calls)
        if marks_rows:
            assert _calls(delta) == {name: calls for name, calls in knowable.items() if calls}
        for name, calls in knowable.items():
            if calls == done.get(name) and (
                marks_rows or name not in forgot
            ):  # nothing was lost: then all of it is told
                assert _calls(delta).get(name, 0) == calls
        deltas.append(busy_rows(delta))
        for name, calls in _calls(delta).items():
            sure[name] = sure.get(name, 0) + calls
        before = now
    whole = merge(deltas)
    assert isinstance(whole, Statements)
    assert _calls(whole) == sure, "merging keeps the sums"


@unhurried
@given(st.lists(ACTIONS, min_size=1, max_size=6))
def test_without_loss_the_sum_of_all_deltas_is_last_less_first(intervals: list[Any]) -> None:
    server = Server(marks_rows=False)
    server.act("call", "a", 7)
    first = before = server.read()
    deltas: list[Section] = []
    for actions in intervals:
        for kind, name, amount in actions:
            server.act("call" if kind != "call" else kind, name, amount)
        now = server.read()
        delta = difference(before, now)
        assert delta is not None
        deltas.append(busy_rows(delta))
        before = now
    whole = difference(first, before)
    assert whole is not None
    merged = merge(deltas)
    assert isinstance(merged, Statements)
    assert sorted(merged.rows, key=lambda row: row.id) == sorted(busy_rows(whole).rows, key=lambda row: row.id)  # type: ignore[attr-defined]
    assert merged.period == whole.period  # type: ignore[attr-defined]


# --- the same for every section that counts


def _row(kind: type[Section]) -> Any:
    rows: Mapping[type[Section], Any] = {
        Statements: facts.statement(),
        Tables: facts.table(),
        Indexes: facts.index(),
        Databases: facts.database(active_seconds=0.0, idle_in_transaction_seconds=0.0, checksum_failures=0),
        Throughput: InputOutput("client backend", "relation", "normal", *(0 for _ in range(11))),
        LogEvents: LogEvent("lock", "deadlock", "shop", "", 0),
        Progress: Job(JobKind.INDEX_BUILD, RelationName("shop", "public", "orders"), "CREATE INDEX"),
        ServerStatus: Value("questions", 0.0),
        Errors: ErrorCount(1213, "ER_LOCK_DEADLOCK", 0),
    }
    return rows[kind]


def _of(kind: type[Section], minute: float, row: Any) -> Section:
    period = Period(STARTED, at(minute))
    made: Mapping[type[Section], Callable[[], Section]] = {
        Statements: lambda: reading(minute, row),
        Tables: lambda: Tables(period, (row,), ("shop",)),
        Indexes: lambda: Indexes(period, (row,), ("shop",)),
        Databases: lambda: Databases(period, (row,)),
        Throughput: lambda: Throughput(period, (row,)),
        LogEvents: lambda: LogEvents(period, (row,)),
        Progress: lambda: Progress(period, (row,), 10.0),
        ServerStatus: lambda: ServerStatus(period, (row,)),
        Errors: lambda: Errors(period, (row,)),
    }
    return made[kind]()


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.name)
@unhurried
@given(data=st.data())
def test_every_counter_of_every_section_is_differenced_and_summed(kind: type[Section], data: st.DataObject) -> None:
    form, start = FORMS[kind], _row(kind)
    steps = data.draw(
        st.lists(st.lists(st.integers(0, 9), min_size=len(form.counters), max_size=len(form.counters)), min_size=1)
    )
    row = replace(start, **dict.fromkeys(form.counters, 5))
    readings = [_of(kind, 0, row)]
    for minute, step in enumerate(steps, start=1):
        row = replace(row, **{name: getattr(row, name) + up for name, up in zip(form.counters, step, strict=True)})
        readings.append(_of(kind, minute, row))
    deltas = [difference(one, two) for one, two in pairwise(readings)]
    whole = merge([one for one in deltas if one is not None])
    (summed,) = getattr(whole, form.rows)
    for number, name in enumerate(form.counters):
        assert getattr(summed, name) == sum(step[number] for step in steps), name


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.name)
def test_every_field_that_only_grows_is_known_to_be_a_counter(kind: type[Section]) -> None:
    """A field that a source learns to count must not be stored as if it were a state: its name is in one list or the other."""
    states = {
        Statements: "min_exec_seconds max_exec_seconds stddev_exec_seconds",
        Tables: "size_bytes toast_bytes index_bytes pages row_estimate all_visible_pages live_rows dead_rows modified_since_analyze "
        "inserted_since_vacuum xid_age mxid_age bloat_bytes",
        Indexes: "size_bytes row_estimate pages",
        Databases: "size_bytes connections xid_age mxid_age",
        Throughput: "",
        LogEvents: "",
        Progress: "",
        ServerStatus: "",
        Errors: "number",
    }[kind].split()
    numbers = {one.name for one in fields(_row(kind)) if one.type in (int, float, int | None, float | None)}
    assert numbers == {*states, *FORMS[kind].counters}


@unhurried
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.sampled_from("....wcb"))))
def test_a_reset_of_one_part_of_the_machinery_does_not_recount_the_others(steps: list[Any]) -> None:
    totals = {"wal_bytes": 10**12, "checkpoints_timed": 10**6, "buffers_allocated": 10**9}
    parts = {"w": "wal_bytes", "c": "checkpoints_timed", "b": "buffers_allocated"}
    before = Throughput(Period(STARTED, NOW), **totals)
    for minute, (wal, checkpoints, buffers, what) in enumerate(steps, start=1):
        done = {"wal_bytes": wal, "checkpoints_timed": checkpoints, "buffers_allocated": buffers}
        if what in parts:
            totals[parts[what]] = 0
        totals = {name: total + done[name] for name, total in totals.items()}
        now = Throughput(Period(STARTED, at(minute)), **totals)
        delta = difference(before, now)
        assert isinstance(delta, Throughput)
        for name, up in done.items():
            known = getattr(delta, name)
            assert 0 <= known <= up
            if what not in parts or parts[what] != name:
                assert known == up
        before = now


def test_the_slope_of_a_gauge_is_that_between_the_ends() -> None:
    """Through differencing, storing and merging; and the latest reading gets it back."""
    lengths = (100.0, 700.0, 400.0, 900.0)
    readings = [
        ServerStatus(Period(STARTED, at(minute)), (Value("questions", 5.0),), (Value("trx_rseg_history_len", length),))
        for minute, length in enumerate(lengths)
    ]
    deltas = [one for pair in pairwise(readings) if (one := difference(*pair)) is not None]
    assert [one.growth("trx_rseg_history_len") for one in deltas if isinstance(one, ServerStatus)] == [600, -300, 500]
    seen = onto(merge([busy_rows(one) for one in deltas]), readings[-1])
    assert isinstance(seen, ServerStatus)
    assert (seen.growth("trx_rseg_history_len"), seen.gauge("trx_rseg_history_len")) == (800, 900)
    assert readings[-1].growth("trx_rseg_history_len") is None


# --- what must not look like work


def test_a_database_that_was_not_read_before_gives_no_spike() -> None:
    other = replace(facts.table(), name=replace(facts.relation(), database="archive"), sequential_scans=10**9)
    mine = facts.table(sequential_scans=5)
    before = tables(0, mine)
    now = tables(1, replace(mine, sequential_scans=6), other, databases=("shop", "archive"))
    delta = difference(before, now)
    assert isinstance(delta, Tables)
    assert [(row.name.database, row.sequential_scans) for row in delta.rows] == [("shop", 1)]
    later = difference(now, tables(2, mine, replace(other, sequential_scans=10**9 + 3), databases=("shop", "archive")))
    assert isinstance(later, Tables)
    assert {row.name.database: row.sequential_scans for row in later.rows}["archive"] == 3


def test_a_table_that_was_made_in_between_counts_from_zero() -> None:
    delta = difference(tables(0), tables(1, facts.table(rows_inserted=100)))
    assert isinstance(delta, Tables)
    assert [row.rows_inserted for row in delta.rows] == [100]


def test_rows_that_a_new_privilege_shows_give_no_spike() -> None:
    before = reading(0, facts.statement("a", calls=5), entries=2)
    granted = reading(1, facts.statement("a", calls=6), facts.statement("b", calls=10**9), entries=2)
    delta = difference(before, granted)
    assert isinstance(delta, Statements)
    assert _calls(delta) == {"a": 1}


def test_what_a_dropped_database_or_role_once_ran_is_not_run_again() -> None:
    row = facts.statement("a", calls=10**9)
    gone = [
        replace(row, key=replace(row.key, **{part: DROPPED}), calls=calls)
        for part, calls in (("database", 10**9), ("user", 7), ("user", 10**6))
    ]
    before = reading(0, row)
    now = reading(1, *gone)
    delta = difference(before, now)
    assert isinstance(delta, Statements)
    assert delta.rows == ()
    later = difference(now, reading(2, *gone))
    assert isinstance(later, Statements)
    assert later.rows == ()


def test_a_counter_that_was_not_read_before_is_unknown_not_all_that_was_ever_counted() -> None:
    before = Databases(Period(STARTED, NOW), (facts.database(active_seconds=None),))
    now = Databases(Period(STARTED, at(1)), (facts.database(active_seconds=10**6, commits=100_001),))
    delta = difference(before, now)
    assert isinstance(delta, Databases)
    assert [(row.active_seconds, row.commits) for row in delta.rows] == [(None, 1)]


def test_the_servers_clock_may_be_ahead_of_ours() -> None:
    """A row born 'after' the reading that already held it is not counted twice."""
    row = facts.statement("a", calls=5, stats_since=at(30))
    delta = difference(reading(0, row), reading(1, replace(row, calls=6)))
    assert isinstance(delta, Statements)
    assert _calls(delta) == {"a": 1}


def test_a_reset_that_the_server_tells_is_seen_even_where_the_counter_has_passed_its_old_value() -> None:
    old = facts.database(commits=10, stats_reset=STARTED)
    delta = difference(
        Databases(Period(STARTED, NOW), (old,)),
        Databases(Period(STARTED, at(1)), (replace(old, commits=25, stats_reset=at(0.5)),)),
    )
    assert isinstance(delta, Databases)
    assert [row.commits for row in delta.rows] == [25]
    statements = difference(
        reading(0, facts.statement("a", calls=10), evicted=3),
        reading(1, facts.statement("a", calls=25), evicted=1, reset_at=at(0.5)),
    )
    assert isinstance(statements, Statements)
    assert _calls(statements) == {"a": 25}
    assert (statements.coverage.was_reset, statements.coverage.evicted) == (True, 1)


def test_another_start_of_the_agent_counts_the_log_from_where_the_one_before_had_read() -> None:
    """Even where by then more was counted than before: the two counts have nothing in common."""
    row = LogEvent("lock", "deadlock", "shop", "", 5)
    before = LogEvents(Period(at(0), at(10)), (row,))
    now = LogEvents(Period(at(10), at(20)), (replace(row, count=7),))
    delta = difference(before, now)
    assert isinstance(delta, LogEvents)
    assert [one.count for one in delta.rows] == [7]
    assert delta.period == Period(at(10), at(20))


@pytest.mark.parametrize("minutes", [0, -1, -100_000])
def test_a_clock_that_went_back_gives_no_delta(minutes: int) -> None:
    assert difference(reading(0), reading(minutes)) is None


def test_nothing_that_does_not_count_is_differenced() -> None:
    assert difference(facts.settings(), facts.settings()) is None
    assert difference(reading(0), tables(1)) is None
    assert busy_rows(facts.settings()) == facts.settings()


def test_merging_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to merge"):
        merge(())


def test_evictions_and_resets_of_every_point_are_in_the_merged_coverage() -> None:
    points = [
        replace(reading(minute), coverage=Coverage(1, 100, evicted, STARTED, was_reset))
        for minute, evicted, was_reset in ((1, 2, False), (2, 3, True), (3, 0, False))
    ]
    merged = merge(points)
    assert isinstance(merged, Statements)
    assert (merged.coverage.evicted, merged.coverage.was_reset) == (5, True)


# --- what is stored, and what a check is given


def test_what_is_stored_holds_no_texts_and_no_idle_rows() -> None:
    stored = busy_rows(reading(1, facts.statement("a"), facts.statement("b", calls=0, exec_seconds=0.0, rows=0)))
    assert isinstance(stored, Statements)
    assert [(row.id, row.text) for row in stored.rows] == [("a", None)]


def test_a_check_sees_every_relation_as_it_is_now_with_what_was_counted() -> None:
    """Bloat, age and validity of a table that nobody used in the window are still there to be judged."""
    idle, used = facts.table("idle", dead_rows=9), facts.table("used", dead_rows=1, sequential_scans=4)
    delta = busy_rows(tables(1, replace(used, autovacuums=0), facts.table("dropped", sequential_scans=1)))
    seen = onto(delta, tables(2, replace(idle, autovacuums=70), replace(used, sequential_scans=900, dead_rows=50)))
    assert isinstance(seen, Tables)
    assert seen.period == Period(STARTED, at(1))
    assert [(row.name.name, row.dead_rows, row.sequential_scans, row.autovacuums) for row in seen.rows] == [
        ("idle", 9, 0, 0),
        ("used", 50, 4, 0),
    ]


def test_a_check_sees_statements_that_ran_also_where_the_server_evicted_them() -> None:
    delta = busy_rows(reading(1, facts.statement("ran", calls=2), facts.statement("evicted", calls=3), evicted=8))
    latest = reading(2, facts.statement("ran", calls=900, max_exec_seconds=7.0), facts.statement("idle", calls=500))
    seen = onto(delta, latest)
    assert isinstance(seen, Statements)
    assert {row.id: (row.calls, row.max_exec_seconds, row.text is None) for row in seen.rows} == {
        "ran": (2, 7.0, False),
        "evicted": (3, 0.0, True),
    }
    assert seen.coverage.evicted == 8


def test_the_machinery_as_it_was_counted() -> None:
    delta = Throughput(Period(at(0), at(1)), (_row(Throughput),), wal_bytes=5, checkpoints_timed=None)
    seen = onto(delta, Throughput(Period(STARTED, at(1)), (_row(Throughput),), wal_bytes=10**12, checkpoints_timed=9))
    assert isinstance(seen, Throughput)
    assert (seen.wal_bytes, seen.checkpoints_timed, seen.period) == (5, None, delta.period)


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.name)
def test_idle_rows_count_zero_and_unknown_stays_unknown(kind: type[Section]) -> None:
    form = FORMS[kind]
    busy = _of(kind, 1, replace(_row(kind), **dict.fromkeys(form.counters, 3)))
    seen = onto(replace(busy, **{form.rows: ()}), busy)  # type: ignore[type-var]
    assert all(is_idle(row, form.counters) for row in getattr(seen, form.rows))
    if kind is Databases:
        unknown = Databases(Period(STARTED, at(1)), (facts.database(active_seconds=None),))
        (row,) = onto(replace(unknown, rows=()), unknown).rows  # type: ignore[attr-defined]
        assert isinstance(row, Database)
        assert row.active_seconds is None


def _load(minute: float, samples: int, *blocked: BlockedTime) -> ActiveSessions:
    rows = (SessionLoad("shop", "app", StatementId("a"), "CPU", "CPU", samples),)
    return ActiveSessions(
        Period(at(minute), at(minute + 1)),
        60,
        1.0,
        rows,
        blocked,
        samples,
        float(samples),
        samples + 5,
        2 * samples,
        samples,
    )


def test_load_is_summed_peaks_are_kept_and_a_blocking_chain_stays_one() -> None:
    chain = BlockedTime(StatementId("a"), 7, "idle in transaction", None, "app", "shop", 60, 60.0, 1)
    longer = replace(chain, longest_seconds=120.0, depth=2)
    other = replace(chain, root_pid=8)
    merged = merge([_load(0, 10, chain), _load(1, 30, longer), _load(2, 20, other)])
    assert isinstance(merged, ActiveSessions)
    assert (merged.samples, merged.rows[0].samples, merged.peak_active) == (180, 60, 30)
    assert merged.average == pytest.approx((10 + 30 + 20) / 180)
    assert merged.blocked == (replace(longer, samples=120), other)
    assert merged.idle_in_transaction_peak_seconds == 30.0
    assert (merged.peak_connections, merged.autovacuum_samples, merged.autovacuum_delayed_samples) == (35, 120, 60)
