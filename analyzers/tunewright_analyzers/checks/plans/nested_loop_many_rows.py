"""`plans/nested_loop_many_rows`: reads Plans; says where the inner side of a nested loop runs very often."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import NodeKind, PlanNode, Plans
from tunewright_analyzers.finding import Evidence
from tunewright_analyzers.plans.faults import (
    node_evidence,
    origin,
    place,
    subject_of,
    total_seconds,
    weight,
    worst_nodes,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a nested loop is too long."""

    loops_min: float = threshold(10_000, "count", "Runs of the inner side.")
    seconds_min: float = threshold(
        0.1,
        "seconds",
        "Time spent in the inner side, over all its runs: as printed, or by the join less its outer side.",
    )


def _inner(node: PlanNode) -> PlanNode | None:
    sides = [child for child in node.children if child.subplan is None]
    return sides[1] if len(sides) == 2 else None


def _seconds(join: PlanNode, inner: PlanNode) -> float | None:
    """Time of the inner side: what is printed of it, or what the join took beside its outer side where that is more.

    The server prints a run's time in whole microseconds: of a quick look-up, times many thousand runs, that may be next to nothing.
    """
    printed, whole, outer = total_seconds(inner), total_seconds(join), total_seconds(join.children[0])
    if printed is None or whole is None or outer is None:
        return printed
    return max(printed, whole - outer)


@check(needs=(Plans,), thresholds=Thresholds)
def nested_loop_many_rows(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Nested loops whose inner side ran thousands of times and took the time.

    Risk: time grows with the product of both sides; what is quick on a small table stops the server on a large one.
    Evidence: loops and time of the inner side in an executed plan; the outer side's expected against its actual rows.
    Remedy: where the outer rows were underestimated, mend the estimate (plans/row_misestimate); else an index for the inner side, or
        conditions that let the planner hash.
    False positives: an inner index lookup of microseconds that is the best plan; then the time is small and this is silent.
    """
    limits = context.thresholds

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        inner = _inner(node) if node.kind is NodeKind.NESTED_LOOP else None
        if inner is None or (inner.loops or 0.0) < limits.loops_min:
            return None
        seconds = _seconds(node, inner)
        return seconds if seconds is not None and seconds >= limits.seconds_min else None

    for fault in worst_nodes(context.window.need(Plans), score):
        inner = _inner(fault.node)
        assert inner is not None
        outer = fault.node.children[0]
        yield context.finding(
            subject_of(fault.row),
            weight(context.window, fault.row),
            f"{place(inner)} ran {inner.loops or 0:,.0f} times inside a nested loop and took {fault.score:,.2f} s; "
            f"{outer.estimated_rows:,.0f} runs were expected.",
            node_evidence(fault),
            Evidence("runs of the inner side", inner.loops or 0.0, "count", origin(fault.row)),
            Evidence("runs expected", outer.estimated_rows, "count", origin(fault.row)),
            Evidence("time of the inner side", round(fault.score, 4), "seconds", origin(fault.row)),
        )
