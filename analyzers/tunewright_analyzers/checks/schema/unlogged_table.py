"""`schema/unlogged_table`: reads Tables; says which tables a crash empties."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Which tables count."""

    rows_min: float = threshold(1000, "rows", "Smaller tables are not reported.")


@check(needs=(Tables,), engines=POSTGRESQL, thresholds=Thresholds)
def unlogged_table(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Unlogged tables that hold rows.

    Risk: a crash or failover empties them; no standby and no backup from WAL has their rows.
    Evidence: pg_class.relpersistence = u, the number of rows.
    Remedy: SET LOGGED where the rows matter.
    False positives: caches and staging tables that may vanish: that is what unlogged is for.
    """
    for table in context.window.need(Tables).rows:
        rows = max(table.live_rows, int(max(table.row_estimate, 0)))
        if not table.is_unlogged or rows < context.thresholds.rows_min:
            continue
        found = context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW,
            f"Table {table.name} is unlogged: its {rows:,} rows are lost at a crash or failover.",
            Evidence("rows", rows, "rows", "pg_stat_user_tables"),
            Evidence("size", table.total_bytes, "bytes", "pg_class"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.ALTER_TABLE,
            (f"ALTER TABLE {qualified(table.name)} SET LOGGED;",),
            risk="Rewrites the table into WAL under an ACCESS EXCLUSIVE lock.",
            rollback=(f"ALTER TABLE {qualified(table.name)} SET UNLOGGED;",),
        )
