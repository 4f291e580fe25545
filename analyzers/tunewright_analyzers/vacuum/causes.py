"""Why autovacuum does not keep a table clean: each cause that the facts show, with its owner. Asked by checks/maintenance/vacuum_hindered.

switched off   by the table's option or for the whole server
held back      vacuum runs and may not remove: a transaction, prepared transaction, slot or standby still sees the rows
locked out     a worker waits for a lock, or is cancelled by one again and again
throttled      a worker spends its time asleep (cost-based delay)
starved        all workers are busy with other tables
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.relations import Table
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence

_OFF = frozenset({"false", "off", "0", "no"})
_WORKER = "autovacuum worker"


class Hindrance(StrEnum):
    """The causes, in the order in which they are to be mended."""

    OFF = "switched off"
    HELD = "held back"
    LOCKED = "locked out"
    THROTTLED = "throttled"
    STARVED = "starved"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. `owner` says who or what it is, as a part of a sentence."""

    hindrance: Hindrance
    owner: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who keeps the horizon: rows that died in the last `age` transactions stay."""

    who: str
    age: int
    source: str


def holders(sessions: Sessions, replication: Replication) -> tuple[Holder, ...]:
    """Everybody who holds the horizon back, the oldest first; our own sessions too, for they count like others."""
    found = [
        Holder(
            f"session {row.pid} of {row.user or 'unknown'} ({row.application or row.backend_type}, {row.state or 'no state'})",
            max(row.xmin_age or 0, row.xid_age or 0),
            "pg_stat_activity.backend_xmin",
        )
        for row in sessions.rows
        if row.backend_type != _WORKER
    ]
    found += [
        Holder(f"the prepared transaction {one.gid!r} of {one.owner}", one.xid_age, "pg_prepared_xacts")
        for one in sessions.prepared
    ]
    found += [
        Holder(f"the replication slot {slot.name}", slot.xmin_age or 0, "pg_replication_slots.xmin")
        for slot in replication.slots
    ]
    found += [
        Holder(
            f"a query on the standby {row.application} (hot_standby_feedback)",
            row.xmin_age or 0,
            "pg_stat_replication.backend_xmin",
        )
        for row in replication.replicas
    ]
    return tuple(sorted((one for one in found if one.age), key=lambda one: -one.age))


def _works_on(session: Session, table: Table) -> bool:
    """A worker's statement is `autovacuum: VACUUM public.orders (to prevent wraparound)`."""
    said = session.statement or ""
    named = said.partition("VACUUM ")[2].removeprefix("ANALYZE ").split(" (")[0].strip()
    return session.backend_type == _WORKER and session.database == table.name.database and named == str(table.name)


def _off(table: Table, settings: Settings) -> Iterator[Cause]:
    if dict(table.options).get("autovacuum_enabled") in _OFF:
        evidence = Evidence("autovacuum_enabled", "false", "", "pg_class.reloptions")
        yield Cause(Hindrance.OFF, "autovacuum is switched off for this table", (evidence,))
    setting = settings.get("autovacuum")
    if setting is not None and setting.value in _OFF:
        yield Cause(
            Hindrance.OFF,
            "autovacuum is switched off for the whole server",
            (Evidence("autovacuum", "off", "", "pg_settings"),),
        )


def _held(table: Table, known: tuple[Holder, ...], log: LogEvents | None, least_age: int) -> Iterator[Cause]:
    runs = (
        [
            run
            for run in log.vacuums
            if (run.database, f"{run.schema}.{run.table}") == (table.name.database, str(table.name))
        ]
        if log
        else []
    )
    unremovable = runs[-1].unremovable_rows if runs else None
    oldest = known[0] if known else None
    if oldest is None or oldest.age < least_age:
        return
    # A vacuum that came round and left the dead rows there is the sign; the log says it outright.
    came_round = (
        table.autovacuums + table.vacuums > 0 or table.last_autovacuum is not None or table.last_vacuum is not None
    )
    if unremovable == 0 or not (came_round or unremovable):
        return
    evidence = [
        Evidence("horizon age", oldest.age, "transaction ids", oldest.source),
        Evidence("held by", oldest.who, "", oldest.source),
    ]
    if unremovable:
        evidence.append(
            Evidence("dead but not yet removable at the last vacuum", unremovable, "rows", "the server's log")
        )
    yield Cause(Hindrance.HELD, f"{oldest.who} still sees the rows", tuple(evidence))


