"""Cases of `schema/money_type`."""

from cases.case import Case, gap
from cases.facts import column
from cases.schema.facts import shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"

CASES = (
    Case("money", "fires", shop(column("orders", "total", "money")), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER COLUMN total TYPE numeric USING total::numeric;",)),
    Case("numeric", "silent", shop(column("orders", "total", "numeric(10,2)"))),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
