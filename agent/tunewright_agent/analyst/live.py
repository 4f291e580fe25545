"""HypoPG on the live server behind the guard: the oracle that confirms what the twin advised, or stands in for it.

EXPLAIN on a live server can run functions of the users' while it plans, so no statement reaches it that sources.postgres.guard refuses.
One is made for each pass: the guard's verdicts are kept no longer than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tunewright_agent.sources.postgres.guard import Refused, check
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.whatif.hypopg import HypoPG
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError


@dataclass(slots=True)
class LiveOracle:
    """A PlannerOracle. `allow`: functions (schema.name) that the user declared free of side effects."""

    reader: Reader
    allow: frozenset[str]
    _hypopg: HypoPG = field(init=False)
    _passed: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._hypopg = HypoPG(self.reader, SourceError)

    @property
    def name(self) -> str:
        """`hypopg`."""
        return self._hypopg.name

    @property
    def calls(self) -> int:
        """EXPLAINs sent so far."""
        return self._hypopg.calls

    def _guard(self, database: str, statement: str) -> None:
        if (database, statement) in self._passed:
            return
        try:
            with self.reader.session(database) as session:
                check(session, self.reader.server, statement, self.allow)
        except Refused as refusal:
            raise WhatIfError(refusal.because) from refusal
        except SourceError as error:
            raise WhatIfError(error.reason) from error
        self._passed.add((database, statement))

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        """As PlannerOracle. Raises WhatIfError, also for what the guard refuses."""
        self._guard(database, statement)
        return self._hypopg.explain(database, statement, add=add, hide=hide, settings=settings)

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        """As PlannerOracle: HypoPG's own estimate, an upper bound. Raises WhatIfError."""
        return self._hypopg.size_bytes(database, index)
