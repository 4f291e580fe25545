"""`maintenance/table_bloated`: reads Tables, Schema; says which tables are mostly empty space, and how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName, Table, Tables
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.indexes.bloat import STALE_RATIO, Confidence
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.identifiers import qualified

_VARYING = frozenset({"text", "varchar", "character varying", "bytea", "json", "jsonb", "xml", "numeric", "hstore"})
DEAD_RATIO = 0.2
"""Dead rows by live ones from which much of the space is not empty yet but waits for a vacuum."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much empty space is worth a word."""

    least_bytes: float = threshold(1024**3, "bytes", "Estimated empty space from which a table is told.")
    least_ratio: float = threshold(0.5, "ratio", "Share of the table that must be empty: free space is used again.")
    medium_bytes: float = threshold(20 * 1024**3, "bytes", "Empty space from which it is of medium severity.")


def _confidence(table: Table, varying: frozenset[RelationName]) -> tuple[Confidence, str]:
    rows = max(table.row_estimate, float(table.live_rows), 1.0)
    if table.last_analyze is None and table.last_autoanalyze is None:
        return Confidence.LOW, "it was not analysed since the counters were reset"
    if table.modified_since_analyze > STALE_RATIO * rows:
        return Confidence.LOW, f"{table.modified_since_analyze / rows:.0%} of the rows changed since the last ANALYZE"
    if table.dead_rows > DEAD_RATIO * rows:
        return Confidence.LOW, f"{table.dead_rows:,} dead rows are not removed yet: vacuum first, then look again"
    if table.name in varying:
        return Confidence.MEDIUM, "columns of varying length: their average width stands for all values"
    return Confidence.HIGH, "columns of fixed length, statistics up to date, few dead rows"


@check(needs=(Tables, Schema), engines=POSTGRESQL, thresholds=Thresholds)
def table_bloated(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables that would be much smaller if they were written anew.

    Risk: every scan, backup and standby reads or carries the empty pages; what is cached of them is cache wasted.
    Evidence: pages against what so many rows of the average width need by the page layout; an estimate with its confidence (low is never more
        than info): how old the statistics are, dead rows that are not removed yet, columns of varying length.
    Remedy: first what let it grow (maintenance/vacuum_hindered, horizon_held_back, autovacuum_behind); then pg_repack or pg_squeeze while others
        work, or VACUUM FULL, which locks everybody out.
    False positives: a table that is filled and emptied in turn uses the space again: leave it. pgstattuple_approx measures instead of estimating.
    """
    limits = context.thresholds
    rows = [
        one
        for one in context.window.need(Tables).rows
        if one.kind in {"r", "m"} and one.size_bytes >= limits.least_bytes
    ]
    if rows and all(one.bloat_bytes is None for one in rows):
        because = "no table has an estimate: the widths of its columns could not be read, or it was never analysed"
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), because)
    varying = frozenset(one.table for one in context.window.need(Schema).columns if one.base_type in _VARYING)
    for table in rows:
        empty = table.bloat_bytes
        if empty is None or empty < limits.least_bytes or empty < limits.least_ratio * table.size_bytes:
            continue
        yield from _told(context, table, empty, *_confidence(table, varying))


def _told(context: Context[Thresholds], table: Table, empty: int, sure: Confidence, why: str) -> Iterator[Verdict]:
    severity = Severity.MEDIUM if empty >= context.thresholds.medium_bytes else Severity.LOW
    found = context.finding(
        Subject("table", str(table.name), table.name.database),
        Severity.INFO if sure is Confidence.LOW else severity,
        f"Table {table.name} is about {empty / table.size_bytes:.0%} empty: {empty / 2**30:,.1f} of {table.size_bytes / 2**30:,.1f} GiB.",
        Evidence("size", table.size_bytes, "bytes", "pg_class.relpages"),
        Evidence("empty", empty, "bytes", "rows, widths and the page layout"),
        Evidence("empty share", round(empty / table.size_bytes, 3), "ratio", "rows, widths and the page layout"),
        Evidence("confidence", f"{sure}: {why}", "", "age of the statistics, dead rows, types"),
        Evidence("dead rows", table.dead_rows, "rows", "pg_stat_user_tables.n_dead_tup"),
    )
    yield found
    if sure is Confidence.LOW:
        return
    yield context.recommendation(
        found,
        Action.VACUUM,
        (f"VACUUM (FULL, ANALYZE) {qualified(table.name)};",),
        risk="Locks everybody out (ACCESS EXCLUSIVE) for its whole duration, needs disk for a second copy and writes it to the WAL. pg_repack and "
        "pg_squeeze do the same while others work.",
        rollback=(),
        caution='First `tunewright preflight "VACUUM FULL …"` for its duration, and mend what let the table grow.',
    )
