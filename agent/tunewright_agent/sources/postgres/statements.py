"""Source `statements`: pg_stat_statements, wherever the extension lives. Fills Statements (counters since the last reset).

Counters are read without texts each time; texts once for each new query id (a read with texts rewrites the whole text file to
temporary storage: measured 53 MB a call with 9,808 entries). Texts are redacted and fingerprinted here; no literal goes further.
"""

from dataclasses import dataclass
from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session
from tunewright_agent.sources.source import Collected, Source, SourceError, Unsupported
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Gap, Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.sql.fingerprint import fingerprint, statement_kind
from tunewright_analyzers.sql.redact import marker, redact_statement

_HIDDEN = "<insufficient privilege>"
# The extension's release, not the server's, decides which columns there are: an upgraded server keeps the old one until ALTER EXTENSION.
_MAJOR_OF_EXTENSION = {"1.8": 13, "1.9": 14, "1.10": 15, "1.11": 17}


@dataclass(frozen=True, slots=True)
class _Text:
    """What is kept of a statement's text."""

    id: StatementId
    text: str | None
    kind: str
    own_source: str | None
    missing: str | None = None


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


class StatementsSource:
    """Remembers where the extension is and the texts it has seen; one for each target."""

    def __init__(self) -> None:
        self._extension: _Extension | None = None
        self._texts: dict[str, _Text] = {}

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """All rows of the server. Raises SourceError; Unsupported with the CREATE EXTENSION where it is missing."""
        extension = self._extension or self._find(reader)
        try:
            with reader.session(extension.database) as session:
                rows = session.query("statements", major=extension.major, schema=extension.schema)
                info = session.query(
                    "statement_coverage", mark="statements", major=extension.major, schema=extension.schema
                )[0]
                self._fetch_texts(session, extension, {row["query_id"] for row in rows if row["query_id"] is not None})
        except SourceError:
            self._extension = None
            raise
        self._extension = extension
        reset_at: datetime | None = info["stats_reset"]
        statements = tuple(self._statement(row) for row in rows if row["query_id"] is not None)
        coverage = Coverage(len(rows), extension.max_entries, info["dealloc"] or 0, reset_at)
        section = Statements(Period(reset_at or reader.server.started_at, taken_at), statements, coverage)
        hidden = len(rows) - len(statements) + sum(row.text_missing is not None for row in statements)
        return Collected((section,), self._gaps(hidden, reader, taken_at))

    @staticmethod
    def _gaps(hidden: int, reader: Reader, taken_at: datetime) -> tuple[Gap, ...]:
        if not hidden:
            return ()
        reason = f"the texts or ids of {hidden} rows of pg_stat_statements belong to other users and are hidden from our role"
        return (
            Gap(
                "statements",
                reason,
                taken_at,
                f"GRANT pg_read_all_stats TO {reader.server.user};",
                None,
                ("statements",),
            ),
        )

    def _find(self, reader: Reader) -> _Extension:
        names = reader.server.databases
        for database in (None, *names):
            with reader.session(database) as session:
                found = session.query("statement_extension", mark="statements")
                if found:
                    return self._checked(found[0], session)
        where = f"; connected to {', '.join(names)}" if names else ""
        raise Unsupported(
            f"the extension pg_stat_statements is in no database that we may read{where}",
            "CREATE EXTENSION pg_stat_statements; (it must also stand in shared_preload_libraries, which needs a restart)",
        )

    @staticmethod
    def _checked(row: Row, session: Session) -> _Extension:
        if row["max_entries"] is None:
            raise Unsupported(
                "the library pg_stat_statements is not loaded",
                "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; then restart (on RDS: in the parameter group)",
            )
        return _Extension(session.database, row["schema"], _major(row["version"]), row["max_entries"])

    def _fetch_texts(self, session: Session, extension: _Extension, ids: set[str]) -> None:
        self._texts = {query_id: text for query_id, text in self._texts.items() if query_id in ids}
        wanted = sorted(ids - self._texts.keys())
        if not wanted:
            return
        for row in session.query(
            "statement_texts", [wanted], mark="statements", major=extension.major, schema=extension.schema
        ):
            text = _text(row["query_id"], row["query"])
            if text.missing is None:
                self._texts[row["query_id"]] = text

    def _statement(self, row: Row) -> Statement:
        query_id = row["query_id"]
        text = self._texts.get(query_id) or _text(query_id, _HIDDEN)
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


def _text(query_id: str, raw: str | None) -> _Text:
    if raw is None or raw == _HIDDEN:
        return _Text(
            StatementId(f"q{int(query_id) & (2**60 - 1):015x}"),
            None,
            "unknown",
            None,
            "its text belongs to another user",
        )
    return _Text(fingerprint(raw), redact_statement(raw), statement_kind(raw), marker(raw))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "statements", (Statements,), interval_seconds=60, deadline_seconds=20, collect=StatementsSource().collect
    )
