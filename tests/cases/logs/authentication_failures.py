"""Cases of `logs/authentication_failures`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "some",
        "fires",
        (log(event("authentication", "full", 264)),),
        ("cluster shop",),
        severity={"cluster shop": "medium"},
    ),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("authentication", "full", 0)),)),
    Case("as many as asked for", "threshold", (log(event("authentication", "full", 240)),), ("cluster shop",)),
    Case("fewer than asked for", "threshold", (log(event("authentication", "full", 239)),)),
    Case(
        "of MySQL",
        "fires",
        (log(event("authentication", "password_failed", 264)),),
        ("cluster shop",),
        engine=Engine.MYSQL,
    ),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
