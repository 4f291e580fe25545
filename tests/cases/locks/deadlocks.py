"""Cases of `locks/deadlocks`."""

from cases.case import Case, gap
from cases.facts import database, databases
from tunewright_analyzers.facts.databases import Databases

CASES = (
    Case(
        "many", "fires", (databases(database(deadlocks=200)),), ("database shop",), severity={"database shop": "high"}
    ),
    Case("none", "silent", (databases(database()),)),
    Case("one a day", "threshold", (databases(database(deadlocks=1)),), ("database shop",)),
    Case("fewer than asked for", "threshold", (databases(database(deadlocks=1)),), overrides={"per_day": 2.0}),
    Case("databases unread", "gap", gaps=(gap(Databases),)),
)
