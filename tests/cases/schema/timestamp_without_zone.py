"""Cases of `schema/timestamp_without_zone`."""

from cases.case import Case, gap
from cases.facts import column
from cases.schema.facts import columns, shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"
BARE = "timestamp without time zone"

CASES = (
    Case("a bare timestamp", "fires", shop(column("orders", "at", BARE)), (SUBJECT,), severity={SUBJECT: "info"}, says=("without a zone: at.",)),
    Case("filled by now()", "fires", shop(column("orders", "at", BARE, default="now()")), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("with a zone, and a date", "silent", shop(*columns("orders", at="timestamp with time zone", on="date"))),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
