"""The ladder: each proposal of the model is taken to the highest rung that the user gives a server for, and accepted only where the optimiser there
uses the index and reckons the statements cheaper. In come Advice and a scratch or clone server, out goes Advice with what was verified.

The cost is the server's Last_query_cost of EXPLAIN: MariaDB 10.11 prints none in its plans. Statements go through the guard of explain, with
their literals, to the scratch or clone server and to no other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from tunewright_agent.analyst.mysql_scratch import PROBE
from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_agent.sources.mysql.explain import explain
from tunewright_agent.sources.source import SourceError
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.indexes.mysql.facts import Advice, DigestStatement, Proposal, Rung, Verified
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.mysql.guard import Refused

MOST_STATEMENTS = 5
"""Of one proposal that are asked about: those that gain most."""
MOST_OTHERS = 5
"""Statements of the same table that are asked whether they get dearer: those that take most time."""


@dataclass(frozen=True, slots=True)
class Bystanders:
    """The whole work, of which no statement may get dearer by more than `worst_regression_ratio` (a rise below `floor` is noise)."""

    statements: Sequence[DigestStatement] = ()
    worst_regression_ratio: float = 0.05
    floor: float = 1.0

    def of(self, proposal: Proposal) -> tuple[DigestStatement, ...]:
        """Those of its table that it was not made for, the longest first; without a text with its literals nothing can be asked."""
        name = re.compile(rf"(?<![\w$]){re.escape(proposal.index.table.name)}(?![\w$])")
        helped = {one.statement.id for one in proposal.helped}
        found = (
            one for one in self.statements if one.id not in helped and one.sample is not None and name.search(one.text)
        )
        return tuple(sorted(found, key=lambda one: -one.seconds)[:MOST_OTHERS])

    def dearer(self, before: float, after: float) -> bool:
        """Whether that is more than may be."""
        return after > before * (1 + self.worst_regression_ratio) and after > before + self.floor


class Ground(Protocol):
    """A server on which an index may be made."""

    @property
    def session(self) -> DirectSession:
        """Where statements are explained."""
        ...

    @property
    def rung(self) -> Rung:
        """What its word is worth."""
        ...

    def add(self, index: HypotheticalIndex) -> None:
        """Make the index, named PROBE."""
        ...

    def remove(self, index: HypotheticalIndex) -> None:
        """Take it away."""
        ...


def _priced(session: DirectSession, statement: DigestStatement, text: str) -> tuple[float, Plan]:
    """(the optimiser's cost, the plan). Raises Refused, SourceError."""
    plan = explain(session, session.engine, statement.database, text, seconds=30.0)
    cost = plan.root.cost.total
    if cost <= 0:
        rows = session.execute("SHOW SESSION STATUS LIKE 'Last_query_cost'")
        cost = float(rows[0]["Value"]) if rows else 0.0
    return cost, plan


def _uses(plan: Plan) -> bool:
    return any(PROBE in (node.index or "") for node in plan.root.walk())


def _by_range(plan: Plan) -> bool:
    """Whether it reads the probe by a range, of which copied statistics of an empty table know nothing."""
    return any(PROBE in (node.index or "") and "range" in node.label.lower() for node in plan.root.walk())


def _before(
    ground: Ground, statements: Sequence[DigestStatement]
) -> tuple[dict[str, tuple[DigestStatement, str, float]], list[str]]:
    """(statement, its text, its cost now) by id, and why some could not be asked."""
    found: dict[str, tuple[DigestStatement, str, float]] = {}
    notes: list[str] = []
    for statement in statements:
        if statement.sample is None:
            notes.append(f"statement {statement.id}: no text with its literals is known, so no optimiser was asked")
            continue
        try:
            found[statement.id] = (statement, statement.sample, _priced(ground.session, statement, statement.sample)[0])
        except (Refused, SourceError) as error:
            notes.append(f"statement {statement.id}: not asked: {error}")
    return found, notes


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the optimiser said with the index there."""

    verified: tuple[Verified, ...]
    ranged: frozenset[str]
    """Statements that read the probe by a range."""


def _after(ground: Ground, before: Mapping[str, tuple[DigestStatement, str, float]]) -> _Answer:
    found: list[Verified] = []
    ranged: set[str] = set()
    for statement, text, cost in before.values():
        with suppress(Refused):
            after, plan = _priced(ground.session, statement, text)
            if _by_range(plan):
                ranged.add(statement.id)
            found.append(Verified(statement.id, ground.rung, cost, after, _uses(plan)))
    return _Answer(tuple(found), frozenset(ranged))


def _verified(ground: Ground, proposal: Proposal, bystanders: Bystanders) -> Proposal:
    helped = [one.statement for one in proposal.helped[:MOST_STATEMENTS]]
    before, notes = _before(ground, helped)
    if not before:
        return replace(proposal, notes=(*proposal.notes, *notes))
    others, _ = _before(ground, bystanders.of(proposal))
    try:
        ground.add(proposal.index)
    except SourceError as error:
        return replace(proposal, refused=f"the index cannot be made: {error.reason}", notes=(*proposal.notes, *notes))
    try:
        answer, aside = _after(ground, before), _after(ground, others)
    finally:
        ground.remove(proposal.index)
    if ground.rung is Rung.STATISTICS and answer.ranged:
        notes.append("it is read by a range, of which copied statistics know nothing: give --sample for rung 3")
        return replace(proposal, notes=(*proposal.notes, *notes))
    blind = aside.ranged if ground.rung is Rung.STATISTICS else frozenset()
    known = tuple(one for one in aside.verified if one.statement not in blind)
    notes += [f"{len(known)} other statements of {proposal.index.table} were asked too"] if known else []
    return replace(
        proposal,
        rung=ground.rung,
        verified=answer.verified,
        refused=refusal(answer.verified, known, bystanders),
        notes=(*proposal.notes, *notes),
    )


def refusal(helped: Sequence[Verified], aside: Sequence[Verified], bystanders: Bystanders) -> str | None:
    """Why the index is not advised after what the optimiser said of the statements that it is for, and of others of its table."""
    if not any(one.is_used and one.cost_after < one.cost_before for one in helped):
        return "the optimiser does not use it, or reckons no statement cheaper with it"
    for one in (*helped, *aside):
        if bystanders.dearer(one.cost_before, one.cost_after):
            return (
                f"with it the optimiser reckons statement {one.statement} dearer: cost {one.cost_before:,.0f} to {one.cost_after:,.0f}, more than"
                f" the {bystanders.worst_regression_ratio:.0%} that --regression allows"
            )
    return None


def verified(
    advice: Advice,
    ground: Ground,
    progress: Callable[[int, int], None] | None = None,
    bystanders: Bystanders = Bystanders(),
) -> Advice:
    """The advice with each proposal taken to this ground; those already refused on a lower rung are asked about too. Raises SourceError."""
    rows = []
    for at, proposal in enumerate(advice.proposals):
        if progress is not None:
            progress(at, len(advice.proposals))
        rows.append(_verified(ground, replace(proposal, refused=None), bystanders))
    return replace(advice, proposals=tuple(rows))
