"""Cases of `logs/connections_lost`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "some", "fires", (log(event("connection", "lost", 504)),), ("cluster shop",), severity={"cluster shop": "low"}
    ),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("connection", "lost", 0)),)),
    Case("as many as asked for", "threshold", (log(event("connection", "lost", 480)),), ("cluster shop",)),
    Case("fewer than asked for", "threshold", (log(event("connection", "lost", 479)),)),
    Case("of MariaDB", "fires", (log(event("connection", "lost", 900)),), ("cluster shop",), engine=Engine.MARIADB),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
