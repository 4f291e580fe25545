"""Cases of `maintenance/stale_statistics`."""

from cases.case import Case, gap
from cases.facts import settings, table, tables
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "table public.orders in shop"
NEVER = table(row_estimate=-1.0, live_rows=50_000, last_autoanalyze=None, modified_since_analyze=50_000)

CASES = (
    Case(
        "never analysed",
        "fires",
        (tables(NEVER), settings()),
        (SUBJECT,),
        says=("was never analysed",),
        statements=("ANALYZE public.orders;",),
    ),
    Case("changed a lot", "fires", (tables(table(modified_since_analyze=90_000)), settings()), (SUBJECT,)),
    Case("fresh", "silent", (tables(table(modified_since_analyze=100)), settings())),
    Case("small", "silent", (tables(table(row_estimate=-1.0, live_rows=50, modified_since_analyze=50)), settings())),
    Case(
        "twice what should have started it",
        "threshold",
        (tables(table(modified_since_analyze=20_100)), settings()),
        (SUBJECT,),
    ),
    Case("just below", "threshold", (tables(table(modified_since_analyze=20_099)), settings())),
    Case("tables unread", "gap", (settings(),), gaps=(gap(Tables),)),
)
