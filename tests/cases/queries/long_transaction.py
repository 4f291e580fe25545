"""Cases of `queries/long_transaction`."""

from cases.case import Case, gap
from cases.facts import ago, session, sessions
from tunewright_analyzers.facts.sessions import Sessions

SUBJECT = "session of app (web) in shop"
CASES = (
    Case("an hour, the older of two", "fires", (sessions(session(1, transaction_start=ago(hours=1)), session(2, transaction_start=ago(minutes=40))),),
         (SUBJECT,), severity={SUBJECT: "low"}, says=("open for 60 min",)),
    Case("eight hours", "fires", (sessions(session(transaction_start=ago(hours=8))),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("idle within it", "silent", (sessions(session(transaction_start=ago(hours=8), state="idle in transaction")),)),
    Case("our own", "silent", (sessions(session(transaction_start=ago(hours=8), own=True)),)),
    Case("half an hour", "threshold", (sessions(session(transaction_start=ago(seconds=1800))),), (SUBJECT,)),
    Case("less", "threshold", (sessions(session(transaction_start=ago(seconds=1799))),)),
    Case("sessions unread", "gap", gaps=(gap(Sessions),)),
)  # fmt: skip
