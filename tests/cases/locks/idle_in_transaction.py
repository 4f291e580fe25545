"""Cases of `locks/idle_in_transaction`."""

from cases.case import Case, gap
from cases.facts import ago, session, sessions, settings
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.facts.snapshot import Engine, Flavour

SUBJECT = "session of app (web) in shop"


def _idle(seconds: float) -> Session:
    return session(
        state="idle in transaction", state_change=ago(seconds=seconds), transaction_start=ago(seconds=seconds + 1)
    )


CASES = (
    Case(
        "idle for an hour",
        "fires",
        (sessions(_idle(3600)), settings()),
        (SUBJECT,),
        severity={SUBJECT: "high"},
        statements=("ALTER ROLE app SET idle_in_transaction_session_timeout = '5min';",),
    ),
    Case("Aurora's own timeout of a day does not help", "fires", (sessions(_idle(100)), settings(idle_in_transaction_session_timeout="86400000")),
         (SUBJECT,), statements=("ALTER ROLE app",), flavour=Flavour.AURORA),
    Case("working", "silent", (sessions(session()), settings())),
    Case("a minute", "threshold", (sessions(_idle(60)), settings()), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("below a minute", "threshold", (sessions(_idle(59)), settings())),
    Case("on MySQL, which has no such timeout", "fires", (sessions(_idle(3600)), settings()), (SUBJECT,), engine=Engine.MYSQL),
    Case("sessions hidden", "gap", (settings(),), gaps=(gap(Sessions),)),
)  # fmt: skip
