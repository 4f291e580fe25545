"""Cases of `logs/slow_statements`."""

from typing import Any

from cases.case import Case, gap
from cases.facts import statement, statements
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.facts.snapshot import Engine

ONE = "a" * 16
SUBJECT = f"statement {ONE} in shop"


def _slow(seconds: float, count: int = 100, kind: str = "finished", **changes: Any) -> LogEvent:
    return event("slow_statement", kind, count, **({"subject": ONE, "seconds": seconds} | changes))


CASES = (
    Case("in no digest: prepared by the binary protocol", "fires", (log(_slow(7200.0)), statements(statement("b" * 16))), (SUBJECT,),
         severity={SUBJECT: "medium"}, says=("72.0 s on average, 100 times", "in no digest"), engine=Engine.MYSQL),
    Case("in a digest too", "fires", (log(_slow(7200.0)), statements(statement(ONE))), (SUBJECT,), severity={SUBJECT: "low"}, engine=Engine.MARIADB),
    Case("performance_schema is off", "fires", (log(_slow(7200.0)),), (SUBJECT,), severity={SUBJECT: "low"}, engine=Engine.MARIADB),
    Case("finished and killed together, in two databases", "fires",
         (log(_slow(1000.0), _slow(1000.0, kind="killed", database="mall")),), (f"statement {ONE}",), says=("200 times",), engine=Engine.MYSQL),
    Case("our own", "silent", (log(_slow(7200.0)), statements(statement(ONE, own=True))), engine=Engine.MYSQL),
    Case("counted without its statement: the table of kinds was full", "silent", (log(_slow(7200.0, subject="")),), engine=Engine.MYSQL),
    Case("as long as asked for", "threshold", (log(_slow(1440.0)),), (SUBJECT,), engine=Engine.MYSQL),
    Case("shorter than asked for", "threshold", (log(_slow(1439.0)),), engine=Engine.MYSQL),
    Case("log unread", "gap", gaps=(gap(LogEvents),), engine=Engine.MYSQL),
)  # fmt: skip
