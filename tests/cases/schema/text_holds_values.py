"""Cases of `schema/text_holds_values`."""

from cases.case import Case, gap
from cases.facts import column, table
from cases.schema.facts import known, planner, shop
from tunewright_analyzers.facts.columns import Columns, ColumnStatistics, Schema, TextShapes

SUBJECT = "column public.orders.amount in shop"
SMALL = table(live_rows=9_999, row_estimate=9_999.0)


def shapes(seen: int, *, numbers: int = 0, dates: int = 0, name: str = "amount", **changes: bool) -> ColumnStatistics:
    """What was counted of the column."""
    return known(name, shapes=TextShapes(seen, numbers, dates), **changes)


CASES = (
    Case("numbers", "fires", (*shop(column("orders", "amount", "text")), planner(shapes(101, numbers=101))), (SUBJECT,), severity={SUBJECT: "low"},
         says=("holds numbers as text", "bigint or numeric")),
    Case("dates", "fires", (*shop(column("orders", "amount", "character varying(10)")), planner(shapes(101, dates=101))), (SUBJECT,),
         says=("holds dates as text",)),
    Case("of a partitioned table", "fires",
         (*shop(column("orders", "amount", "text"), of=table(kind="p")), planner(shapes(101, numbers=101, inherited=True))), (SUBJECT,)),
    Case("one that is no number", "silent", (*shop(column("orders", "amount", "text")), planner(shapes(101, numbers=100)))),
    Case("words", "silent", (*shop(column("orders", "amount", "text")), planner(shapes(101)))),
    Case("digits that are a code", "silent", (*shop(column("orders", "phone", "text")), planner(shapes(101, numbers=101, name="phone")))),
    Case("a real number", "silent", (*shop(column("orders", "amount", "numeric")), planner(known("amount")))),
    Case("nothing but NULL", "silent", (*shop(column("orders", "amount", "text")), planner(known("amount", null_ratio=1.0)))),
    Case("never analysed", "silent", (*shop(column("orders", "amount", "text")), planner())),
    Case("values too long for the planner to keep", "silent", (*shop(column("orders", "amount", "text")), planner(shapes(0)))),
    Case("twenty values", "threshold", (*shop(column("orders", "amount", "text")), planner(shapes(20, numbers=20))), (SUBJECT,)),
    Case("nineteen values", "threshold", (*shop(column("orders", "amount", "text")), planner(shapes(19, numbers=19)))),
    Case("below the floor", "threshold", (*shop(column("orders", "amount", "text"), of=SMALL), planner(shapes(101, numbers=101)))),
    Case("values hidden", "gap", (*shop(column("orders", "amount", "text")), planner(known("amount")))),
    Case("schema unread", "gap", (shop()[1], planner()), gaps=(gap(Schema),)),
    Case("statistics unread", "gap", shop(), gaps=(gap(Columns),)),
)  # fmt: skip
