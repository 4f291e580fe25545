"""Cases of `plans/filtered_scan`."""

from cases.case import Case, gap
from cases.facts import statement, statements
from cases.nodes import SUBJECT, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine


def _scan(kept: float, removed: float) -> Plans:
    return plans(scan(rows=kept, rows_removed_by_filter=removed, filter="(status = ?::text)"), exec_seconds=0.5)


CASES = (
    Case(
        "most thrown away",
        "fires",
        (_scan(10, 500_000),),
        (SUBJECT,),
        says=("throws 500,000 away by (status = ?::text)",),
    ),
    Case(
        "of a statement that weighs a lot",
        "fires",
        (_scan(10, 500_000), statements(statement())),
        (SUBJECT,),
        severity={SUBJECT: "high"},
    ),
    Case("most kept", "silent", (_scan(90_000, 20_000),)),
    Case("not executed", "silent", (plans(scan(rows=None, filter="(a = 1)")),)),
    Case("at the thresholds", "threshold", (_scan(1111, 10_000),), (SUBJECT,)),
    Case("below the floor", "threshold", (_scan(10, 9999),)),
    Case("below the share", "threshold", (_scan(1112, 10_000),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
    Case("MySQL's estimate", "fires", (recorded("full scan", "json v1"),), (SUBJECT,), engine=Engine.MYSQL),
    Case(
        "MySQL, executed",
        "fires",
        (recorded("full scan", "analyze tree"),),
        (SUBJECT,),
        says=("throws 30,000 away",),
        engine=Engine.MYSQL,
    ),
    Case(
        "MariaDB, executed",
        "fires",
        (recorded("full scan", "mariadb analyze json"),),
        (SUBJECT,),
        engine=Engine.MARIADB,
    ),
    Case(
        "MySQL walks an index without a filter",
        "silent",
        (recorded("full index scan", "json v1"),),
        engine=Engine.MYSQL,
    ),
)
