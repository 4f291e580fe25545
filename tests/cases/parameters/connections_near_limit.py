"""Cases of `parameters/connections_near_limit`."""

from cases.case import Case, gap
from cases.facts import database, databases, session, sessions, settings
from tunewright_analyzers.facts.sessions import Sessions

SUBJECT = "setting max_connections"


def _clients(number: int) -> Sessions:
    return sessions(*(session(pid, state="idle") for pid in range(number)))


def _at_work(active: int, idle: int) -> Sessions:
    return sessions(*(session(pid, state="active" if pid < active else "idle") for pid in range(active + idle)))


CASES = (
    Case("nearly all taken", "fires", (databases(database()), _clients(96)), (SUBJECT,), severity={SUBJECT: "critical"},
         says=("96 of 97 connections are taken, 96 of them idle",)),
    Case("half of them at work: more may help", "fires", (databases(database()), _at_work(48, 48), settings()), (SUBJECT,),
         statements=("ALTER SYSTEM SET max_connections = '150';",)),
    Case("few", "silent", (databases(database()), _clients(10))),
    Case("at 80 %", "threshold", (databases(database(), max_connections=103), _clients(80)), (SUBJECT,), severity={SUBJECT: "high"}),
    Case("below 80 %", "threshold", (databases(database(), max_connections=103), _clients(79))),
    Case("sessions hidden", "gap", (databases(database()),), gaps=(gap(Sessions),)),
)  # fmt: skip
