"""Source `statements`: performance_schema's statement digests. Fills Statements (counters since the digest was first seen).

Which columns there are is asked of the table itself: MariaDB's lacks quantiles, CPU and memory. Digest texts hold no literals, and are redacted all
the same. The row whose digest is NULL holds what found no place: its share of the time is what the other rows do not cover.
Binary-protocol executions of prepared statements leave no digest row in MySQL 8.0, MariaDB 10.11 and 11.8 (tried): they are counted, and told as a
gap. MySQL 9.7 has them as `EXECUTE SELECT …`, which are read as the statements they are.
"""

from collections import Counter, deque
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from tunewright_agent.sources.mysql.connection import SESSION_STATEMENTS
from tunewright_agent.sources.mysql.session import (
    PACKAGE,
    PERFORMANCE_SCHEMA,
    Reader,
    Row,
    Session,
    lowered,
    need_performance_schema,
)
from tunewright_agent.sources.source import Collected, Source, SourceError
from tunewright_agent.sources.sqlfile import marked, statement
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Gap, Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.sql.mysql.fingerprint import executed, fingerprint, statement_kind
from tunewright_analyzers.sql.mysql.redact import redact_statement

TABLE = "performance_schema.events_statements_summary_by_digest"
PREPARED_WINDOW_SECONDS = 3600.0
_PICOSECONDS = 1e12
_COUNTERS = {
    "calls": "count_star", "sum_ps": "sum_timer_wait", "min_ps": "min_timer_wait", "max_ps": "max_timer_wait", "lock_ps": "sum_lock_time",
    "errors": "sum_errors", "warnings": "sum_warnings", "rows_affected": "sum_rows_affected", "rows_sent": "sum_rows_sent",
    "rows_examined": "sum_rows_examined", "temp_disk_tables": "sum_created_tmp_disk_tables", "temp_tables": "sum_created_tmp_tables",
    "full_joins": "sum_select_full_join", "range_checks": "sum_select_range_check", "full_scans": "sum_select_scan",
    "merge_passes": "sum_sort_merge_passes", "sorted_rows": "sum_sort_rows", "no_index": "sum_no_index_used",
    "first_seen": "first_seen", "last_seen": "last_seen",
}  # fmt: skip


BOOKED_TO = {
    "activity_processlist": "activity", "consumers": "activity", "transactions": "activity", "lock_waits": "activity",
    "lock_waits_innodb": "activity", "metadata_locks": "activity", "waits": "activity", "data_locks": "locks", "data_locks_innodb": "locks",
    "row_lock_waits_now": "locks",
    "accounts_mysql": "accounts", "accounts_mariadb": "accounts", "account_sessions": "accounts",
    "account_connections": "accounts",
    "tables": "relations", "index_columns": "relations", "index_sizes": "relations", "table_io": "relations",
    "auto_increments": "sequences", "schema_columns": "schema", "schema_keys": "schema", "histograms": "columns",
    "settings_sources": "settings", "settings_mariadb": "settings", "innodb_metrics": "status",
    "transaction_events": "status",
    "error_log": "log_events",
    "database_sizes": "databases", "database_connections": "databases", "database_statements": "databases", "database_io": "databases",
    "limits": "databases", "replica_status": "replication", "slave_status": "replication", "slave_status_one": "replication",
    "binlog_dumps": "replication", "aurora_replicas": "replication", "binlog": "replication",
    "statement_limits": "statements", "digest_lost": "statements", "prepared_executions": "statements",
}  # fmt: skip
"""The source that each of our SQL files is sent for, where it does not bear its name. Those of two sources are booked to the more frequent one."""


@cache
def own_statements() -> dict[StatementId, str]:
    """Our own SQL files by the identity that the server will give them, with their source: a digest holds no comment, so our mark is not in it."""
    found: dict[StatementId, str] = {fingerprint(text): "session" for text in SESSION_STATEMENTS}
    for entry in (files(PACKAGE) / "sql").iterdir():
        if entry.name.endswith(".sql"):
            name = entry.name.removesuffix(".sql")
            found[fingerprint(statement(PACKAGE, name, 0))] = BOOKED_TO.get(name, name)
    return found


def _utc(value: Any) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


