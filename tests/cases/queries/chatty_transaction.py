"""Cases of `queries/chatty_transaction`."""

from dataclasses import replace

from cases.case import DAY, Case, gap
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.transactions import ChattyTransaction, ChattyTransactions

ROW = ChattyTransaction(
    "shop", "app", "web", StatementId("a" * 16), "SELECT * FROM items WHERE order_id = ?", 4, 60, 30, 100, 80, 42.0
)
SUBJECT = f"statement {'a' * 16} of app (web) in shop"


def _seen(**changes: object) -> ChattyTransactions:
    return ChattyTransactions(DAY, (replace(ROW, **changes),), 9)  # type: ignore[arg-type]


CASES = (
    Case(
        "mostly idle",
        "fires",
        (_seen(),),
        (SUBJECT,),
        severity={SUBJECT: "medium"},
        says=("at least 30 times", "80% of which"),
    ),
    Case("at work", "fires", (_seen(idle_samples=10),), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("none", "silent", (ChattyTransactions(DAY, (), 9),)),
    Case("ten", "threshold", (_seen(most=10),), (SUBJECT,)),
    Case("nine", "threshold", (_seen(most=9),)),
    Case("sessions unread", "gap", gaps=(gap(ChattyTransactions),)),
)
