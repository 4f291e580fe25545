"""Cases of `parameters/statement_texts_cut`."""

from cases.case import Case, gap
from cases.facts import session, sessions, settings
from tunewright_analyzers.facts.sessions import Sessions

SUBJECT = "setting track_activity_query_size"


def _sessions(cut: int, whole: int) -> Sessions:
    ends = [session(pid, statement_id=None) for pid in range(cut)]
    return sessions(*ends, *(session(pid) for pid in range(100, 100 + whole)))


CASES = (
    Case("half of them", "fires", (_sessions(5, 5), settings()), (SUBJECT,), severity={SUBJECT: "info"}, says=("5 of 10",),
         statements=("ALTER SYSTEM SET track_activity_query_size = '4kB';",)),
    Case("at 4 kB already", "fires", (_sessions(5, 5), settings(track_activity_query_size="4096")), (SUBJECT,), statements=("'16kB'",)),
    Case("none", "silent", (_sessions(0, 10), settings())),
    Case("no session", "silent", (sessions(), settings())),
    Case("three, a twentieth", "threshold", (_sessions(3, 57), settings()), (SUBJECT,)),
    Case("less than a twentieth", "threshold", (_sessions(3, 58), settings())),
    Case("two", "threshold", (_sessions(2, 2), settings())),
    Case("sessions unread", "gap", (settings(),), gaps=(gap(Sessions),)),
)  # fmt: skip
