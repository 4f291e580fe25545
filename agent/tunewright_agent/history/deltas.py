"""Counters to deltas and back, pure: `difference` of two readings, `merge` of adjacent deltas.

Rules (each a property test):
- a row one of whose counters fell was reset between the readings: the new reading is what was counted since;
- a row that was not there before came into being in between: its counters count from zero. But a row that could not be seen
  before (its database was not read, its owner's rows were hidden from our role) may be years old: it gives no delta;
- nothing runs in a dropped database or as a dropped role: their rows, which lost their names with them, give no delta;
- a counter that was not read before (another release) gives None, not all that it ever counted;
- a reading whose end is not after the other's gives no delta: the clock went back;
- without resets, difference(a, b) merged with difference(b, c) equals difference(a, c).
A renamed database or role looks like a new one: what its rows counted before counts once more, at the renaming.
Minimum, maximum and standard deviation cannot be differenced: they stay those of the server's whole life.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from tunewright_analyzers.facts.databases import Database, Databases, InputOutput, Throughput
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.facts.progress import Job, Progress
from tunewright_analyzers.facts.relations import Index, Indexes, Table, Tables
from tunewright_analyzers.facts.server_status import GROWING, ErrorCount, Errors, ServerStatus, Value
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, SessionLoad
from tunewright_analyzers.facts.snapshot import Period, Section
from tunewright_analyzers.facts.statements import Statement, Statements

Row = TypeVar("Row")

_STATEMENT = (
    "calls", "exec_seconds", "rows", "plans",
    "plan_seconds", "shared_blocks_hit", "shared_blocks_read", "shared_blocks_dirtied", "shared_blocks_written",
    "local_blocks_read", "local_blocks_written", "temp_blocks_read", "temp_blocks_written", "block_read_seconds", "block_write_seconds", "wal_bytes",
    "jit_seconds", "rows_examined", "lock_seconds", "temp_tables", "temp_disk_tables", "sort_merge_passes", "sorted_rows",
    "full_scans", "full_joins", "no_index_used", "errors", "warnings",
)  # fmt: skip
_TABLE = (
    "sequential_scans", "sequential_rows_read", "index_scans", "index_rows_fetched",
    "rows_inserted", "rows_updated", "rows_hot_updated", "rows_deleted",
    "vacuums", "autovacuums", "analyzes", "autoanalyzes", "heap_blocks_hit", "heap_blocks_read",
)  # fmt: skip
_INDEX = ("scans", "rows_read", "rows_fetched", "blocks_hit", "blocks_read")
_DATABASE = (
    "commits", "rollbacks", "blocks_hit", "blocks_read", "rows_returned",
    "rows_fetched", "rows_inserted", "rows_updated", "rows_deleted", "conflicts",
    "temp_files", "temp_bytes", "deadlocks", "block_read_seconds", "block_write_seconds", "active_seconds", "idle_in_transaction_seconds",
    "checksum_failures",
)  # fmt: skip
_IO = (
    "reads",
    "read_bytes",
    "read_seconds",
    "writes",
    "write_bytes",
    "write_seconds",
    "extends",
    "hits",
    "evictions",
    "reuses",
    "fsyncs",
)
_LOG_EVENT = ("count", "seconds", "bytes")
_JOB = ("runs", "seconds", "heap_bytes", "scanned_bytes", "scanned_seconds", "index_passes", "repeated_runs")
_WAL = ("wal_records", "wal_full_page_images", "wal_bytes", "wal_buffers_full")
_CHECKPOINTS = (
    "checkpoints_timed",
    "checkpoints_requested",
    "checkpoint_write_seconds",
    "checkpoint_sync_seconds",
    "checkpoint_buffers_written",
)
_BACKGROUND = (
    "bgwriter_buffers_written",
    "bgwriter_stopped",
    "buffers_allocated",
    "backend_buffers_written",
    "backend_fsyncs",
)
_IDS = ("transactions",)
_MACHINERY = (_WAL, _CHECKPOINTS, _BACKGROUND, _IDS)
"""The server resets each of these by itself: a reset of one must not make all the others count from zero."""
_THROUGHPUT = (*_WAL, *_CHECKPOINTS, *_BACKGROUND, *_IDS)
DROPPED = "(dropped)"
"""What the statements source calls a database or role that is gone."""


@dataclass(frozen=True, slots=True)
class _Form:
    """Where a section's rows are, what tells them apart, and which of their fields count."""

    rows: str
    key: Callable[[Any], Hashable]
    counters: tuple[str, ...]


