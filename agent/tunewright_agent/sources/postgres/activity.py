"""Source `activity`: pg_stat_activity every second. Fills Sessions (now), ActiveSessions (the load), ChattyTransactions.

Texts are redacted here. `sampled` is the one door behind which literals exist: it gives complete texts to the analyst's passes, where the user
allowed that.
"""

from dataclasses import dataclass
from datetime import datetime

from tunewright_agent.sources.activity_tally import Tally
from tunewright_agent.sources.postgres.session import APPLICATION_NAME, Reader, Row
from tunewright_agent.sources.postgres.transaction_tally import TransactionTally
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.sessions import ActiveSessions, PreparedTransaction, Session, Sessions
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.facts.transactions import ChattyTransactions
from tunewright_analyzers.sql.fingerprint import fingerprint
from tunewright_analyzers.sql.redact import redact_statement, visible

INTERVAL_SECONDS = 1.0
_HIDDEN = "<insufficient privilege>"
_KNOWN_TEXTS = 2000


class ActivitySource:
    """Remembers the tally, and the fingerprints of texts seen lately; one for each target."""

    def __init__(self, interval_seconds: float = INTERVAL_SECONDS) -> None:
        self._tally = Tally(interval_seconds)
        self._transactions = TransactionTally()
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
            gaps = (
                Gap(
                    "activity",
                    reason,
                    taken_at,
                    mend,
                    None,
                    (Sessions.name, ActiveSessions.name, ChattyTransactions.name),
                ),
            )
        return Collected((sample, self._tally.add(sample), self._transactions.add(sample)), gaps)

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


@dataclass(frozen=True, slots=True)
class Sample:
    """A complete text WITH LITERALS of a statement that a session runs or ran last. Never log or show it."""

    pid: int
    started: datetime | None
    database: str
    text: str


def sampled(reader: Reader) -> tuple[Sample, ...]:
    """One for each session; texts that the server cut off, hidden ones and our own are left out. Raises SourceError."""
    with reader.session() as session:
        rows = session.query("activity")
    return tuple(
        Sample(row["pid"], row["query_start"], row["database"], text)
        for row in rows
        if (text := row["query"] or "") and text != _HIDDEN and _is_whole(text, row["text_limit"])
        if row["database"] and not row["application"].startswith(APPLICATION_NAME)
    )


def samples(reader: Reader) -> dict[StatementId, tuple[str, str]]:
    """(database, text with literals) by statement: planned at once, never kept. Raises SourceError."""
    return {fingerprint(one.text): (one.database, one.text) for one in sampled(reader)}


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "activity",
        (Sessions, ActiveSessions, ChattyTransactions),
        INTERVAL_SECONDS,
        deadline_seconds=2,
        collect=ActivitySource().collect,
    )
