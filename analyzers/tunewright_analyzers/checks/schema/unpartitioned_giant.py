"""`schema/unpartitioned_giant`: reads Tables; says which tables have outgrown being one piece."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import rows_of


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is a giant."""

    bytes_min: float = threshold(100 * 1024**3, "bytes", "Heap and TOAST from which a table is reported.")
    deleted_ratio: float = threshold(
        0.01, "ratio", "Share of its rows deleted over the window: it seems to drop old rows."
    )


@check(needs=(Tables,), thresholds=Thresholds)
def unpartitioned_giant(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Very large tables in one piece.

    Risk: one vacuum, one ANALYZE sample, one index build and one restore each take the whole of it; old rows can only be deleted
        one by one, which leaves bloat, and not by dropping a partition.
    Evidence: heap and TOAST size; rows deleted against rows over the window.
    Remedy: partition by what old rows are told by (a time, a tenant), made beside the table and attached; or archive.
    False positives: a table that is read by key only, never purged, and vacuums in time.
    """
    limits = context.thresholds
    for table in context.window.need(Tables).rows:
        size, rows = table.size_bytes + table.toast_bytes, rows_of(table)
        if table.kind != "r" or table.parent is not None or size < limits.bytes_min:
            continue
        purged = rows > 0 and table.rows_deleted / rows >= limits.deleted_ratio
        yield context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.MEDIUM if purged else Severity.LOW,
            f"Table {table.name} holds {size / 2**30:,.0f} GiB ({rows:,} rows) in one piece"
            + (f"; {table.rows_deleted:,} rows were deleted one by one in the window." if purged else "."),
            Evidence("size without indexes", size, "bytes", "pg_class"),
            Evidence("rows", rows, "rows", "pg_stat_user_tables"),
            Evidence("rows deleted", table.rows_deleted, "rows", "pg_stat_user_tables"),
        )