class StatementsSource:
    """Remembers the table's columns and what was made of each digest's text; one for each target."""

    def __init__(self) -> None:
        self._columns: frozenset[str] | None = None
        self._server = ""
        self._own: dict[StatementId, str] = {}
        self._known: dict[str, tuple[StatementId, str | None, str, str | None]] = {}
        self._prepared: deque[tuple[datetime, int]] = deque()

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """All digests. Raises SourceError."""
        server = reader.server
        need_performance_schema(server, "statements")
        if self._server != server.identity:
            self._columns, self._server = None, server.identity
            self._prepared.clear()
        with reader.session() as session:
            self._columns = self._columns or session.columns(TABLE, PERFORMANCE_SCHEMA)
            text = self._select()
            self._own = own_statements() | {fingerprint(text): "statements"}
            rows = session.execute(text, doing="statement digests", needs=PERFORMANCE_SCHEMA)
            shown = [
                *session.query("statement_limits", mark="statements"),
                *session.query("digest_lost", mark="statements"),
            ]
            limits = {row["variable_name"].lower(): int(row["value"]) for row in lowered(shown)}
            prepared = _prepared(session)
        self._known = {row["digest"]: known for row in rows if (known := self._known.get(row["digest"])) is not None}
        longest = limits.get("performance_schema_max_digest_length", 1024)
        statements = tuple(self._statement(row, longest) for row in rows if row["digest"] is not None)
        coverage = _coverage(rows, limits)
        began = min((one.stats_since for one in statements if one.stats_since), default=server.started_at)
        section = Statements(Period(min(max(began, server.started_at), taken_at), taken_at), statements, coverage)
        told = None if _has_prepared(rows) else self._unseen(prepared, server.started_at, taken_at)
        return Collected((section,), _gaps(rows, coverage, told, taken_at))

    def _unseen(self, prepared: int, started_at: datetime, taken_at: datetime) -> str | None:
        """What the count of prepared executions says of the last hour (at the first reading: since the server's start); None where it stood."""
        if self._prepared and prepared < self._prepared[-1][1]:
            self._prepared.clear()
        while len(self._prepared) > 1 and (taken_at - self._prepared[1][0]).total_seconds() >= PREPARED_WINDOW_SECONDS:
            self._prepared.popleft()
        since, before = self._prepared[0] if self._prepared else (started_at, 0)
        self._prepared.append((taken_at, prepared))
        if prepared <= before:
            return None
        minutes = max((taken_at - since).total_seconds() / 60, 1.0)
        return f"{prepared - before:,} executions of prepared statements (binary protocol) in {minutes:,.0f} minutes are in no digest"

    def _select(self) -> str:
        columns = self._columns or frozenset()
        listed = [f"{column} AS {name}" for name, column in _COUNTERS.items() if column in columns]
        text = f"SELECT schema_name AS db, digest, digest_text, {', '.join(listed)} FROM {TABLE}"
        return marked("statements", text)

    def _text(self, row: Row) -> tuple[StatementId, str | None, str, str | None]:
        known = self._known.get(row["digest"])
        if known is None:
            raw = executed(str(row["digest_text"] or ""))
            identity = fingerprint(raw) if raw else StatementId(str(row["digest"])[:16])
            own = self._own.get(identity)
            known = (identity, redact_statement(raw) or None, statement_kind(raw), own)
            self._known[row["digest"]] = known
        return known

    def _statement(self, row: Row, longest: int) -> Statement:
        identity, text, kind, own = self._text(row)

        def count(name: str) -> int:
            return int(row.get(name) or 0)

        return Statement(
            key=StatementKey(row["db"] or "", "", str(row["digest"])),
            id=identity,
            text=text,
            kind=kind,
            calls=count("calls"),
            exec_seconds=count("sum_ps") / _PICOSECONDS,
            rows=count("rows_sent") + count("rows_affected"),
            min_exec_seconds=count("min_ps") / _PICOSECONDS,
            max_exec_seconds=count("max_ps") / _PICOSECONDS,
            stats_since=_utc(row.get("first_seen")),
            last_seen=_utc(row.get("last_seen")),
            own=own is not None,
            own_source=own,
            text_missing=None if text else "the server keeps no text for it",
            text_cut=is_cut(str(row["digest_text"] or ""), longest),
            rows_examined=count("rows_examined"),
            lock_seconds=count("lock_ps") / _PICOSECONDS,
            temp_tables=count("temp_tables"),
            temp_disk_tables=count("temp_disk_tables"),
            sort_merge_passes=count("merge_passes"),
            sorted_rows=count("sorted_rows"),
            full_scans=count("full_scans"),
            full_joins=count("full_joins"),
            no_index_used=count("no_index"),
            errors=count("errors"),
            warnings=count("warnings"),
        )


def is_cut(text: str, longest: int) -> bool:
    """Whether statements that differ further on share this digest: the server ends a text that reached its limit with an ellipsis."""
    return text.endswith("...") or len(text.encode("utf-8", "replace")) >= 0.97 * longest


def _coverage(rows: list[Row], limits: dict[str, int]) -> Coverage:
    total = sum(int(row["sum_ps"]) for row in rows)
    outside = sum(int(row["sum_ps"]) for row in rows if row["digest"] is None)
    return Coverage(
        entries=len(rows),
        max_entries=limits.get("performance_schema_digests_size", 0),
        evicted=limits.get("performance_schema_digest_lost", 0),
        reset_at=None,
        time_ratio=1 - outside / total if total else None,
    )


def _prepared(session: Session) -> int:
    """Executions by the binary protocol since the server's start: MariaDB's prepared_statements_instances counts none (tried)."""
    try:
        rows = session.query("prepared_executions", mark="statements")
    except SourceError:
        return 0
    return sum(int(row["executions"] or 0) for row in rows)


def _has_prepared(rows: list[Row]) -> bool:
    """Whether the server's digests hold what prepared statements run."""
    texts = (str(row["digest_text"] or "") for row in rows)
    return any(executed(text) != text for text in texts)


def _gaps(rows: list[Row], coverage: Coverage, prepared: str | None, taken_at: datetime) -> tuple[Gap, ...]:
    told: list[tuple[str, str | None]] = []
    if prepared is not None:
        told.append(
            (
                f"{prepared}: what they ran is not seen",
                "read the slow log too (slow_log_file), or let the driver send text (useServerPrepStmts=false)",
            )
        )
    if (
        coverage.time_ratio is not None
        and coverage.time_ratio < 0.99
        and Counter(row["digest"] is None for row in rows)[True]
    ):
        told.append(
            (
                f"{1 - coverage.time_ratio:.0%} of the statements' time is in no digest of its own: the table is full",
                "TRUNCATE TABLE performance_schema.events_statements_summary_by_digest; or a larger performance_schema_digests_size (restart)",
            )
        )
    return tuple(Gap("statements", reason, taken_at, mend, None, (Statements.name,)) for reason, mend in told)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "statements", (Statements,), interval_seconds=60, deadline_seconds=20, collect=StatementsSource().collect
    )
