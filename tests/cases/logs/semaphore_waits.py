"""Cases of `logs/semaphore_waits`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case("some", "fires", (log(event("server", "semaphore_wait", 2)),), ("cluster shop",), severity={"cluster shop": "high"}, engine=Engine.MYSQL),
    Case("others", "silent", (log(event("server", "started", 9)),), engine=Engine.MARIADB),
    Case("none in this window", "silent", (log(event("server", "semaphore_wait", 0)),), engine=Engine.MYSQL),
    Case("log unread", "gap", gaps=(gap(LogEvents),), engine=Engine.MYSQL),
)  # fmt: skip