def _statement_key(row: Statement) -> Hashable:
    return row.key


def _name_key(row: Table | Index | Database) -> Hashable:
    return row.name


def _value_key(row: Value | ErrorCount) -> Hashable:
    return row.name


def _io_key(row: InputOutput) -> Hashable:
    return (row.backend_type, row.object, row.context)


def _event_key(row: LogEvent) -> Hashable:
    return (row.category, row.kind, row.database, row.subject)


def _job_key(row: Job) -> Hashable:
    return (row.kind, row.table, row.command)


FORMS: dict[type[Section], _Form] = {
    Statements: _Form("rows", _statement_key, _STATEMENT),
    Tables: _Form("rows", _name_key, _TABLE),
    Indexes: _Form("rows", _name_key, _INDEX),
    Databases: _Form("rows", _name_key, _DATABASE),
    Throughput: _Form("io", _io_key, _IO),
    LogEvents: _Form("rows", _event_key, _LOG_EVENT),
    Progress: _Form("rows", _job_key, _JOB),
    ServerStatus: _Form("counters", _value_key, ("value",)),
    Errors: _Form("rows", _value_key, ("raised",)),
}
"""The sections that count."""


def counts(section: Section) -> bool:
    """Whether the section holds cumulative counters."""
    return type(section) in FORMS


def _period(section: Section) -> Period:
    return cast("Period", section.period)  # type: ignore[attr-defined]  # every counting section has one


def _less(before: Any, now: Any, counters: tuple[str, ...]) -> Any:
    """`now` with its counters less those of `before`; as it is where one fell (a reset)."""
    pairs = [(name, getattr(before, name), getattr(now, name)) for name in counters]
    if any(old is not None and new is not None and new < old for _, old, new in pairs):
        return now
    changed = {name: None if old is None else new - old for name, old, new in pairs if new is not None}
    return replace(now, **changed)


def _sum(one: Any, two: Any, counters: tuple[str, ...]) -> Any:
    """`two` with its counters raised by those of `one`."""
    pairs = [(name, getattr(one, name), getattr(two, name)) for name in counters]
    return replace(two, **{name: old + new for name, old, new in pairs if old is not None and new is not None})


def is_idle(row: Any, counters: tuple[str, ...]) -> bool:
    """Whether nothing was counted in a row of a delta."""
    return not any(getattr(row, name) for name in counters)


def _was_reset(before: Section, now: Section) -> bool:
    if isinstance(before, Statements) and isinstance(now, Statements):
        return before.coverage.reset_at != now.coverage.reset_at
    # Another start of the agent counts from where the one before had read to.
    return isinstance(now, LogEvents | Progress) and _period(before).start != now.period.start


def _reborn(old: Any, row: Any) -> bool:
    """Whether the server began to count a row anew, by the server's own clock."""
    name = {Statement: "stats_since", Database: "stats_reset"}.get(type(row))
    return name is not None and getattr(old, name) != getattr(row, name)


def _is_gone(row: Any) -> bool:
    return isinstance(row, Statement) and DROPPED in (row.key.database, row.key.user)


def _hidden(section: Statements) -> int:
    """Rows of other users whose identity our role may not see."""
    return section.coverage.entries - len(section.rows)


