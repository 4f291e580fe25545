"""`maintenance/wraparound`: reads Databases, Settings, Tables; says which database nears the end of its transaction ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Database, Databases, Throughput
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified

LIMIT = 2**31 - 3_000_000
"""Transactions of age at which PostgreSQL refuses to assign new ids (xidStopLimit in varsup.c: 3 million before the wrap)."""


MOST_SECONDS = 100 * 365 * 86400.0
"""Further ahead nothing is forecast."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Ages as a share of the limit."""

    warn_ratio: float = threshold(0.25, "ratio", "Share of the limit from which a database is reported.")
    high_ratio: float = threshold(0.50, "ratio", "Share of the limit from which it is severe.")
    critical_ratio: float = threshold(0.80, "ratio", "Share of the limit from which it is critical.")
    days_high: float = threshold(
        30, "count", "Days until the limit, at the window's rate, below which it is severe whatever the share."
    )


def _oldest(tables: Tables | None, database: Database) -> Table | None:
    of_database = [row for row in tables.rows if row.name.database == database.name and row.xid_age] if tables else []
    return max(of_database, key=lambda row: row.xid_age, default=None)


def _rate(window: Window) -> float | None:
    """Transaction ids given out a second, between two readings; None where there was only one: since its start a server counts otherwise."""
    deltas = [one for one in window.deltas if isinstance(one, Throughput)]
    given = deltas[-1].transactions if deltas else None
    return None if given is None else given / deltas[-1].period.seconds


def _end(context: Context[Thresholds], age: int) -> datetime | None:
    """When the ids run out at the window's rate if nothing is frozen; None without a rate, or beyond a hundred years."""
    rate = _rate(context.window)
    if not rate:
        return None
    seconds = max(0, LIMIT - age) / rate
    return context.window.end + timedelta(seconds=seconds) if seconds < MOST_SECONDS else None


def _severity(ratio: float, limits: Thresholds, days: float | None) -> Severity:
    if ratio >= limits.critical_ratio:
        return Severity.CRITICAL
    soon = days is not None and days < limits.days_high
    return Severity.HIGH if ratio >= limits.high_ratio or soon else Severity.MEDIUM


def _forecast(context: Context[Thresholds], end: datetime | None) -> Iterator[Evidence]:
    rate = _rate(context.window)
    if rate is not None:
        yield Evidence(
            "ids given out", round(rate * 86400), "transaction ids a day", "pg_current_snapshot() over the window"
        )
    if end is not None:
        yield Evidence("they run out", end.isoformat(timespec="minutes"), "", "age and rate, if nothing is frozen")


@check(needs=(Databases, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def wraparound(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Databases whose oldest unfrozen row ages towards the end of the 32-bit transaction (or multixact) ids.

    Risk: at the limit the server refuses every write until a vacuum has frozen the oldest rows, which can take hours.
    Evidence: age(datfrozenxid) and mxid_age(datminmxid) against the limit of about 2.14 billion; the rate at which ids are given out between
        two readings, and the day on which they run out at that rate if nothing is frozen; the oldest table.
    Remedy: find what holds vacuum back (see maintenance/horizon_held_back), then VACUUM (FREEZE) the oldest tables.
    False positives: none above autovacuum_freeze_max_age; a raised autovacuum_freeze_max_age explains an age below it.
    """
    freeze_at = context.window.need(Settings).number("autovacuum_freeze_max_age", 2e8)
    tables = context.window.section(Tables)
    for database in context.window.need(Databases).rows:
        age, kind = max((database.xid_age, "transaction"), (database.mxid_age, "multixact"))
        ratio = age / LIMIT
        if ratio < context.thresholds.warn_ratio:
            continue
        end = _end(context, age) if kind == "transaction" else None
        days = None if end is None else (end - context.window.end).total_seconds() / 86400
        found = context.finding(
            Subject("database", database.name),
            _severity(ratio, context.thresholds, days),
            f"Database {database.name} has used {ratio:.0%} of its {kind} ids: {age:,} of {LIMIT:,} before writes are refused"
            + (
                f"; at the present rate they run out on {end:%Y-%m-%d}, if nothing is frozen."
                if end is not None
                else "."
            ),
            *_forecast(context, end),
            Evidence("oldest age", age, f"{kind} ids", "pg_database"),
            Evidence("share of the limit", round(ratio, 4), "ratio", "computed"),
            Evidence("autovacuum_freeze_max_age", freeze_at, "transaction ids", "pg_settings"),
        )
        yield found
        oldest = _oldest(tables, database)
        if oldest is not None:
            yield context.recommendation(
                found,
                Action.VACUUM,
                (f"VACUUM (FREEZE, VERBOSE) {qualified(oldest.name)};",),
                risk="Reads the whole table and writes what it freezes; it can run beside normal work.",
                rollback=(),
                evidence=(
                    *found.evidence,
                    Evidence("oldest table", f"{oldest.name}, age {oldest.xid_age:,}", "", "pg_class.relfrozenxid"),
                ),
                caution="A long transaction, a slot or a prepared transaction that holds the horizon back makes it useless: end that first.",
            )
