"""Cases of `schema/mixed_collations`."""

from cases.case import Case, gap
from cases.facts import column, foreign_key, schema
from tunewright_analyzers.facts.columns import Schema

KEY = foreign_key("orders", "customer", "customers", "code")
SUBJECT = "column public.orders.customer in shop"

CASES = (
    Case("C against the default", "fires", (schema(KEY, column("orders", "customer", "text"), column("customers", "code", "text", collation="C")),),
         (SUBJECT,), severity={SUBJECT: "low"}, says=("has the collation default, public.customers.code has C",)),
    Case("alike", "silent", (schema(KEY, column("orders", "customer", "text", collation="C"), column("customers", "code", "text", collation="C")),)),
    Case("C and POSIX", "silent",
         (schema(KEY, column("orders", "customer", "text", collation="C"), column("customers", "code", "text", collation="POSIX")),)),
    Case("no foreign key", "silent", (schema(column("orders", "customer", "text"), column("customers", "code", "text", collation="C")),)),
    Case("schema unread", "gap", gaps=(gap(Schema),)),
)  # fmt: skip
