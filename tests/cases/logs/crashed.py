"""Cases of `logs/crashed`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "some",
        "fires",
        (log(event("server", "process_crashed", 1)),),
        ("cluster shop",),
        severity={"cluster shop": "high"},
    ),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("server", "process_crashed", 0)),)),
    Case("of MySQL", "fires", (log(event("server", "crash_recovery", 1)),), ("cluster shop",), engine=Engine.MYSQL),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
