"""Cases of `schema/entity_attribute_value`."""

from cases.case import Case, gap
from cases.facts import table
from cases.schema.facts import columns, shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders in shop"
TRIPLE = columns("orders", id="bigint", product_id="bigint", attribute="text", value="text")

CASES = (
    Case("product, attribute, value", "fires", shop(*TRIPLE), (SUBJECT,), severity={SUBJECT: "info"}, says=("each attribute of product_id",)),
    Case("a value that is a number", "silent", shop(*columns("orders", product_id="bigint", attribute="text", value="numeric"))),
    Case("no thing", "silent", shop(*columns("orders", attribute="text", value="text"))),
    Case("no attribute", "silent", shop(*columns("orders", product_id="bigint", value="text"))),
    Case("at the floor", "threshold", shop(*TRIPLE, of=table(live_rows=100_000, row_estimate=0.0)), (SUBJECT,)),
    Case("below the floor", "threshold", shop(*TRIPLE, of=table(live_rows=99_999, row_estimate=0.0))),
    Case("more than a list", "threshold", shop(*TRIPLE), overrides={"columns_max": 3}),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
