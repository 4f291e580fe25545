"""The recommendation of an equal form of a statement, with the planner's word on both where the twin gave it. Used by checks/queries."""

from typing import Any

from tunewright_analyzers.check import Context
from tunewright_analyzers.facts.rewrites import RewriteCost, RewriteCosts
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Finding
from tunewright_analyzers.queries.weighty import Weighty
from tunewright_analyzers.recommendation import Action, Recommendation

NUMBERS = "Numbers of parameters are as in pg_stat_statements, where constants have one too."
NAMES = "Names were read as those of the schema public, or as the only ones of that name."
_SOURCE = "EXPLAIN on the twin"


def _compared(window: Window, one: Weighty, rewritten: str) -> RewriteCost | None:
    section = window.section(RewriteCosts)
    rows = section.rows if section is not None else ()
    key = (one.id, one.database, rewritten)
    return next((row for row in rows if (row.statement_id, row.database, row.rewritten) == key), None)


def _word(known: RewriteCost | None) -> str:
    if known is None:
        return "The plan changes; compare it by EXPLAIN first."
    if known.same_shape:
        return "The planner makes the same plan of both forms: nothing is gained by it today."
    if known.rewritten_cost > known.cost:
        return f"The planner expects it to cost more: {known.rewritten_cost:,.0f} against {known.cost:,.0f}. Measure both before you change it."
    return f"The planner expects it to cost {known.rewritten_cost:,.0f} in place of {known.cost:,.0f}; a cost is no time: measure it."


def offer(
    context: Context[Any], found: Finding, one: Weighty, rewritten: str, *, risk: str, caution: str
) -> Recommendation:
    """`rewritten` as the remedy of `found`; its evidence has the planner's costs of both forms."""
    known = _compared(context.window, one, rewritten)
    costs: tuple[Evidence, ...] = ()
    if known is not None:
        costs = (
            Evidence("cost as it is", round(known.cost, 2), "cost", _SOURCE),
            Evidence("cost rewritten", round(known.rewritten_cost, 2), "cost", _SOURCE),
            Evidence("the same plan", known.same_shape, "", _SOURCE),
        )
    return context.recommendation(
        found,
        Action.REWRITE_QUERY,
        (rewritten,),
        risk=f"{risk} {_word(known)}",
        rollback=(),
        evidence=(*found.evidence, *costs),
        caution=caution,
    )
