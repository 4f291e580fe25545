"""Texts with literals by digest, for EXPLAIN: in memory, never kept, shown or sent anywhere but back to the same server.

MySQL 8 keeps one with each digest (QUERY_SAMPLE_TEXT); of MariaDB the statements that run and ran last are taken, where their consumers are on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tunewright_agent.sources.mysql.session import Session
from tunewright_agent.sources.source import SourceError, Unavailable
from tunewright_agent.sources.sqlfile import marked

DOING = "explain"
_DIGESTS = "performance_schema.events_statements_summary_by_digest"
_SEEN = ("events_statements_history_long", "events_statements_history", "events_statements_current")
NO_SAMPLE = (
    "no text with its literals is known: MariaDB keeps none with a digest; "
    "UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = 'events_statements_history_long'"
)


@dataclass(frozen=True, slots=True)
class Explains:
    """The protocol of explain over a session of the sources."""

    session: Session

    def execute(self, text: str) -> Sequence[dict[str, object]]:
        """Rows of one statement."""
        return self.session.execute(text, doing=DOING)


def samples(session: Session, digests: Sequence[str]) -> dict[str, str]:
    """A text for each of these digests, as far as one is known. Raises Unavailable."""
    if not digests:
        return {}
    places = ", ".join(["%s"] * len(digests))
    if "query_sample_text" in session.columns(_DIGESTS):
        rows = session.execute(
            marked(DOING, f"SELECT digest AS d, query_sample_text AS q FROM {_DIGESTS} WHERE digest IN ({places})"),
            digests,
            doing=DOING,
        )
        return {str(row["d"]): _text(row["q"]) for row in rows if row["q"]}
    found: dict[str, str] = {}
    for table in _SEEN:
        try:
            rows = session.execute(
                marked(
                    DOING,
                    f"SELECT digest AS d, sql_text AS q FROM performance_schema.{table} WHERE digest IN ({places})",
                ),
                digests,
                doing=DOING,
            )
        except Unavailable:
            raise
        except SourceError:
            continue
        for row in rows:
            if row["q"]:
                found.setdefault(str(row["d"]), _text(row["q"]))
    return found


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
