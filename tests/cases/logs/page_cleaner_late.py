"""Cases of `logs/page_cleaner_late`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case("all day", "fires", (log(event("flushing", "page_cleaner_late", 48, seconds=240.0)),), ("cluster shop",),
         severity={"cluster shop": "medium"}, says=("took 5.0 s", "48 times"), engine=Engine.MYSQL),
    Case("others", "silent", (log(event("server", "started", 99)),), engine=Engine.MYSQL),
    Case("as many as asked for", "threshold", (log(event("flushing", "page_cleaner_late", 24, seconds=120.0)),), ("cluster shop",),
         engine=Engine.MYSQL),
    Case("one bulk load", "threshold", (log(event("flushing", "page_cleaner_late", 23, seconds=120.0)),), engine=Engine.MYSQL),
    Case("log unread", "gap", gaps=(gap(LogEvents),), engine=Engine.MYSQL),
)  # fmt: skip