def _locked(table: Table, sessions: Sessions, log: LogEvents | None, least_cancelled: int) -> Iterator[Cause]:
    by_pid = {row.pid: row for row in sessions.rows}
    for worker in sessions.rows:
        if _works_on(worker, table) and worker.blocked_by:
            blocker = by_pid.get(worker.blocked_by[0])
            who = f"session {worker.blocked_by[0]}" + (
                f" of {blocker.user} ({blocker.application}, {blocker.state})" if blocker else ""
            )
            evidence = (
                Evidence("waits for", f"{worker.wait_type}/{worker.wait_event}", "", "pg_stat_activity"),
                Evidence("blocked by", who, "", "pg_blocking_pids"),
            )
            yield Cause(Hindrance.LOCKED, f"its worker waits for a lock of {who}", evidence)
    name = f"{table.name.database}.{table.name}"
    rows = log.of("autovacuum", "cancelled", "skipped_locked") if log else ()
    cancelled = sum(row.count for row in rows if row.subject == name)
    if cancelled >= least_cancelled:
        counted = Evidence("cancelled or skipped for a lock", cancelled, "count", "the server's log")
        yield Cause(Hindrance.LOCKED, f"locks of other sessions cancelled it {cancelled} times", (counted,))


def _throttled(table: Table, sessions: Sessions, log: LogEvents | None) -> Iterator[Cause]:
    for worker in sessions.rows:
        if _works_on(worker, table) and worker.wait_event == "VacuumDelay":
            began = worker.transaction_start
            seconds = (sessions.taken_at - began).total_seconds() if began is not None else 0.0
            evidence = (
                Evidence("waits for", "VacuumDelay", "", "pg_stat_activity"),
                Evidence("at work for", round(seconds), "seconds", "pg_stat_activity.xact_start"),
            )
            yield Cause(Hindrance.THROTTLED, "its worker sleeps by the cost limit", evidence)
            return
    for run in reversed(log.vacuums if log else ()):
        mine = (run.database, f"{run.schema}.{run.table}") == (table.name.database, str(table.name))
        if mine and run.delay_seconds is not None and run.delay_seconds >= 0.5 * run.seconds:
            share = run.delay_seconds / max(run.seconds, 1e-6)
            asleep = Evidence("asleep at the last run", round(share, 3), "ratio", "the server's log")
            yield Cause(
                Hindrance.THROTTLED,
                f"its last run slept {share:.0%} of {run.seconds:.0f} s by the cost limit",
                (asleep,),
            )
            return


def _starved(table: Table, sessions: Sessions, settings: Settings) -> Iterator[Cause]:
    workers = [row for row in sessions.rows if row.backend_type == _WORKER]
    most = settings.number("autovacuum_max_workers", 3)
    if len(workers) < most or any(_works_on(worker, table) for worker in workers):
        return
    at = ", ".join(sorted((worker.statement or "hidden").removeprefix("autovacuum: ") for worker in workers)[:5])
    evidence = (
        Evidence("workers at work", len(workers), "count", "pg_stat_activity"),
        Evidence("autovacuum_max_workers", most, "count", "pg_settings"),
        Evidence("they work on", at, "", "pg_stat_activity"),
    )
    yield Cause(Hindrance.STARVED, f"all {len(workers)} autovacuum workers are busy elsewhere", evidence)


def causes(
    table: Table,
    settings: Settings,
    sessions: Sessions,
    replication: Replication,
    log: LogEvents | None,
    *,
    least_age: int,
    least_cancelled: int,
) -> tuple[Cause, ...]:
    """All causes that the facts show for one overdue table, those to be mended first at the front; none where nothing shows why.

    `least_age`: transactions by which the horizon must be behind; `least_cancelled`: cancelled runs in the log's period.
    """
    known = holders(sessions, replication)
    return (
        *_off(table, settings),
        *_held(table, known, log, least_age),
        *_locked(table, sessions, log, least_cancelled),
        *_throttled(table, sessions, log),
        *_starved(table, sessions, settings),
    )
