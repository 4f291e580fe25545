"""Cases of `schema/padded_char`."""

from cases.case import Case, gap
from cases.facts import column, table
from cases.schema.facts import columns, shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"

CASES = (
    Case("char(10)", "fires", shop(*columns("orders", code="character(10)", state="character(2)")), (SUBJECT,), severity={SUBJECT: "info"},
         says=("code character(10), state character(2)",), statements=("ALTER COLUMN code TYPE text, ALTER COLUMN state TYPE text;",)),
    Case("char(1), varchar and text", "silent", shop(*columns("orders", a="character(1)", b="character varying(10)", c="text"))),
    Case("a partition", "silent", shop(column("orders", "code", "character(10)"), of=table(parent=table("all").name))),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
