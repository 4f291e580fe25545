"""Source `statements`: pg_stat_statements, wherever the extension lives. Fills Statements (counters since the last reset).

Counters are read without texts each time, texts once for each new query id (statement_texts.py); no literal goes further than there.
"""

from dataclasses import dataclass
from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row
from tunewright_agent.sources.postgres.statement_texts import Texts
from tunewright_agent.sources.source import Collected, Denied, Source, SourceError, Unsupported
from tunewright_analyzers.facts.snapshot import Gap, Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.sql.identifiers import quoted

# The extension's release, not the server's, decides which columns there are: an upgraded server keeps the old one until ALTER EXTENSION.
_MAJOR_OF_EXTENSION = {"1.8": 13, "1.9": 14, "1.10": 15, "1.11": 17}


@dataclass(frozen=True, slots=True)
class _Extension:
    database: str
    schema: str
    major: int
    max_entries: int


def _major(version: str) -> int:
    if version in _MAJOR_OF_EXTENSION:
        return _MAJOR_OF_EXTENSION[version]
    parts = tuple(int(part) for part in version.split(".")[:2])
    if parts < (1, 8):
        raise Unsupported(f"pg_stat_statements {version} is too old", "ALTER EXTENSION pg_stat_statements UPDATE;")
    return 18


def _checked(row: Row, database: str) -> _Extension:
    if row["max_entries"] is None:
        raise Unsupported(
            "the library pg_stat_statements is not loaded",
            "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; then restart (on RDS: in the parameter group)",
        )
    return _Extension(database, row["schema"], _major(row["version"]), row["max_entries"])


class StatementsSource:
    """Remembers where the extension is and the texts it has seen; one for each target."""

    def __init__(self) -> None:
        self._extension: _Extension | None = None
        self._texts = Texts()

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """All rows of the server. Raises SourceError; Unsupported with the CREATE EXTENSION where it is missing."""
        extension = self._extension or self._find(reader)
        try:
            with reader.session(extension.database) as session:
                rows = session.query("statements", major=extension.major, schema=extension.schema)
                info = session.query(
                    "statement_coverage", mark="statements", major=extension.major, schema=extension.schema
                )[0]
                ids = {row["query_id"] for row in rows if row["query_id"] is not None}
                unread = self._texts.fetch(session, extension.schema, extension.major, ids, taken_at)
        except Denied as error:
            self._extension = None
            mend = f"GRANT USAGE ON SCHEMA {quoted(extension.schema)} TO {quoted(reader.server.user)};"
            raise Denied(error.reason, f"in the database {extension.database}: {mend}") from error
        except SourceError:
            self._extension = None
            raise
        self._extension = extension
        reset_at: datetime | None = info["stats_reset"]
        statements = tuple(self._statement(row) for row in rows if row["query_id"] is not None)
        coverage = Coverage(len(rows), extension.max_entries, info["dealloc"] or 0, reset_at)
        section = Statements(Period(reset_at or reader.server.started_at, taken_at), statements, coverage)
        return Collected((section,), _gaps(len(rows) - len(statements), unread, reader, taken_at))

    def _find(self, reader: Reader) -> _Extension:
        names = reader.server.databases
        failed: SourceError | None = None
        for database in (None, *names):
            try:
                with reader.session(database) as session:
                    found = session.query("statement_extension", mark="statements")
            except SourceError as error:  # it may well be in the next
                failed = error
                continue
            if found:
                return _checked(found[0], session.database)
        if failed is not None:
            raise failed
        where = f"; connected to {', '.join(names)}" if names else ""
        raise Unsupported(
            f"the extension pg_stat_statements is in no database that we may read{where}",
            "CREATE EXTENSION pg_stat_statements; (it must also stand in shared_preload_libraries, which needs a restart)",
        )

    def _statement(self, row: Row) -> Statement:
        query_id = row["query_id"]
        text = self._texts.of(query_id)
        return Statement(
            key=StatementKey(row["database"] or "(dropped)", row["role"] or "(dropped)", query_id, row["toplevel"]),
            id=text.id,
            text=text.text,
            kind=text.kind,
            calls=row["calls"],
            exec_seconds=row["total_exec_time"] / 1000,
            rows=row["rows"],
            min_exec_seconds=row["min_exec_time"] / 1000,
            max_exec_seconds=row["max_exec_time"] / 1000,
            stddev_exec_seconds=row["stddev_exec_time"] / 1000,
            plans=row["plans"],
            plan_seconds=row["total_plan_time"] / 1000,
            shared_blocks_hit=row["shared_blks_hit"],
            shared_blocks_read=row["shared_blks_read"],
            shared_blocks_dirtied=row["shared_blks_dirtied"],
            shared_blocks_written=row["shared_blks_written"],
            local_blocks_read=row["local_blks_read"],
            local_blocks_written=row["local_blks_written"],
            temp_blocks_read=row["temp_blks_read"],
            temp_blocks_written=row["temp_blks_written"],
            block_read_seconds=row["read_time"] / 1000,
            block_write_seconds=row["write_time"] / 1000,
            wal_bytes=row["wal_bytes"],
            jit_seconds=row["jit_time"] / 1000,
            stats_since=row["stats_since"],
            own=text.own_source is not None,
            own_source=text.own_source,
            text_missing=text.missing,
        )


def _gaps(hidden: int, unread: SourceError | None, reader: Reader, taken_at: datetime) -> tuple[Gap, ...]:
    found: list[Gap] = []
    if hidden:
        reason = (
            f"{hidden} rows of pg_stat_statements belong to other users: their ids and texts are hidden from our role"
        )
        mend = reader.server.grant("pg_read_all_stats")
        found.append(Gap("statements", reason, taken_at, mend, None, (Statements.name,)))
    if unread is not None:
        reason = f"the texts of new statements could not be read: {unread.reason}"
        found.append(Gap("statements", reason, taken_at, unread.mend, None, (Statements.name,)))
    return tuple(found)


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "statements", (Statements,), interval_seconds=60, deadline_seconds=20, collect=StatementsSource().collect
    )
