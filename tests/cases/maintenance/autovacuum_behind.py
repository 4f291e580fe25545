"""Cases of `maintenance/autovacuum_behind`."""

from cases.case import Case, gap
from cases.facts import settings, table, tables
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "table public.orders in shop"

CASES = (
    Case(
        "half the table is dead",
        "fires",
        (tables(table(dead_rows=150_000)), settings()),
        (SUBJECT,),
        severity={SUBJECT: "high"},
        statements=(
            "ALTER TABLE public.orders SET (autovacuum_enabled = true, autovacuum_vacuum_scale_factor = 0.02",
            "VACUUM (ANALYZE)",
        ),
    ),
    Case(
        "switched off for the table",
        "fires",
        (tables(table(dead_rows=50_000, options=(("autovacuum_enabled", "false"),))), settings()),
        (SUBJECT,),
        severity={SUBJECT: "medium"},
        says=("switched off for this table",),
    ),
    Case(
        "the release's cap on the threshold counts",
        "fires",
        (
            tables(table(row_estimate=1e9, live_rows=10**9, dead_rows=10**8)),
            settings(autovacuum_vacuum_max_threshold="10000000"),
        ),
        (SUBJECT,),
    ),
    Case("autovacuum keeps up", "silent", (tables(table(dead_rows=15_000)), settings())),
    Case(
        "few dead rows in a small table",
        "silent",
        (tables(table(row_estimate=100.0, live_rows=100, dead_rows=5000)), settings()),
    ),
    Case("twice what should have started it", "threshold", (tables(table(dead_rows=40_100)), settings()), (SUBJECT,)),
    Case("just below", "threshold", (tables(table(dead_rows=40_099)), settings())),
    Case("tables unread", "gap", (settings(),), gaps=(gap(Tables),)),
)
