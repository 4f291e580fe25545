"""`maintenance/vacuum_hindered`: reads Tables, Settings, Sessions, Replication and (where it is read) LogEvents; says why a table is not vacuumed."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.parameters.vacuum import trigger
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified
from tunewright_analyzers.vacuum.causes import Cause, Hindrance, causes


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables are overdue, and what counts as a cause."""

    dead_rows_min: float = threshold(10_000, "rows", "Tables with fewer dead rows are judged by their age alone.")
    trigger_factor: float = threshold(
        2.0, "ratio", "Dead rows as a multiple of the number at which autovacuum should have begun."
    )
    age_factor: float = threshold(1.1, "ratio", "Age of the oldest row as a multiple of autovacuum_freeze_max_age.")
    horizon_age: float = threshold(10_000, "count", "Transactions by which somebody must hold the horizon back.")
    cancelled: float = threshold(3, "count", "Runs cancelled for a lock, in the log's period, that make it a cause.")


def _overdue(table: Table, settings: Settings, limits: Thresholds) -> str | None:
    if table.xid_age > limits.age_factor * settings.number("autovacuum_freeze_max_age", 2e8):
        return f"its oldest row is {table.xid_age:,} transactions old"
    if table.dead_rows >= max(limits.dead_rows_min, limits.trigger_factor * trigger(table, settings)):
        return f"it holds {table.dead_rows:,} dead rows"
    return None


def _advice(context: Context[Thresholds], found: Finding, table: Table, cause: Cause) -> Iterator[Verdict]:
    """What mends it here; who holds the horizon or a lock is advised on by maintenance/horizon_held_back and locks/blocking_chain."""
    name = qualified(table.name)
    if cause.hindrance is Hindrance.OFF and dict(table.options).get("autovacuum_enabled"):
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {name} SET (autovacuum_enabled = true);",),
            risk="Autovacuum comes to the table within autovacuum_naptime and reads it.",
            rollback=(f"ALTER TABLE {name} SET (autovacuum_enabled = false);",),
        )
    elif cause.hindrance is Hindrance.THROTTLED:
        own = dict(table.options).get("autovacuum_vacuum_cost_delay")
        before = (
            f"SET (autovacuum_vacuum_cost_delay = {own})" if own is not None else "RESET (autovacuum_vacuum_cost_delay)"
        )
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {name} SET (autovacuum_vacuum_cost_delay = 0);",),
            risk="Its vacuums read and write as fast as the disk allows; a run that is under way goes on as it began.",
            rollback=(f"ALTER TABLE {name} {before};",),
        )
    elif cause.hindrance in {Hindrance.STARVED, Hindrance.LOCKED}:
        yield context.recommendation(
            found,
            Action.VACUUM,
            (f"VACUUM (ANALYZE) {name};",),
            risk="Reads the whole table beside normal work. By hand it does not give way to locks as autovacuum does: others may wait for it.",
            rollback=(),
        )


@check(needs=(Tables, Settings, Sessions, Replication), engines=POSTGRESQL, thresholds=Thresholds)
def vacuum_hindered(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Why an overdue table is not vacuumed: switched off, held back, locked out, throttled or starved, and by whom.

    Risk: dead rows pile up and transaction ids age for as long as the cause lasts, whatever autovacuum's settings are.
    Evidence: the workers in pg_stat_activity and what they wait for, the oldest transaction, prepared transaction, slot and standby, the table's
    options, and from the log cancelled runs, rows that could not be removed and the time spent asleep.
    Remedy: end the owner of the cause; where it is the throttle or the number of workers, give the table its own settings.
    False positives: a state of the moment: all workers may be busy once. A cause that is named again and again is one.
    """
    window, limits = context.window, context.thresholds
    settings, sessions, replication = window.need(Settings), window.need(Sessions), window.need(Replication)
    log = window.section(LogEvents)
    for table in window.need(Tables).rows:
        overdue = _overdue(table, settings, limits)
        if overdue is None:
            continue
        known = causes(
            table,
            settings,
            sessions,
            replication,
            log,
            least_age=int(limits.horizon_age),
            least_cancelled=int(limits.cancelled),
        )
        if not known:
            continue
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.HIGH if table.xid_age > 2 * settings.number("autovacuum_freeze_max_age", 2e8) else Severity.MEDIUM,
            f"Table {table.name} is overdue for a vacuum ({overdue}) and {known[0].hindrance}: {'; '.join(cause.owner for cause in known)}.",
            Evidence("dead rows", table.dead_rows, "rows", "pg_stat_user_tables.n_dead_tup"),
            Evidence("age", table.xid_age, "transaction ids", "pg_class.relfrozenxid"),
            *(one for cause in known for one in cause.evidence),
        )
        yield found
        yield from _advice(context, found, table, known[0])
