"""The pass `index_proposals` of MySQL and MariaDB: the model's proposals (rung 1) for the digests. In comes a Reader, out go IndexProposals.

Higher rungs need a server of the user's, and are climbed on request: `tunewright advise indexes --scratch … | --clone …`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tunewright_agent.latest import Latest
from tunewright_agent.sources.mysql.advice_facts import read
from tunewright_agent.sources.mysql.session import Reader, Session
from tunewright_agent.sources.source import Collected
from tunewright_analyzers.facts.snapshot import Engine, Gap
from tunewright_analyzers.indexes.mysql.choose import advise
from tunewright_analyzers.indexes.mysql.facts import IndexProposals, section_of

DOING = "index advice"


@dataclass(frozen=True, slots=True)
class _Reads:
    """A session of the sources as advice_facts wants it."""

    session: Session
    engine: Engine

    def execute(self, text: str, values: Sequence[Any] | None = None) -> Sequence[dict[str, Any]]:
        """Rows of one statement."""
        return self.session.execute(text, values, doing=DOING)


@dataclass(slots=True)
class MysqlIndexPass:
    """Stateless; one for each instance."""

    reader: Reader

    def collect(self, _latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises SourceError."""
        with self.reader.session() as session:
            facts = read(_Reads(session, self.reader.server.engine), self.reader.include)
        gaps = tuple(Gap("index_proposals", one, taken_at, None, None, (IndexProposals.name,)) for one in facts.gaps)
        if not facts.statements:
            return Collected((), gaps)
        return Collected((section_of(advise(facts)),), gaps)