def _could_be_seen(before: Section, now: Section) -> Callable[[Any], bool]:
    """Whether a row that `now` has and `before` has not would have been in `before`, had it been there."""
    if isinstance(before, Tables | Indexes):
        read = {*before.databases, *(row.name.database for row in before.rows)}
        return lambda row: row.name.database in read
    if isinstance(before, Statements) and isinstance(now, Statements) and _hidden(before) > _hidden(now):
        return lambda _row: False
    return lambda _row: True


def difference(before: Section, now: Section) -> Section | None:
    """What was counted between two readings of one section; None where `now` is not later than `before`, or does not count."""
    form = FORMS.get(type(now))
    if form is None or type(before) is not type(now) or _period(now).end <= _period(before).end:
        return None
    reset = _was_reset(before, now)
    earlier = {form.key(row): row for row in getattr(before, form.rows)}
    seen = _could_be_seen(before, now)
    rows = []
    for row in getattr(now, form.rows):
        old = earlier.get(form.key(row))
        if _is_gone(row) or (old is None and not reset and not seen(row)):
            continue
        rows.append(row if old is None or reset or _reborn(old, row) else _less(old, row, form.counters))
    result = replace(now, **{form.rows: tuple(rows), "period": Period(_period(before).end, _period(now).end)})  # type: ignore[type-var]
    if isinstance(result, Throughput):
        for counters in _MACHINERY:
            result = _less(before, result, counters)
    if isinstance(result, Statements) and isinstance(before, Statements):
        evicted = result.coverage.evicted - (0 if reset else before.coverage.evicted)
        evicted = result.coverage.evicted if evicted < 0 else evicted
        result = replace(result, coverage=replace(result.coverage, evicted=evicted, was_reset=reset))
    if isinstance(result, ServerStatus) and isinstance(before, ServerStatus):
        result = replace(result, growths=_grown(before, result))
    return result


def _grown(before: ServerStatus, now: ServerStatus) -> tuple[Value, ...]:
    """What was added to (or taken from) the gauges whose slope matters."""
    ends = ((name, before.gauge(name), now.gauge(name)) for name in sorted(GROWING))
    return tuple(Value(name, last - first) for name, first, last in ends if first is not None and last is not None)


def onto(delta: Section, latest: Section) -> Section:
    """The delta as a check wants it: every row of the latest reading as it is now, with what was counted over the delta's period.

    Rows in which nothing was counted count zero; relations that are gone are left out. Of statements only those that ran are
    given, also where the server has evicted them since. The inverse of `busy_rows`.
    """
    form = FORMS.get(type(latest))
    if form is None or type(delta) is not type(latest):
        return delta
    counted = {form.key(row): row for row in getattr(delta, form.rows)}
    only_counted = isinstance(latest, Statements | LogEvents | Progress)
    rows = []
    for row in getattr(latest, form.rows):
        mine = counted.pop(form.key(row), None)
        if mine is not None or not only_counted:
            rows.append(_counting(row, mine, form.counters))
    rows += counted.values() if only_counted else ()
    result = replace(latest, **{form.rows: tuple(rows), "period": _period(delta)})  # type: ignore[type-var]
    if isinstance(result, Throughput):
        result = _counting(result, delta, _THROUGHPUT)
    if isinstance(result, Statements) and isinstance(delta, Statements):
        known = replace(result.coverage, evicted=delta.coverage.evicted, was_reset=delta.coverage.was_reset)
        result = replace(result, coverage=known)
    if isinstance(result, ServerStatus) and isinstance(delta, ServerStatus):
        result = replace(result, growths=delta.growths)
    return result


def _counting(row: Any, counted: Any | None, counters: tuple[str, ...]) -> Any:
    """`row` with the counters of `counted`, or zeros; what the server does not count stays None."""
    if counted is not None:
        return replace(row, **{name: getattr(counted, name) for name in counters})
    return replace(row, **{name: type(getattr(row, name))(0) for name in counters if getattr(row, name) is not None})


