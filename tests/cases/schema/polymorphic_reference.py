"""Cases of `schema/polymorphic_reference`."""

from cases.case import Case, gap
from cases.facts import foreign_key, table
from cases.schema.facts import columns, shop
from tunewright_analyzers.facts.columns import Schema

SUBJECT = "table public.orders(owner_type, owner_id) in shop"
PAIR = columns("orders", owner_type="text", owner_id="bigint")

CASES = (
    Case("owner_type, owner_id", "fires", shop(*PAIR), (SUBJECT,), severity={SUBJECT: "info"}),
    Case("guarded by a foreign key", "silent", shop(*PAIR, foreign_key("orders", "owner_id", "owners"))),
    Case("a type of its own", "silent", shop(*columns("orders", payment_type="text", customer_id="bigint"))),
    Case("at the floor", "threshold", shop(*PAIR, of=table(live_rows=1000, row_estimate=0.0)), (SUBJECT,)),
    Case("below the floor", "threshold", shop(*PAIR, of=table(live_rows=999, row_estimate=0.0))),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
