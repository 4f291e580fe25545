"""Cases of `logs/connections_refused`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "some",
        "fires",
        (log(event("connection", "too_many", 1)),),
        ("cluster shop",),
        severity={"cluster shop": "high"},
    ),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("connection", "too_many", 0)),)),
    Case("of MariaDB", "fires", (log(event("connection", "too_many", 1)),), ("cluster shop",), engine=Engine.MARIADB),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
