"""Cases of `schema/json_not_jsonb`."""

from cases.case import Case, gap
from cases.facts import column
from cases.schema.facts import shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"

CASES = (
    Case("json", "fires", shop(column("orders", "body", "json")), (SUBJECT,), severity={SUBJECT: "info"},
         statements=("ALTER COLUMN body TYPE jsonb USING body::jsonb;",)),
    Case("jsonb", "silent", shop(column("orders", "body", "jsonb"))),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
