"""Cases of `logs/statements_cancelled`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents

CASES = (
    Case(
        "some",
        "fires",
        (log(event("cancelled", "statement_timeout", 264)),),
        ("cluster shop",),
        severity={"cluster shop": "medium"},
    ),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("cancelled", "statement_timeout", 0)),)),
    Case("as many as asked for", "threshold", (log(event("cancelled", "statement_timeout", 240)),), ("cluster shop",)),
    Case("fewer than asked for", "threshold", (log(event("cancelled", "statement_timeout", 239)),)),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
