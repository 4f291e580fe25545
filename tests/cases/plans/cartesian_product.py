"""Cases of `plans/cartesian_product`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.facts.relations import RelationName

CUSTOMERS = scan(rows=1000.0, relation=RelationName("shop", "public", "customers"), alias="c")


def _product(inner: PlanNode, rows: float) -> Plans:
    return plans(node(NodeKind.NESTED_LOOP, CUSTOMERS, inner, rows=rows))


DEPENDENT = scan(NodeKind.INDEX_SCAN, rows=1000.0, loops=1000.0, index_condition="(c_id = c.id)")

CASES = (
    Case(
        "no condition",
        "fires",
        (_product(scan(rows=1000.0, loops=1000.0), 1e6),),
        (SUBJECT,),
        says=("are joined without a condition: 1,000,000 rows",),
    ),
    Case("an index condition on the other side", "silent", (_product(DEPENDENT, 1e6),)),
    Case("one row on a side", "silent", (_product(scan(rows=1.0, loops=1000.0), 1e6),)),
    Case("at the floor", "threshold", (_product(scan(rows=100.0, loops=1000.0), 100_000),), (SUBJECT,)),
    Case("below the floor", "threshold", (_product(scan(rows=100.0, loops=1000.0), 99_999),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
