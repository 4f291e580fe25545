"""Source `status`: global status and InnoDB's metrics. Fills ServerStatus (counters since the server's start, and what stands now).

Transactions are performance_schema's, those of autocommit too: Com_commit counts COMMIT statements, also such as end nothing. MariaDB's
instrument of them is off unless somebody switched it on: then there is no such counter. The length of the history list is InnoDB's metric
trx_rseg_history_len: Oracle's MySQL has no status variable of it (reference/mysql.md).
"""

from datetime import datetime

from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, Row, Session, lowered
from tunewright_agent.sources.mysql.waiting import PROCESS
from tunewright_agent.sources.source import Collected, Overrun, Source, SourceError, Unavailable, Unsupported
from tunewright_analyzers.facts.server_status import GAUGES, ServerStatus, Value
from tunewright_analyzers.facts.snapshot import Gap, Period

_LEFT_OUT = (
    "com_",
    "ssl_",
    "rsa",
    "caching_sha2",
    "mysqlx",
    "performance_schema_",
    "feature_",
    "wsrep",
    "rpl_",
    "tc_log",
    "slave_",
    "binlog_stmt",
)
_KEPT_OF_THEM = frozenset(
    {
        "com_commit", "com_rollback", "com_select", "com_insert", "com_update", "com_delete", "com_replace", "com_lock_tables", "com_alter_table",
        "com_stmt_prepare", "com_stmt_execute", "performance_schema_digest_lost", "binlog_stmt_cache_disk_use",
    }
)  # fmt: skip


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def values(rows: list[Row]) -> dict[str, float]:
    """Numbers by name, in lower case; what is no number, and what no check or metric reads, is left out."""
    found = {}
    for row in rows:
        name = str(row["variable_name"]).lower()
        number = _number(row["value"])
        if number is not None and (not name.startswith(_LEFT_OUT) or name in _KEPT_OF_THEM):
            found[name] = number
    return found


def _transactions(session: Session) -> dict[str, float]:
    """How many there were; nothing where the instrument is off. Raises SourceError."""
    rows = session.query("transaction_events", mark="status", needs=PERFORMANCE_SCHEMA)
    counted = sum(int(row["counted"] or 0) for row in rows)
    return {"transactions": float(counted)} if counted else {}


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Counters and gauges of the server. Raises SourceError."""
    server = reader.server
    gaps: list[Gap] = []
    with reader.session() as session:
        known = values(lowered(session.query("status")))
        try:
            for row in session.query("innodb_metrics", mark="status", needs=PROCESS):
                known.setdefault(str(row["name"]), float(row["value"]))
        except Unavailable:
            raise
        except SourceError as error:
            reason = f"InnoDB's metrics (history list, deadlocks) are hidden: {error.reason}"
            gaps.append(Gap("status", reason, taken_at, error.mend, None, (ServerStatus.name,)))
        try:
            known |= _transactions(session) if server.performance_schema else {}
        except (Unavailable, Overrun):
            raise
        except Unsupported:
            pass  # no such table: nothing of the kind is counted
        except SourceError as error:
            reason = f"transactions are not counted: {error.reason}"
            gaps.append(Gap("status", reason, taken_at, error.mend, None, (ServerStatus.name,)))
    counters = tuple(Value(name, value) for name, value in sorted(known.items()) if name not in GAUGES)
    gauges = tuple(Value(name, value) for name, value in sorted(known.items()) if name in GAUGES)
    return Collected((ServerStatus(Period(min(server.started_at, taken_at), taken_at), counters, gauges),), tuple(gaps))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("status", (ServerStatus,), interval_seconds=60, deadline_seconds=10, collect=collect)
