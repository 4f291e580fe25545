"""`plans/impossible_where`: reads Plans; says which statements can never give a row."""

import re
from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.plans.faults import origin, subject_of, worst_nodes

_IMPOSSIBLE = re.compile(r"^impossible (?:where|having|on)", re.IGNORECASE)


@check(needs=(Plans,), engines=MYSQL_FAMILY)
def impossible_where(context: Context) -> Iterator[Verdict]:  # type: ignore[type-arg]
    """Conditions that contradict themselves: the optimiser sees that no row can pass.

    Risk: the statement is sent, parsed and planned for nothing; more often it is a bug: two values for one column, a NULL compared.
    Evidence: the server's own message in the plan.
    Remedy: look for the contradiction in the code that builds the condition.
    False positives: `WHERE 1 = 0` that a tool sends to learn the columns; a value outside the column's range.
    """

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        return 1.0 if _IMPOSSIBLE.match(node.message or "") else None

    for fault in worst_nodes(context.window.need(Plans), score):
        yield context.finding(
            subject_of(fault.row),
            Severity.LOW,
            f"The statement can never give a row ({fault.node.message}).",
            Evidence("message", fault.node.message or "", "", origin(fault.row)),
        )
