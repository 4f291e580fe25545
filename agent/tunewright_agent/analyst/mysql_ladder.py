"""The ladder: each proposal of the model is taken to the highest rung that the user gives a server for, and accepted only where the optimiser there
uses the index and reckons the statements cheaper. In come Advice and a scratch or clone server, out goes Advice with what was verified.

The cost is the server's Last_query_cost of EXPLAIN: MariaDB 10.11 prints none in its plans. Statements go through the guard of explain, with
their literals, to the scratch or clone server and to no other.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from tunewright_agent.analyst.mysql_scratch import PROBE
from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_agent.sources.mysql.explain import explain
from tunewright_agent.sources.source import SourceError
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.indexes.mysql.facts import Advice, DigestStatement, Helped, Proposal, Rung, Verified
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.mysql.guard import Refused

MOST_STATEMENTS = 5
"""Of one proposal that are asked about: those that gain most."""


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


def _verified(ground: Ground, proposal: Proposal) -> Proposal:
    notes: list[str] = []
    before: dict[str, tuple[Helped, str, float]] = {}
    for helped in proposal.helped[:MOST_STATEMENTS]:
        statement = helped.statement
        if statement.sample is None:
            notes.append(f"statement {statement.id}: no text with its literals is known, so no optimiser was asked")
            continue
        try:
            before[statement.id] = (helped, statement.sample, _priced(ground.session, statement, statement.sample)[0])
        except (Refused, SourceError) as error:
            notes.append(f"statement {statement.id}: not asked: {error}")
    if not before:
        return replace(proposal, notes=(*proposal.notes, *notes))
    found: list[Verified] = []
    ranged = False
    try:
        ground.add(proposal.index)
    except SourceError as error:
        return replace(proposal, refused=f"the index cannot be made: {error.reason}", notes=(*proposal.notes, *notes))
    try:
        for helped, text, cost in before.values():
            with suppress(Refused):
                after, plan = _priced(ground.session, helped.statement, text)
                ranged = ranged or _by_range(plan)
                found.append(Verified(helped.statement.id, ground.rung, cost, after, _uses(plan)))
    finally:
        ground.remove(proposal.index)
    taken = [one for one in found if one.is_used and one.cost_after < one.cost_before]
    if ground.rung is Rung.STATISTICS and ranged:
        notes.append("it is read by a range, of which copied statistics know nothing: give --sample for rung 3")
        return replace(proposal, notes=(*proposal.notes, *notes))
    refused = None if taken else "the optimiser does not use it, or reckons no statement cheaper with it"
    return replace(proposal, rung=ground.rung, verified=tuple(found), refused=refused, notes=(*proposal.notes, *notes))


def verified(advice: Advice, ground: Ground, progress: Callable[[int, int], None] | None = None) -> Advice:
    """The advice with each proposal taken to this ground; those already refused on a lower rung are asked about too. Raises SourceError."""
    rows = []
    for at, proposal in enumerate(advice.proposals):
        if progress is not None:
            progress(at, len(advice.proposals))
        rows.append(_verified(ground, replace(proposal, refused=None)))
    return replace(advice, proposals=tuple(rows))
