"""Cases of `plans/scan_without_index`."""

from cases.case import Case, gap
from cases.facts import index, indexes, table, tables
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import Plans

FILTER = "((status = $1) AND (region > 5))"


def _scan(kept: float) -> Plans:
    return plans(scan(rows=kept, filter=FILTER))


CASES = (
    Case(
        "no index",
        "fires",
        (_scan(10), tables(table()), indexes()),
        (SUBJECT,),
        says=("no index begins with status, region",),
    ),
    Case(
        "an index on another column",
        "fires",
        (_scan(10), tables(table()), indexes(index(keys=("total", "status")))),
        (SUBJECT,),
    ),
    Case("an index begins with a column", "silent", (_scan(10), tables(table()), indexes(index()))),
    Case("small table", "silent", (_scan(10), tables(table(row_estimate=500.0, live_rows=500)), indexes())),
    Case("at the share", "threshold", (_scan(5000), tables(table()), indexes()), (SUBJECT,)),
    Case("above the share", "threshold", (_scan(5001), tables(table()), indexes())),
    Case("no plans", "gap", (tables(), indexes()), gaps=(gap(Plans),)),
)
