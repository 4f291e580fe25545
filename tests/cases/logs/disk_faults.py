"""Cases of `logs/disk_faults`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents

CASES = (
    Case("some", "fires", (log(event("disk", "full", 1)),), ("cluster shop",), severity={"cluster shop": "critical"}),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("disk", "full", 0)),)),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
