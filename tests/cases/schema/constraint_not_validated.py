"""Cases of `schema/constraint_not_validated`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import constraint, foreign_key, schema
from tunewright_analyzers.facts.columns import Schema

CASES = (
    Case(
        "not validated",
        "fires",
        (schema(replace(foreign_key("orders", "customer_id", "customers"), is_valid=False)),),
        ("constraint public.orders.orders_customer_id_f in shop",),
        statements=("VALIDATE CONSTRAINT orders_customer_id_f;",),
    ),
    Case("valid", "silent", (schema(constraint("orders", "c", ("total",))),)),
    Case("schema unread", "gap", gaps=(gap(Schema),)),
)
