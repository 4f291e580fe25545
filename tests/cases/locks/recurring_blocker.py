"""Cases of `locks/recurring_blocker`."""

from typing import Any

from cases.case import Case, gap
from cases.facts import load, statement, statements
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime

ROOT, WAITER = StatementId("a" * 16), StatementId("b" * 16)
SUBJECT = f"statement {ROOT} of batch in shop"


def _blocked(samples: int, **changes: Any) -> BlockedTime:
    given = {
        "root_pid": 7,
        "root_state": "idle in transaction",
        "root_user": "batch",
        "longest_seconds": 40.0,
        "depth": 1,
    }
    return BlockedTime(
        blocked_statement_id=WAITER, root_statement_id=ROOT, database="shop", samples=samples, **(given | changes)
    )


CASES = (
    Case("two minutes in an hour, by two pids of one statement", "fires", (load(blocked=(_blocked(60), _blocked(60, root_pid=8))),), (SUBJECT,),
         severity={SUBJECT: "medium"}, says=("mostly idle in transaction, made others wait 120 s",)),
    Case("all the time, at work", "fires", (load(blocked=(_blocked(4000, root_state="active"),)), statements(statement(ROOT))), (SUBJECT,),
         severity={SUBJECT: "high"}, says=("mostly at work",)),
    Case("nobody waited", "silent", (load(),)),
    Case("a moment", "silent", (load(blocked=(_blocked(3),)),)),
    Case("seventy-two seconds in an hour", "threshold", (load(blocked=(_blocked(72),)),), (SUBJECT,)),
    Case("less", "threshold", (load(blocked=(_blocked(71),)),)),
    Case("sessions unread", "gap", gaps=(gap(ActiveSessions),)),
)  # fmt: skip