def _merged_load(deltas: list[ActiveSessions]) -> ActiveSessions:
    load: dict[SessionLoad, int] = {}
    for delta in deltas:
        for row in delta.rows:
            key = replace(row, samples=0)
            load[key] = load.get(key, 0) + row.samples
    last = deltas[-1]
    return replace(
        last,
        period=Period(deltas[0].period.start, last.period.end),
        samples=sum(delta.samples for delta in deltas),
        rows=tuple(
            replace(key, samples=samples)
            for key, samples in sorted(load.items(), key=lambda item: (-item[1], str(item[0])))
        ),
        blocked=_merged_blocked(deltas),
        peak_active=max(delta.peak_active for delta in deltas),
        idle_in_transaction_peak_seconds=max(delta.idle_in_transaction_peak_seconds for delta in deltas),
        peak_connections=max(delta.peak_connections for delta in deltas),
        autovacuum_samples=sum(delta.autovacuum_samples for delta in deltas),
        autovacuum_delayed_samples=sum(delta.autovacuum_delayed_samples for delta in deltas),
    )


def _merged_blocked(deltas: list[ActiveSessions]) -> tuple[BlockedTime, ...]:
    """One row for each chain, however many points saw it: hours of blocking must not grow the coarser points."""
    chains: dict[BlockedTime, BlockedTime] = {}
    for row in (one for delta in deltas for one in delta.blocked):
        key = replace(row, samples=0, longest_seconds=0.0, depth=0)
        before = chains.get(key, key)
        chains[key] = replace(
            row,
            samples=before.samples + row.samples,
            longest_seconds=max(before.longest_seconds, row.longest_seconds),
            depth=max(before.depth, row.depth),
        )
    return tuple(chains.values())


def merge(deltas: Iterable[Section]) -> Section:
    """One delta of several of one kind, oldest first: counters summed, everything else as in the newest. Raises ValueError for none."""
    given = list(deltas)
    if not given:
        raise ValueError("nothing to merge")
    if isinstance(given[-1], ActiveSessions):
        return _merged_load(cast("list[ActiveSessions]", given))
    form = FORMS[type(given[-1])]
    rows: dict[Hashable, Any] = {}
    for delta in given:
        for row in getattr(delta, form.rows):
            key = form.key(row)
            rows[key] = _sum(rows[key], row, form.counters) if key in rows else row
    last = given[-1]
    period = Period(_period(given[0]).start, _period(last).end)
    result = replace(last, **{form.rows: tuple(rows.values()), "period": period})  # type: ignore[type-var]
    if isinstance(result, Throughput):
        for delta in given[:-1]:
            result = _sum(delta, result, _THROUGHPUT)
    if isinstance(result, Statements):
        evicted = sum(delta.coverage.evicted for delta in given if isinstance(delta, Statements))
        reset = any(delta.coverage.was_reset for delta in given if isinstance(delta, Statements))
        result = replace(result, coverage=replace(result.coverage, evicted=evicted, was_reset=reset))
    if isinstance(result, ServerStatus):
        growths = [one for delta in given if isinstance(delta, ServerStatus) for one in delta.growths]
        names = sorted({one.name for one in growths})
        summed = (Value(name, sum(one.value for one in growths if one.name == name)) for name in names)
        result = replace(result, growths=tuple(summed))
    return result


def busy_rows(section: Section) -> Section:
    """A delta without the rows in which nothing was counted, and without texts: what is worth storing."""
    form = FORMS.get(type(section))
    if form is None:
        return section
    rows = tuple(row for row in getattr(section, form.rows) if not is_idle(row, form.counters))
    if isinstance(section, Statements):
        return replace(section, rows=tuple(replace(row, text=None) for row in rows))
    if isinstance(section, LogEvents):
        return replace(section, rows=rows, deadlocks=(), lock_waits=(), vacuums=(), checkpoints=())
    return replace(section, **{form.rows: rows})  # type: ignore[type-var]
