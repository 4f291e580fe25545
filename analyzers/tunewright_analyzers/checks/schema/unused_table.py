"""`schema/unused_table`: reads Tables; says which tables nobody has read or written since the server began to count."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Indexes, Table, Tables
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long and how large."""

    least_days: float = threshold(30.0, "days", "Days that use must have been counted: quarter-end work comes late.")
    bytes_min: float = threshold(16 * 1024**2, "bytes", "Size with indexes from which a table is reported.")


def _is_touched(table: Table) -> bool:
    written = table.rows_inserted + table.rows_updated + table.rows_deleted
    return table.sequential_scans + table.index_scans + written > 0


@check(needs=(Tables, Indexes), thresholds=Thresholds)
def unused_table(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables that nobody has read or written.

    Risk: disk, backup time and freeze work for nothing; a forgotten copy of customers' data is also a leak waiting to be found.
    Evidence: no scan and no written row in pg_stat_all_tables since the statistics reset; the size.
    Remedy: ask its owner, dump it, rename it for a month, then drop it.
    False positives: archives kept by law; work that comes less often than the counters are old; reads on standbys.
    """
    limits = context.thresholds
    cluster = Subject("cluster", context.window.cluster)
    indexes = context.window.whole(Indexes)
    since = indexes.counted_since
    if since is None:
        yield NotJudged(context.check, cluster, "it is not known since when use is counted")
        return
    days = (context.window.end - since).total_seconds() / _DAY
    if days < limits.least_days:
        because = (
            f"use is counted for {days:.1f} days only, {limits.least_days:g} are needed before 'unused' means something"
        )
        yield NotJudged(context.check, cluster, because)
        return
    if indexes.replicas_unread:
        because = (
            f"standbys may read what this server does not, and were not read: {', '.join(indexes.replicas_unread)}"
        )
        yield NotJudged(context.check, cluster, because)
        return
    for table in context.window.whole(Tables).rows:
        # A parent has no use of its own, a child's belongs to its parent's.
        if table.kind == "p" or table.parent is not None or _is_touched(table) or table.total_bytes < limits.bytes_min:
            continue
        yield context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.LOW,
            f"Table {table.name} ({table.total_bytes / 2**20:,.0f} MiB) has been neither read nor written in {days:.0f} days.",
            Evidence("size", table.total_bytes, "bytes", "pg_class"),
            Evidence("scans", 0, "count", "pg_stat_all_tables"),
            Evidence("counted for", round(days, 1), "days", "pg_stat_database.stats_reset"),
        )
