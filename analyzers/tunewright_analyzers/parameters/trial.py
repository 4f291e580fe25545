"""What the planner would do under a changed setting: which plans flip, which stay. In come statements, changes and a way to ask; out goes a Trial.

It proves "nothing changes" and lists the flips; it never proves a gain: over 78 measured flips the ratio of costs and the ratio of times had a
rank correlation of 0.22, and one statement's cost fell by 40 % while its time doubled (docs/parameters.md). Called by `advise parameters`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.recommendation import ParameterChange, Scope

PLANNER = frozenset({
    "work_mem", "hash_mem_multiplier", "random_page_cost", "seq_page_cost", "effective_cache_size", "effective_io_concurrency", "jit",
    "max_parallel_workers_per_gather",
})  # fmt: skip
"""Parameters that the planner asks, of those that are advised on. (`enable_*` too, by prefix.)"""
EXPLAINED = frozenset({"select", "insert", "update", "delete", "merge"})
MOST_STATEMENTS = 200

Ask = Callable[[str, str, Sequence[tuple[str, str]]], Plan | None]
"""(database, statement's text, settings) -> its plan, None where it cannot be planned."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A statement whose plan has another shape under the setting. Costs are the planner's, each under its own setting: no times."""

    statement: StatementId
    database: str
    text: str
    shape_before: PlanId
    shape_after: PlanId
    cost_before: float
    cost_after: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer for one recommendation: `same` plans kept their shape, `unasked` statements could not be planned."""

    settings: tuple[tuple[str, str], ...]
    flips: tuple[Flip, ...]
    same: int
    unasked: int

    @property
    def cheaper(self) -> int:
        """Flips whose cost fell: what the planner thinks, not a gain."""
        return sum(one.cost_after < one.cost_before for one in self.flips)


def is_tried(change: ParameterChange) -> bool:
    """Whether the planner asks the parameter, so that EXPLAIN can tell something."""
    return change.parameter in PLANNER or change.parameter.startswith("enable_")


def _concerned(statements: Statements, changes: Sequence[ParameterChange]) -> Iterator[Statement]:
    """The costliest statements in reach of the changes, each once a database."""
    seen: set[tuple[str, StatementId]] = set()
    for row in sorted(statements.rows, key=lambda one: (-one.exec_seconds, one.id)):
        key = (row.key.database, row.id)
        if row.own or row.kind not in EXPLAINED or key in seen:
            continue
        if any(_reaches(change, row) for change in changes):
            seen.add(key)
            yield row


def _reaches(change: ParameterChange, row: Statement) -> bool:
    if change.scope is Scope.STATEMENT:
        return change.target == row.id
    return change.target == row.key.user if change.scope is Scope.ROLE else change.scope is Scope.GLOBAL


def tried(
    ask: Ask, statements: Statements, changes: Sequence[ParameterChange], most: int = MOST_STATEMENTS
) -> Trial | None:
    """Ask for the plans with and without the changes that the planner asks for. None where none of them is one of those."""
    wanted = [change for change in changes if is_tried(change)]
    if not wanted:
        return None
    settings = tuple((change.parameter, change.advised) for change in wanted)
    flips, same, unasked = [], 0, 0
    for number, row in enumerate(_concerned(statements, wanted)):
        if number >= most:
            break
        before = None if row.text is None else ask(row.key.database, row.text, ())
        after = None if before is None or row.text is None else ask(row.key.database, row.text, settings)
        if before is None or after is None or row.text is None:
            unasked += 1
        elif before.shape == after.shape:
            same += 1
        else:
            costs = before.root.cost.total, after.root.cost.total
            flips.append(Flip(row.id, row.key.database, row.text, before.shape, after.shape, *costs))
    return Trial(settings, tuple(flips), same, unasked)
