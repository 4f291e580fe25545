"""Cases of `logs/deadlocks`."""

from cases.case import Case, gap
from cases.facts import ago
from cases.logs.facts import event, log
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.log_events import Deadlock, LogEvent, LogEvents, Waiter
from tunewright_analyzers.facts.snapshot import Engine

ONE, TWO = "a" * 16, "b" * 16


def _waiter(identity: str) -> Waiter:
    return Waiter(StatementId(identity), "UPDATE orders SET paid = ? WHERE id = ?", "ShareLock", "transaction")


def _deadlock(*names: str) -> Deadlock:
    return Deadlock(ago(hours=1), "shop", tuple(_waiter(name) for name in names))


def _counted(count: int, subject: str) -> LogEvent:
    return event("lock", "deadlock", count, subject=subject)


BOTH = f"statement {ONE} and {TWO} in shop"
CASES = (
    Case("two statements twice, in either order", "fires",
         (log(_counted(2, f"{ONE} and {TWO}"), deadlocks=(_deadlock(ONE, TWO), _deadlock(TWO, ONE))),), (BOTH,),
         severity={BOTH: "medium"}, says=("2 times",)),
    Case("a storm, of which the newest are kept", "fires",
         (log(_counted(700, f"{ONE} and {TWO}"), _counted(1, ONE), deadlocks=(_deadlock(ONE, TWO),) * 50),), (BOTH, f"statement {ONE} in shop"),
         severity={BOTH: "medium", f"statement {ONE} in shop": "low"}, says=("700 times",)),
    Case("one statement with itself", "fires", (log(_counted(1, ONE), deadlocks=(_deadlock(ONE, ONE),)),), (f"statement {ONE} in shop",),
         severity={f"statement {ONE} in shop": "low"}, says=("with itself",)),
    Case("its statements are not in the log", "silent", (log(_counted(3, "")),)),
    Case("before the window", "silent", (log(_counted(0, f"{ONE} and {TWO}"), deadlocks=(_deadlock(ONE, TWO),)),)),
    Case("none", "silent", (log(),)),
    Case("of MySQL", "fires", (log(_counted(1, f"{ONE} and {TWO}"), deadlocks=(_deadlock(ONE, TWO),)),), (BOTH,),
         severity={BOTH: "low"}, engine=Engine.MYSQL),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)  # fmt: skip
