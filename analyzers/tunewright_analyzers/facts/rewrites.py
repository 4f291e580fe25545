"""What the planner thinks of statements that could be written otherwise: the costs of both forms, on the twin."""

from dataclasses import dataclass
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class RewriteCost:
    """One statement and one equal form of it. Costs are the planner's, of the whole plan: no time, and never called one."""

    statement_id: StatementId
    database: str
    rewritten: str
    cost: float
    rewritten_cost: float
    same_shape: bool
    """Whether both plans have one shape: then the other form changes nothing."""


@dataclass(frozen=True, slots=True)
class RewriteCosts(Section):
    """Of the statements that cost most, those with an equal form."""

    name: ClassVar[str] = "rewrite_costs"
    rows: tuple[RewriteCost, ...]
