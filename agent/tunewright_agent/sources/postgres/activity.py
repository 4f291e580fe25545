"""Source `activity`: pg_stat_activity every second. Fills Sessions (now) and ActiveSessions (the minute's load).

Texts are redacted here. `samples` is the one door behind which literals exist: it gives complete texts to the EXPLAIN runner, live, never kept.
"""

from datetime import datetime

from tunewright_agent.sources.postgres.activity_tally import Tally
from tunewright_agent.sources.postgres.session import APPLICATION_NAME, Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, PreparedTransaction, Session, Sessions
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.sql.fingerprint import fingerprint
from tunewright_analyzers.sql.redact import redact_statement, visible

INTERVAL_SECONDS = 1.0
_HIDDEN = "<insufficient privilege>"
_KNOWN_TEXTS = 2000


class ActivitySource:
    """Remembers the tally, and the fingerprints of texts seen lately; one for each target."""

    def __init__(self, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._tally = Tally(interval_seconds)
        self._known: dict[str, tuple[StatementId | None, str]] = {}

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """One sample of all backends. Raises SourceError."""
        with reader.session() as session:
            rows = session.query("activity")
            prepared = session.query("prepared_transactions", mark="activity")
        hidden = sum(row["query"] == _HIDDEN for row in rows)
        sample = Sessions(
            taken_at,
            tuple(self._session(row) for row in rows if not row["is_self"]),
            tuple(_prepared(row) for row in prepared),
        )
        gaps: tuple[Gap, ...] = ()
        if hidden:
            reason = f"the statements and waits of {hidden} sessions of other users are hidden from our role"
            mend = reader.server.grant("pg_monitor")
            gaps = (Gap("activity", reason, taken_at, mend, None, (Sessions.name, ActiveSessions.name)),)
        return Collected((sample, self._tally.add(sample)), gaps)

    def _identified(self, text: str, longest: int) -> tuple[StatementId | None, str]:
        """Fingerprint (None where the server cut the text off) and redacted text; cached, for most sessions repeat themselves."""
        found = self._known.get(text)
        if found is None:
            whole = _is_whole(text, longest)
            found = (fingerprint(text) if whole else None, redact_statement(text))
            if len(self._known) >= _KNOWN_TEXTS:
                self._known.clear()
            self._known[text] = found
        return found

    def _session(self, row: Row) -> Session:
        raw = row["query"]
        identity, text = (None, None) if not raw or raw == _HIDDEN else self._identified(raw, row["text_limit"])
        return Session(
            pid=row["pid"],
            database=row["database"],
            user=row["role"],
            application=visible(row["application"]),
            client=row["client"],
            backend_type=row["backend_type"] or "hidden",
            state=row["state"],
            wait_type=row["wait_event_type"],
            wait_event=row["wait_event"],
            backend_start=row["backend_start"],
            transaction_start=row["xact_start"],
            statement_start=row["query_start"],
            state_change=row["state_change"],
            statement=text,
            statement_id=identity,
            query_id=row["query_id"],
            xmin_age=row["xmin_age"],
            xid_age=row["xid_age"],
            blocked_by=tuple(dict.fromkeys(row["blocked_by"] or ())),
            own=row["application"].startswith(APPLICATION_NAME),
        )


def _is_whole(text: str, limit_bytes: int) -> bool:
    """Whether the server kept the whole text: it cuts at track_activity_query_size less the closing zero byte."""
    return len(text.encode("utf-8", "replace")) < limit_bytes - 1


def _prepared(row: Row) -> PreparedTransaction:
    return PreparedTransaction(visible(row["gid"]), row["database"], row["owner"], row["prepared"], row["xid_age"])


def samples(reader: Reader) -> dict[StatementId, tuple[str, str]]:
    """Complete texts WITH LITERALS of statements running now: (database, text) by statement. Never store, log or show them.

    Texts that the server cut off, hidden ones and our own are left out. Raises SourceError.
    """
    with reader.session() as session:
        rows = session.query("activity")
    found: dict[StatementId, tuple[str, str]] = {}
    for row in rows:
        text = row["query"] or ""
        whole = text and text != _HIDDEN and _is_whole(text, row["text_limit"])
        if whole and row["database"] and not row["application"].startswith(APPLICATION_NAME):
            found[fingerprint(text)] = (row["database"], text)
    return found


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "activity", (Sessions, ActiveSessions), INTERVAL_SECONDS, deadline_seconds=2, collect=ActivitySource().collect
    )
