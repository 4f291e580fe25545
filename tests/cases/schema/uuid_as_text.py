"""Cases of `schema/uuid_as_text`."""

from cases.case import Case, gap
from cases.facts import column, table
from cases.schema.facts import known, planner, shop
from tunewright_analyzers.facts.columns import Columns, Schema

SUBJECT = "column public.orders.ref in shop"
SMALL = table(live_rows=9_999, row_estimate=9_999.0)

CASES = (
    Case("varchar(36), all of 36 characters", "fires",
         (*shop(column("orders", "ref", "character varying(36)")), planner(known("ref", width_bytes=37))), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("text that is called a UUID", "fires", (*shop(column("orders", "order_uuid", "text")), planner(known("order_uuid", width_bytes=37))),
         ("column public.orders.order_uuid in shop",)),
    Case("text of that width by chance", "silent", (*shop(column("orders", "ref", "text")), planner(known("ref", width_bytes=37)))),
    Case("varchar(36) of other widths", "silent", (*shop(column("orders", "ref", "character varying(36)")), planner(known("ref", width_bytes=20)))),
    Case("a real uuid", "silent", (*shop(column("orders", "order_uuid", "uuid")), planner(known("order_uuid", width_bytes=16)))),
    Case("at the floor", "threshold", (*shop(column("orders", "ref", "character(36)")), planner(known("ref", width_bytes=37))), (SUBJECT,),
         overrides={"rows_min": 100_000}),
    Case("below the floor", "threshold", (*shop(column("orders", "ref", "character(36)"), of=SMALL), planner(known("ref", width_bytes=37)))),
    Case("schema unread", "gap", (shop()[1], planner()), gaps=(gap(Schema),)),
    Case("statistics unread", "gap", shop(), gaps=(gap(Columns),)),
)  # fmt: skip
