"""`plans/workers_not_launched`: reads Plans; says where parallel workers were planned and not to be had."""

from collections.abc import Iterator

from tunewright_analyzers.check import POSTGRESQL, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.plans import PlanNode, Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity
from tunewright_analyzers.plans.faults import node_evidence, origin, place, subject_of, worst_nodes


@check(needs=(Plans,), engines=POSTGRESQL)
def workers_not_launched(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Plans that counted on parallel workers and got fewer.

    Risk: a plan that is good with workers and bad without is run without.
    Evidence: workers planned and launched in an executed plan; max_parallel_workers and max_worker_processes.
    Remedy: fewer workers a query (max_parallel_workers_per_gather) under high concurrency, or more in all where CPU is idle.
    False positives: a moment of many parallel queries.
    """
    settings = context.window.section(Settings)

    def score(node: PlanNode, _above: tuple[PlanNode, ...]) -> float | None:
        missing = (node.workers_planned or 0) - (node.workers_launched or 0)
        return (
            float(missing)
            if node.workers_launched is not None and node.actual_rows is not None and missing > 0
            else None
        )

    for fault in worst_nodes(context.window.need(Plans), score):
        node = fault.node
        limit = settings.text("max_parallel_workers", "unknown") if settings else "unknown"
        yield context.finding(
            subject_of(fault.row),
            Severity.LOW,
            f"{place(node)} planned {node.workers_planned} workers and got {node.workers_launched}.",
            node_evidence(fault),
            Evidence("workers planned", node.workers_planned or 0, "count", origin(fault.row)),
            Evidence("workers launched", node.workers_launched or 0, "count", origin(fault.row)),
            Evidence("max_parallel_workers", limit, "", "pg_settings"),
        )
