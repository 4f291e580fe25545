"""Cases of `parameters/statistics_target`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import column, relation, schema, settings, table, tables
from cases.nodes import plans, scan
from tunewright_analyzers.facts.columns import Columns, ColumnStatistics
from tunewright_analyzers.facts.plans import PlanOrigin, Plans

SUBJECT = "column public.orders.city in shop"


def _statistics(entries: int, *names: str) -> Columns:
    shares = tuple(0.001 for _ in range(entries))
    return Columns(
        tuple(ColumnStatistics(relation("orders"), name, 0.0, -0.5, 8, None, shares) for name in names or ("city",))
    )


def _wrong(actual: float = 50_000.0, estimated: float = 100.0, condition: str = "(city = ?)") -> Plans:
    return plans(scan(rows=actual, estimated_rows=estimated, filter=condition))


FULL = _statistics(100)
CITY = schema(column("orders", "city", "text"))
TEN = tuple(f"c{number}" for number in range(10))


def _ten(count: int) -> Plans:
    rows = [
        replace(_wrong(condition=f"({name} = ?)").rows[0], statement_id=f"{n:016x}")
        for n, name in enumerate(TEN[:count])
    ]
    return Plans(tuple(rows))


ALL = schema(*(column("orders", name) for name in TEN))

CASES = (
    Case("500 times off, statistics full", "fires", (_wrong(), CITY, FULL, settings()), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER TABLE public.orders ALTER COLUMN city SET STATISTICS 500;", "ANALYZE public.orders;")),
    Case("at 500 already", "fires", (_wrong(), schema(column("orders", "city", statistics_target=500)), _statistics(500), settings()), (SUBJECT,),
         statements=("SET STATISTICS 1000;",)),
    Case("few distinct values: finer would tell no more", "silent", (_wrong(), CITY, _statistics(12), settings())),
    Case("two columns are another matter", "silent", (_wrong(condition="((city = ?) AND (state = ?))"), CITY, FULL, settings())),
    Case("stale statistics too", "silent", (_wrong(), CITY, FULL, settings(), tables(table(modified_since_analyze=50_000)))),
    Case("not executed", "silent",
         (plans(scan(rows=None, estimated_rows=5.0, filter="(city = ?)"), origin=PlanOrigin.TWIN), CITY, FULL, settings())),
    Case("ten times, a thousand rows", "threshold", (_wrong(1000.0, 100.0), CITY, FULL, settings()), (SUBJECT,)),
    Case("fewer times", "threshold", (_wrong(1000.0, 101.0), CITY, FULL, settings())),
    Case("fewer rows", "threshold", (_wrong(999.0, 10.0), CITY, FULL, settings())),
    Case("ten columns", "threshold", (_ten(10), ALL, _statistics(100, *TEN), settings()),
         (*(f"column public.orders.{name} in shop" for name in TEN), "setting default_statistics_target")),
    Case("nine", "threshold", (_ten(9), ALL, _statistics(100, *TEN), settings()), tuple(f"column public.orders.{name} in shop" for name in TEN[:9])),
    Case("plans unread", "gap", (CITY, FULL, settings()), gaps=(gap(Plans),)),
)  # fmt: skip
