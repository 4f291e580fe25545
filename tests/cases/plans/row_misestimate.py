"""Cases of `plans/row_misestimate`."""

from cases.case import Case, gap
from cases.facts import table, tables
from cases.nodes import SUBJECT, node, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, PlanOrigin, Plans
from tunewright_analyzers.facts.snapshot import Engine


def _scan(given: float, expected: float) -> PlanNode:
    return scan(rows=given, estimated_rows=expected, filter="((city = ?::text) AND (postcode = ?::text))")


CASES = (
    Case("correlated columns", "fires", (plans(_scan(50_000, 5)),), (SUBJECT,), says=("10,000 times off",),
         statements=("CREATE STATISTICS public.orders_city_postcode_stats (ndistinct, dependencies, mcv) ON city, postcode FROM public.orders;",)),
    Case("stale statistics", "fires", (plans(_scan(50_000, 5)), tables(table(modified_since_analyze=90_000))), (SUBJECT,),
         statements=("ANALYZE public.orders;",)),
    Case("far fewer than expected", "fires", (plans(_scan(1, 50_000)),), (SUBJECT,)),
    Case("ended early by a LIMIT", "silent", (plans(node(NodeKind.LIMIT, _scan(1, 50_000))),)),
    Case("a generic plan knows no parameters", "silent", (plans(_scan(50_000, 5), origin=PlanOrigin.GENERIC),)),
    Case("right", "silent", (plans(_scan(50_000, 40_000)),)),
    Case("ten times", "threshold", (plans(_scan(10_000, 1000)),), (SUBJECT,)),
    Case("below ten times", "threshold", (plans(_scan(9999, 1000)),)),
    Case("few rows", "threshold", (plans(_scan(999, 1)),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
    Case(
        "MySQL: a histogram", "fires", (recorded("skewed estimate", "analyze tree"),), (SUBJECT,),
        statements=("ANALYZE TABLE `public`.`orders` UPDATE HISTOGRAM ON `note`, `total`, `customer_id`",), engine=Engine.MYSQL,
    ),
    Case(
        "MariaDB: persistent statistics", "fires", (recorded("full scan", "mariadb analyze json"),), (SUBJECT,),
        statements=("PERSISTENT FOR COLUMNS (`note`)",), engine=Engine.MARIADB,
    ),
)  # fmt: skip
