"""Cases of `schema/primary_key_missing`."""

from cases.case import Case, gap
from cases.facts import column, constraint, schema, table, tables
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"

CASES = (
    Case(
        "no key", "fires", (tables(table()), schema(column("orders", "id"))), (SUBJECT,), severity={SUBJECT: "medium"}
    ),
    Case(
        "a unique constraint is named",
        "fires",
        (tables(table()), schema(constraint("orders", "u", ("code",)))),
        (SUBJECT,),
        says=("orders_code_u",),
    ),
    Case("a key", "silent", (tables(table()), schema(constraint("orders", "p", ("id",))))),
    Case("a partition", "silent", (tables(table(parent=table("all").name)), schema())),
    Case("at the floor", "threshold", (tables(table(row_estimate=1000.0, live_rows=1000)), schema()), (SUBJECT,)),
    Case("below the floor", "threshold", (tables(table(row_estimate=999.0, live_rows=999)), schema())),
    Case("schema unread", "gap", (tables(table()),), gaps=(gap(Schema),)),
)
