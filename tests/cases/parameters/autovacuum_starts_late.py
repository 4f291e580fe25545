"""Cases of `parameters/autovacuum_starts_late`."""

from dataclasses import replace

from cases.case import NOW, Case, gap
from cases.facts import GB, ago, settings, table, tables
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.snapshot import Period

SUBJECT = "table public.orders in shop"
MILLIONS = table(
    row_estimate=10_000_000.0, live_rows=10_000_000, pages=1_000_000, size_bytes=8 * GB, rows_updated=300_000
)
HOT = table(
    row_estimate=10_000_000.0,
    live_rows=10_000_000,
    pages=1_000_000,
    size_bytes=8 * GB,
    index_bytes=8 * GB,
    rows_updated=600_000_000,
)
LIMIT = table(row_estimate=1_000_000.0, live_rows=1_000_000, rows_updated=5_000, rows_deleted=5_000)

CASES = (
    Case("3 % a day, 20 % until now", "fires", (tables(MILLIONS), settings()), (SUBJECT,), severity={SUBJECT: "low"}, says=("3.0%",),
         statements=("ALTER TABLE public.orders SET (autovacuum_vacuum_scale_factor = 0.03);",)),
    Case("a vacuum would not end in time: faster too", "fires", (tables(HOT), settings()), (SUBJECT,),
         statements=("autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_limit = ",)),
    Case("the table has a scale factor of its own", "silent",
         (tables(table(row_estimate=1e7, rows_updated=300_000, options=(("autovacuum_vacuum_scale_factor", "0.02"),))), settings())),
    Case("18 bounds it for the largest", "silent", (tables(MILLIONS), settings(autovacuum_vacuum_max_threshold="900000"))),
    Case("a million rows, 1 % a day", "threshold", (tables(LIMIT), settings()), (SUBJECT,)),
    Case("a row less", "threshold", (tables(table(row_estimate=999_999.0, live_rows=999_999, rows_updated=10_000)), settings())),
    Case("less a day", "threshold", (tables(table(row_estimate=1_000_000.0, live_rows=1_000_000, rows_updated=9_999)), settings())),
    Case("half an hour tells nothing of a day", "gap", (replace(tables(MILLIONS), period=Period(ago(minutes=30), NOW)), settings())),
    Case("an hour", "threshold", (replace(tables(MILLIONS), period=Period(ago(hours=1), NOW)), settings()), (SUBJECT,)),
    Case("tables unread", "gap", (settings(),), gaps=(gap(Tables),)),
)  # fmt: skip
