"""The one protocol the advisers ask: what would the planner make of this statement if these indexes existed?

Implemented in tunewright_agent.whatif by the twin (an embedded PostgreSQL), by HypoPG on the live server and, later, for MySQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import IndexColumn, RelationName


class _Kept:
    """Room for a hash and a text that are made once: sets of indexes are made and sorted by the ten thousand."""

    __slots__ = ("_hash", "_text")
    _hash: int
    _text: str


@dataclass(frozen=True, slots=True)
class HypotheticalIndex(_Kept):
    """An index that does not exist yet. Two are equal when they would be the same index."""

    table: RelationName
    keys: tuple[IndexColumn, ...]
    included: tuple[str, ...] = ()
    predicate: str | None = None
    method: str = "btree"
    is_unique: bool = False

    def __post_init__(self) -> None:
        key = (self.table, self.keys, self.included, self.predicate, self.method, self.is_unique)
        object.__setattr__(self, "_hash", hash(key))
        object.__setattr__(self, "_text", self._canonical())

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        """The canonical form, as in `public.orders(status, created_at) include (total) where (…)`: stable, without a name."""
        return self._text

    def _canonical(self) -> str:
        text = f"{self.table}({', '.join(str(key) for key in self.keys)})"
        if self.method != "btree":
            text += f" using {self.method}"
        if self.included:
            text += f" include ({', '.join(self.included)})"
        return text + (f" where ({self.predicate})" if self.predicate else "")


class WhatIfError(Exception):
    """The oracle could not answer for this statement or index; the message says why, without literals."""


class PlannerOracle(Protocol):
    """Costs of statements under hypothetical indexes. Planner cost units; never time."""

    @property
    def name(self) -> str:
        """`twin` or `hypopg`: shown beside every number that came from it."""
        ...

    @property
    def calls(self) -> int:
        """How many EXPLAINs were sent so far."""
        ...

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        """The plan of `statement` (normalised, `$n` placeholders allowed) with indexes added and existing ones hidden.

        A hypothetical index stands in the plan (`PlanNode.index`) under its `str()`, an existing one under its bare name.

        Raises WhatIfError.
        """
        ...

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        """How large the index would be (a model: deduplication, fill factor, tuple width). Raises WhatIfError."""
        ...


@dataclass(frozen=True, slots=True)
class Price:
    """A plan in two words: what it costs, and the names of the indexes in it (hypothetical ones under their `str()`)."""

    cost: float
    indexes: frozenset[str]


@runtime_checkable
class PricingOracle(PlannerOracle, Protocol):
    """An oracle that can answer in short, without the plan: the choice of indexes asks thousands of times."""

    def price(
        self, database: str, statement: str, *, add: Sequence[HypotheticalIndex] = (), hide: Sequence[RelationName] = ()
    ) -> Price:
        """As `explain`, the same cost and index names. Raises WhatIfError."""
        ...


@runtime_checkable
class BatchOracle(PlannerOracle, Protocol):
    """An oracle that makes many hypothetical indexes ready at once, faster than at the first question about each."""

    def make_all(self, database: str, indexes: Sequence[HypotheticalIndex]) -> Mapping[HypotheticalIndex, str]:
        """Returns, for each index that cannot exist, why. Raises WhatIfError where the oracle itself fails."""
        ...
