"""Cases of `logs/replica_errors`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case("a change that could not be applied", "fires", (log(event("replication", "apply_failed", 1)),), ("cluster shop",),
         severity={"cluster shop": "high"}, says=("apply changes",), engine=Engine.MYSQL),
    Case("a source that was away", "fires", (log(event("replication", "fetch_failed", 3)),), ("cluster shop",),
         severity={"cluster shop": "low"}, says=("fetch from its source",), engine=Engine.MARIADB),
    Case("both", "fires", (log(event("replication", "fetch_failed", 3), event("replication", "apply_failed", 1)),), ("cluster shop",),
         severity={"cluster shop": "high"}, says=("4 times",), engine=Engine.MARIADB),
    Case("others", "silent", (log(event("replication", "binlog_missing", 9)),), engine=Engine.MYSQL),
    Case("none in this window", "silent", (log(event("replication", "apply_failed", 0)),), engine=Engine.MYSQL),
    Case("log unread", "gap", gaps=(gap(LogEvents),), engine=Engine.MYSQL),
)  # fmt: skip
