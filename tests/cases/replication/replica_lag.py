"""Cases of `replication/replica_lag`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.replication import AuroraReplica, Replica, Replication


def _replica(lag: float | None) -> Replication:
    return Replication(
        is_standby=False, replicas=(Replica("reader1", "repl", None, "streaming", "async", 0, 0, 0.0, 0.0, lag),)
    )


AURORA = Replication(
    is_standby=False,
    aurora=(
        AuroraReplica("writer", True, 5.0, None, None, None),
        AuroraReplica("reader", False, 2.0, None, None, None),
    ),
)

CASES = (
    Case("far behind", "fires", (_replica(400.0),), ("standby reader1",), severity={"standby reader1": "high"}),
    Case(
        "this server is a standby",
        "fires",
        (Replication(is_standby=True, replay_lag_seconds=60.0),),
        ("standby this server",),
    ),
    Case("an Aurora reader", "fires", (AURORA,), ("standby reader",), severity={"standby reader": "medium"}),
    Case("in step", "silent", (_replica(0.1),)),
    Case("idle primary, lag unknown", "silent", (_replica(None),)),
    Case(
        "at the threshold", "threshold", (_replica(30.0),), ("standby reader1",), severity={"standby reader1": "medium"}
    ),
    Case("below the threshold", "threshold", (_replica(29.9),)),
    Case("replication unread", "gap", gaps=(gap(Replication),)),
)
