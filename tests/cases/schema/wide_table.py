"""Cases of `schema/wide_table`."""

from cases.case import Case, gap
from cases.facts import table
from cases.schema.facts import columns, shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"
HUNDRED = {f"{letter}_{other}": "integer" for letter in "abcdefghij" for other in "klmnopqrst"}
WIDE = columns("orders", **HUNDRED)

CASES = (
    Case("120 columns", "fires", shop(*WIDE, *columns("orders", **{f"more_{letter}": "text" for letter in "abcdefghijklmnopqrst"})), (SUBJECT,),
         severity={SUBJECT: "low"}, says=("120 columns",)),
    Case("three columns", "silent", shop(*WIDE[:3])),
    Case("a hundred", "threshold", shop(*WIDE), (SUBJECT,)),
    Case("ninety-nine", "threshold", shop(*WIDE[:99])),
    Case("a hundred, few rows", "threshold", shop(*WIDE, of=table(live_rows=999, row_estimate=999.0))),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
