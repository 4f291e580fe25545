"""Cases of `maintenance/horizon_held_back`."""

from cases.case import Case, gap
from cases.facts import ago, session, sessions
from tunewright_analyzers.facts.replication import Replica, Replication, Slot
from tunewright_analyzers.facts.sessions import PreparedTransaction, Sessions

ALONE = Replication(is_standby=False)
OLD = {"transaction_start": ago(hours=2), "xmin_age": 500_000, "state": "idle in transaction"}
SLOT = Slot("debezium", "logical", "shop", is_active=False, is_temporary=False, retained_bytes=0, wal_status="reserved", safe_bytes=None,
            xmin_age=None, catalog_xmin_age=2_000_000)  # fmt: skip
REPLICA = Replica("reader1", "repl", None, "streaming", "async", 0, 0, 0.0, 0.0, 0.0, xmin_age=50_000)

CASES = (
    Case(
        "an old transaction, the older of two of one owner",
        "fires",
        (sessions(session(100, **OLD), session(101, **{**OLD, "transaction_start": ago(hours=1)})), ALONE),
        ("session of app (web) in shop",),
        severity={"session of app (web) in shop": "high"},
        statements=("pg_terminate_backend(100)",),
    ),
    Case(
        "a prepared transaction, a slot and a standby",
        "fires",
        (
            sessions(prepared=(PreparedTransaction("it's", "shop", "app", ago(hours=1), 20_000),)),
            Replication(is_standby=False, replicas=(REPLICA,), slots=(SLOT,)),
        ),
        ("prepared transaction it's in shop", "replication slot debezium", "standby reader1"),
        severity={"replication slot debezium": "high"},
        statements=("ROLLBACK PREPARED 'it''s';", "pg_drop_replication_slot('debezium')"),
    ),
    Case("a short transaction", "silent", (sessions(session(xmin_age=5)), ALONE)),
    Case("our own session", "silent", (sessions(session(**OLD, own=True)), ALONE)),
    Case("at five minutes", "threshold", (sessions(session(transaction_start=ago(seconds=300), xmin_age=1)), ALONE),
         ("session of app (web) in shop",), severity={"session of app (web) in shop": "medium"}),
    Case("below five minutes", "threshold", (sessions(session(transaction_start=ago(seconds=299), xmin_age=1)), ALONE)),
    Case("sessions hidden", "gap", (ALONE,), gaps=(gap(Sessions),)),
)  # fmt: skip
