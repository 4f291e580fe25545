"""Cases of `schema/unlogged_table`."""

from cases.case import Case, gap
from cases.facts import table, tables
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "table public.orders in shop"

CASES = (
    Case(
        "unlogged",
        "fires",
        (tables(table(is_unlogged=True)),),
        (SUBJECT,),
        statements=("ALTER TABLE public.orders SET LOGGED;",),
    ),
    Case("logged", "silent", (tables(table()),)),
    Case("at the floor", "threshold", (tables(table(is_unlogged=True, row_estimate=1000.0, live_rows=0)),), (SUBJECT,)),
    Case("below the floor", "threshold", (tables(table(is_unlogged=True, row_estimate=999.0, live_rows=0)),)),
    Case("tables unread", "gap", gaps=(gap(Tables),)),
)
