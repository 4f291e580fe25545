"""Cases of `maintenance/wraparound`."""

from cases.case import Case, gap
from cases.facts import database, databases, settings, table, tables
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
