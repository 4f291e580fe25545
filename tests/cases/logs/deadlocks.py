"""Cases of `logs/deadlocks`."""

from datetime import datetime

from cases.case import Case, gap
from cases.facts import ago
from cases.logs.facts import log
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.log_events import Deadlock, LogEvents, Waiter

ONE, TWO = "a" * 16, "b" * 16


def _waiter(identity: str) -> Waiter:
    return Waiter(StatementId(identity), "UPDATE orders SET paid = ? WHERE id = ?", "ShareLock", "transaction")


def _deadlock(*names: str, at: datetime | None = None) -> Deadlock:
    return Deadlock(at or ago(hours=1), "shop", tuple(_waiter(name) for name in names))


BOTH = f"statement {ONE} and {TWO} in shop"
CASES = (
    Case("two statements twice, in either order", "fires", (log(deadlocks=(_deadlock(ONE, TWO), _deadlock(TWO, ONE))),), (BOTH,),
         severity={BOTH: "medium"}, says=("2 times",)),
    Case("one statement with itself", "fires", (log(deadlocks=(_deadlock(ONE, ONE),)),), (f"statement {ONE} in shop",),
         severity={f"statement {ONE} in shop": "low"}, says=("with itself",)),
    Case("before the window", "silent", (log(deadlocks=(_deadlock(ONE, TWO, at=ago(days=2)),)),)),
    Case("none", "silent", (log(),)),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)  # fmt: skip
