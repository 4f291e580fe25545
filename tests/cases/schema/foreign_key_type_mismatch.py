"""Cases of `schema/foreign_key_type_mismatch`."""

from cases.case import Case, gap
from cases.facts import column, foreign_key, schema
from tunewright_analyzers.facts.columns import Schema

KEY = foreign_key("orders", "customer_id", "customers")
SUBJECT = "column public.orders.customer_id in shop"

CASES = (
    Case(
        "numeric against bigint",
        "fires",
        (schema(KEY, column("orders", "customer_id", "numeric"), column("customers", "id", "bigint")),),
        (SUBJECT,),
        severity={SUBJECT: "medium"},
        statements=("ALTER TABLE public.orders ALTER COLUMN customer_id TYPE bigint",),
    ),
    Case(
        "a wider column than needed",
        "fires",
        (schema(KEY, column("orders", "customer_id", "bigint"), column("customers", "id", "integer")),),
        (SUBJECT,),
        severity={SUBJECT: "low"},
    ),
    Case("alike", "silent", (schema(KEY, column("orders", "customer_id"), column("customers", "id")),)),
    Case(
        "text and varchar",
        "silent",
        (schema(KEY, column("orders", "customer_id", "text"), column("customers", "id", "character varying(20)")),),
    ),
    Case("schema unread", "gap", gaps=(gap(Schema),)),
)
