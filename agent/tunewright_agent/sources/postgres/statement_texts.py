"""The texts of pg_stat_statements: asked for once a query id, redacted and fingerprinted here, remembered while the server keeps the id.

Used by the source `statements`. One read of texts costs the server its whole text file (measured 53 MB with 9,808 entries), whatever
ids are asked for; so an id without a text, and a read that failed, are not asked for again within RETRY.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_agent.sources.postgres.session import Session
from tunewright_agent.sources.source import SourceError, Unavailable
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.fingerprint import fingerprint, statement_kind
from tunewright_analyzers.sql.redact import marker, redact_statement

RETRY = timedelta(minutes=15)
_HIDDEN = "<insufficient privilege>"


@dataclass(frozen=True, slots=True)
class Text:
    """What is kept of a statement's text."""

    id: StatementId
    text: str | None
    kind: str
    own_source: str | None
    missing: str | None = None


def _read(raw: str) -> Text:
    return Text(fingerprint(raw), redact_statement(raw), statement_kind(raw), marker(raw))


def _unread(query_id: str) -> Text:
    """Known by the server's own number, until its text is read."""
    number = int(query_id) & (2**60 - 1)
    return Text(StatementId(f"q{number:015x}"), None, "unknown", None, "the server gave no text for it")


class Texts:
    """Remembers the texts of one server."""

    def __init__(self) -> None:
        self._known: dict[str, Text] = {}
        self._in_vain: dict[str, datetime] = {}
        self._failed: tuple[datetime, SourceError] | None = None

    def of(self, query_id: str) -> Text:
        """The text of a query id, or why there is none."""
        return self._known.get(query_id) or _unread(query_id)

    def fetch(self, session: Session, schema: str, major: int, ids: Set[str], at: datetime) -> SourceError | None:
        """Ask for the texts of ids not seen before; forget those that are gone.

        Answers what went wrong where the texts cannot be read (one that is not UTF-8 fails the whole read): the counters
        do not depend on them. Raises Unavailable.
        """
        self._known = {query_id: text for query_id, text in self._known.items() if query_id in ids}
        self._in_vain = {one: asked for one, asked in self._in_vain.items() if one in ids and at - asked < RETRY}
        wanted = sorted(ids - self._known.keys() - self._in_vain.keys())
        if not wanted:
            return None
        if self._failed is not None and at - self._failed[0] < RETRY:
            return self._failed[1]
        try:
            rows = session.query("statement_texts", [wanted], mark="statements", major=major, schema=schema)
        except Unavailable:
            raise
        except SourceError as error:
            self._failed = (at, error)
            return error
        self._failed = None
        texts = {row["query_id"]: row["query"] for row in rows}
        for query_id in wanted:
            raw = texts.get(query_id)
            if raw is None or raw == _HIDDEN:
                self._in_vain[query_id] = at
            else:
                self._known[query_id] = _read(raw)
        return None
