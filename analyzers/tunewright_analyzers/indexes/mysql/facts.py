"""What the index advice of MySQL and MariaDB is made from, and what it answers. Pure; read by the agent's sources/mysql/advice_facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import Index, RelationName
from tunewright_analyzers.facts.snapshot import Engine, Section
from tunewright_analyzers.indexes.whatif import HypotheticalIndex


@dataclass(frozen=True, slots=True)
class DigestStatement:
    """One digest since the server's statistics began: totals. `sample` holds literals: it stays in memory and is never shown."""

    id: StatementId
    database: str
    text: str
    calls: int
    seconds: float
    rows_examined: int
    rows_sent: int
    rows_affected: int
    sample: str | None = field(default=None, repr=False)
    rows_known: bool = True
    """Whether a server counted its rows; False for a statement of a file."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One InnoDB table. `columns` in order; `distinct` by tuple of columns (in the order of an index, or a single column)."""

    name: RelationName
    rows: float
    data_bytes: int
    columns: tuple[str, ...]
    types: Mapping[str, str]
    indexes: tuple[Index, ...]
    distinct: Mapping[tuple[str, ...], float]

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the primary key, which every secondary index holds too; empty without one."""
        return next((index.columns for index in self.indexes if index.is_primary), ())


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `gaps`: what could not be read, with the mend."""

    engine: Engine
    tables: tuple[TableFacts, ...]
    statements: tuple[DigestStatement, ...]
    gaps: tuple[str, ...] = ()


class Rung(IntEnum):
    """How far a proposal was verified; the higher, the more it can be trusted."""

    MODEL = 1
    STATISTICS = 2
    SAMPLE = 3
    CLONE = 4

    @property
    def trust(self) -> str:
        """What stands behind it, for people."""
        return _TRUST[self]


_TRUST = {
    Rung.MODEL: "rung 1, own model from cardinalities and histograms: no optimiser has seen it; verify it with --scratch or --clone",
    Rung.STATISTICS: "rung 2, the optimiser of a scratch server with copied statistics and no rows: right for equalities, not for ranges",
    Rung.SAMPLE: "rung 3, the optimiser of a scratch server with a sample of the rows: right for ranges, roughly for equalities",
    Rung.CLONE: "rung 4, the optimiser of a clone with all rows and the real index, invisible to others: its plan is the one to expect",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What an optimiser said of one statement: its cost without and with the index, and whether it used it. Cost in the server's unit."""

    statement: StatementId
    rung: Rung
    cost_before: float
    cost_after: float
    is_used: bool


@dataclass(frozen=True, slots=True)
class Helped:
    """A statement that the model expects to gain: rows touched a call before and after, by the model."""

    statement: DigestStatement
    rows_before: float
    rows_after: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """One index to make. `written_rows`: rows of the digests' writes that would have to write the index too."""

    index: HypotheticalIndex
    helped: tuple[Helped, ...]
    written_rows: float
    size_bytes: int
    rung: Rung = Rung.MODEL
    verified: tuple[Verified, ...] = ()
    refused: str | None = None
    """Why an optimiser did not take it; such a proposal is shown apart and not advised."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A digest that was not taken into account, and why."""

    statement: DigestStatement
    because: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer."""

    proposals: tuple[Proposal, ...]
    unjudged: tuple[Unjudged, ...]
    judged: int
    gaps: tuple[str, ...] = ()
    tables: tuple[TableFacts, ...] = ()
    """With what the digests told of them: the higher rungs copy it."""


@dataclass(frozen=True, slots=True)
class IndexProposals(Section):
    """What the model proposes for an instance, without any sample; `judged`: digests taken into account, `left_out`: those that were not."""

    name: ClassVar[str] = "index_proposals"
    rows: tuple[Proposal, ...]
    judged: int = 0
    left_out: int = 0


def section_of(advice: Advice) -> IndexProposals:
    """The advice as a section: samples hold literals and stay behind."""
    rows = tuple(
        replace(one, helped=tuple(replace(each, statement=replace(each.statement, sample=None)) for each in one.helped))
        for one in advice.proposals
    )
    return IndexProposals(rows, advice.judged, len(advice.unjudged))
