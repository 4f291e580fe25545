"""Cases of `locks/blocking_chain`."""

from cases.case import NOW, Case, gap
from cases.facts import ago, session, sessions
from tunewright_analyzers.facts.sessions import Lock, Locks, Sessions
from tunewright_analyzers.facts.snapshot import Engine, Flavour

HEAD = session(
    100,
    application="batch",
    state="idle in transaction",
    transaction_start=ago(seconds=90),
    state_change=ago(seconds=80),
)
SUBJECT = "session of app (batch) in shop"


def _waits(pid: int, behind: int, seconds: float) -> object:
    return session(
        pid, blocked_by=(behind,), wait_type="Lock", wait_event="transactionid", state_change=ago(seconds=seconds)
    )


CASES = (
    Case(
        "two wait in a chain behind one head",
        "fires",
        (
            sessions(HEAD, _waits(101, 100, 70), _waits(102, 101, 20)),
            Locks(NOW, (Lock(100, "shop", "public.orders", "relation", "ExclusiveLock", granted=True),)),
        ),
        (SUBJECT,),
        severity={SUBJECT: "high"},
        says=("2 sessions wait, the longest for 70 s, behind pid 100", "ExclusiveLock on public.orders"),
        statements=("pg_terminate_backend(100)",),
    ),
    Case(
        "a head that cannot be seen",
        "fires",
        (sessions(_waits(101, 999, 10)),),
        ("session of another database or a prepared transaction in shop",),
    ),
    Case("nobody waits", "silent", (sessions(HEAD),)),
    Case("a cycle that the deadlock detector ends", "silent", (sessions(_waits(1, 2, 1), _waits(2, 1, 1)),)),
    Case("five seconds", "threshold", (sessions(HEAD, _waits(101, 100, 5)),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("below five seconds", "threshold", (sessions(HEAD, _waits(101, 100, 4.9)),)),
    Case(
        "on MySQL",
        "fires",
        (sessions(HEAD, _waits(101, 100, 70)),),
        (SUBJECT,),
        statements=("KILL 100;",),
        engine=Engine.MYSQL,
    ),
    Case(
        "on RDS for MySQL",
        "fires",
        (sessions(HEAD, _waits(101, 100, 70)),),
        (SUBJECT,),
        statements=("CALL mysql.rds_kill(100);",),
        flavour=Flavour.RDS,
        engine=Engine.MYSQL,
    ),
    Case("sessions hidden", "gap", gaps=(gap(Sessions),)),
)
