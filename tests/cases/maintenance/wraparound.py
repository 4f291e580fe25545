"""Cases of `maintenance/wraparound`."""

from cases.case import Case, gap
from cases.facts import database, databases, settings, table, tables, throughput
from tunewright_analyzers.checks.maintenance.wraparound import LIMIT
from tunewright_analyzers.facts.databases import Databases

CASES = (
    Case(
        "two thirds used",
        "fires",
        (
            databases(database(xid_age=1_400_000_000)),
            settings(),
            tables(table(xid_age=1_400_000_000), table("young", xid_age=5)),
        ),
        ("database shop",),
        severity={"database shop": "high"},
        statements=("VACUUM (FREEZE, VERBOSE) public.orders;",),
    ),
    Case(
        "multixacts nearly gone",
        "fires",
        (databases(database(mxid_age=2_000_000_000)), settings()),
        ("database shop",),
        severity={"database shop": "critical"},
        says=("multixact",),
    ),
    Case(
        "when they run out",
        "fires",
        (databases(database(xid_age=LIMIT - 1_000_000_000)), settings()),
        ("database shop",),
        severity={"database shop": "high"},
        says=("they run out on 2026-12-04",),
        deltas=(throughput(transactions=100_000_000),),
    ),
    Case(
        "severe by the date alone",
        "fires",
        (databases(database(xid_age=LIMIT // 3)), settings()),
        ("database shop",),
        severity={"database shop": "high"},
        deltas=(throughput(transactions=100_000_000),),
    ),
    Case(
        "one reading tells no date",
        "fires",
        (databases(database(xid_age=LIMIT // 3)), settings(), throughput(transactions=10**9)),
        ("database shop",),
        severity={"database shop": "medium"},
        says=("before writes are refused.",),
    ),
    Case("young", "silent", (databases(database()), settings())),
    Case(
        "just at the threshold",
        "threshold",
        (databases(database(xid_age=LIMIT // 4 + 1)), settings()),
        ("database shop",),
    ),
    Case("just below the threshold", "threshold", (databases(database(xid_age=LIMIT // 4 - 1)), settings())),
    Case("databases unread", "gap", (settings(),), gaps=(gap(Databases),)),
)
