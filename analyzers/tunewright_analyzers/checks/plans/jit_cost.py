"""`plans/jit_cost`: reads Plans; says where compiling a statement costs more than it can win."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import Plans, StatementPlan
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import origin, subject_of, weight, worst_rows
from tunewright_analyzers.recommendation import Action


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When compiling is too dear."""

    seconds_min: float = threshold(0.05, "seconds", "Time of just-in-time compilation.")
    ratio_min: float = threshold(0.25, "ratio", "Its share of the execution time.")


@check(needs=(Plans,), engines=POSTGRESQL, thresholds=Thresholds)
def jit_cost(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements that spend much of their time on just-in-time compilation.

    Risk: a statement of milliseconds takes hundreds, at every execution, because its cost passed jit_above_cost.
    Evidence: JIT timing against execution time in an executed plan.
    Remedy: jit off for this statement or role; or jit_above_cost above the cost of such statements.
    False positives: compilation that wins more than it costs cannot be told from one plan; compare with jit off.
    """
    limits = context.thresholds

    def score(row: StatementPlan) -> float | None:
        jit, whole = row.plan.jit, row.plan.execution_seconds
        if jit is None or jit.seconds is None or not whole or jit.seconds < limits.seconds_min:
            return None
        share = jit.seconds / whole
        return share if share >= limits.ratio_min else None

    for row, share in worst_rows(context.window.need(Plans), score):
        jit, whole = row.plan.jit, row.plan.execution_seconds
        assert jit is not None
        found = context.finding(
            subject_of(row),
            weight(context.window, row),
            f"Compiling {jit.functions} functions took {(jit.seconds or 0) * 1000:,.0f} ms, {share:.0%} of the execution's "
            f"{(whole or 0) * 1000:,.0f} ms.",
            Evidence("JIT time", round(jit.seconds or 0.0, 4), "seconds", origin(row)),
            Evidence("execution time", round(whole or 0.0, 4), "seconds", origin(row)),
            Evidence("cost", row.plan.root.cost.total, "cost", origin(row)),
        )
        yield found
        yield context.recommendation(
            found,
            Action.SET_PARAMETER,
            ("SET LOCAL jit = off;",),
            risk="A statement that gains from compilation gets slower: set it for this statement or role only.",
            rollback=("RESET jit;",),
        )
