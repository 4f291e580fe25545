"""Cases of `logs/replication_faults`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "some",
        "fires",
        (log(event("replication", "wal_removed", 1)),),
        ("cluster shop",),
        severity={"cluster shop": "high"},
    ),
    Case("others", "silent", (log(event("error", "constraint", 9)),)),
    Case("none in this window", "silent", (log(event("replication", "wal_removed", 0)),)),
    Case(
        "of MySQL", "fires", (log(event("replication", "binlog_missing", 1)),), ("cluster shop",), engine=Engine.MYSQL
    ),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
