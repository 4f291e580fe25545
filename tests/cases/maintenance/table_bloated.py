"""Cases of `maintenance/table_bloated`."""

from typing import Any

from cases.case import Case, gap
from cases.facts import GB, column, schema, table, tables
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Table, Tables

SUBJECT = "table public.orders in shop"
FIXED = schema(column("orders", "id"))
VARYING = schema(column("orders", "id"), column("orders", "note", "text", position=2))


def _table(size: float, empty: float | None, **more: Any) -> Table:
    """So many gigabytes, of which so many are empty."""
    return table(size_bytes=int(size * GB), bloat_bytes=None if empty is None else int(empty * GB), **more)


CASES = (
    Case("three quarters empty", "fires", (tables(_table(4, 3)), FIXED), (SUBJECT,), severity={SUBJECT: "low"}, says=("75% empty: 3.0 of 4.0 GiB",),
         statements=("VACUUM (FULL, ANALYZE) public.orders;",)),
    Case("tens of gigabytes", "fires", (tables(_table(50, 30)), VARYING), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("old statistics make it a guess", "fires", (tables(_table(50, 30, modified_since_analyze=30_000)), FIXED), (SUBJECT,),
         severity={SUBJECT: "info"}),
    Case("never analysed", "fires", (tables(_table(50, 30, last_autoanalyze=None)), FIXED), (SUBJECT,), severity={SUBJECT: "info"}),
    Case("dead rows are not empty space yet", "fires", (tables(_table(50, 30, dead_rows=30_000)), FIXED), (SUBJECT,), severity={SUBJECT: "info"}),
    Case("a partitioned parent has no pages", "silent", (tables(_table(4, 3, kind="p")), FIXED)),
    Case("some are estimated, this one not", "silent", (tables(_table(4, None), _table(4, 0.5, name=table("other").name)), FIXED)),
    Case("a gigabyte, half of it", "threshold", (tables(_table(2, 1)), FIXED), (SUBJECT,)),
    Case("less than half", "threshold", (tables(_table(2.1, 1)), FIXED)),
    Case("less than a gigabyte", "threshold", (tables(_table(1.9, 0.99)), FIXED)),
    Case("nothing is estimated", "gap", (tables(_table(4, None)), FIXED)),
    Case("tables unread", "gap", (FIXED,), gaps=(gap(Tables),)),
    Case("schema unread", "gap", (tables(_table(4, 3)),), gaps=(gap(Schema),)),
)  # fmt: skip
