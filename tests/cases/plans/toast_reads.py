"""Cases of `plans/toast_reads`."""

from cases.case import Case, gap
from cases.facts import MB, column, schema, table, tables
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.plans import Plans

COLUMNS = schema(column("orders", "id", storage="p"), column("orders", "document", "jsonb", storage="x"))


def _reads(
    rows: float, toast: int, output: tuple[str, ...] = ("orders.id", "orders.document")
) -> tuple[Plans, object, Schema]:
    return plans(scan(rows=rows, output=output)), tables(table(toast_bytes=toast)), COLUMNS


CASES = (
    Case(
        "documents by the thousand",
        "fires",
        _reads(50_000, 900 * MB),
        (SUBJECT,),
        says=("with document of public.orders",),
    ),
    Case("only the key", "silent", _reads(50_000, 900 * MB, ("orders.id",))),
    Case("small values stay in line", "silent", _reads(50_000, 0)),
    Case("at the thresholds", "threshold", _reads(1000, 40 * MB), (SUBJECT,)),
    Case("few rows", "threshold", _reads(999, 40 * MB)),
    Case("little TOAST", "threshold", _reads(1000, 40 * MB - 1)),
    Case("schema unread", "gap", _reads(1000, 40 * MB)[:2], gaps=(gap(Schema),)),
)
