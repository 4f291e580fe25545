"""Cases of `logs/lock_waits`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents

CASES = (
    Case(
        "an hour in a day",
        "fires",
        (log(event("lock", "acquired", 90, seconds=3600.0)),),
        ("database shop",),
        says=("3600 s",),
    ),
    Case(
        "where the prefix names no database",
        "fires",
        (log(event("lock", "acquired", 90, seconds=3600.0, database=None)),),
        ("cluster shop",),
    ),
    Case("still waiting is told again when it ends", "silent", (log(event("lock", "waiting", 900, seconds=9000.0)),)),
    Case("a minute in an hour", "threshold", (log(event("lock", "acquired", 9, seconds=1440.0)),), ("database shop",)),
    Case("less", "threshold", (log(event("lock", "acquired", 9, seconds=1439.0)),)),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
