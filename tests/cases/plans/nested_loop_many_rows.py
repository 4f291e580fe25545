"""Cases of `plans/nested_loop_many_rows`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, node, plans, scan
from tunewright_analyzers.facts.plans import NodeKind, Plans


def _loop(loops: float, seconds_a_loop: float) -> Plans:
    inner = scan(loops=loops, actual_total_seconds=seconds_a_loop)
    return plans(node(NodeKind.NESTED_LOOP, scan(rows=loops, estimated_rows=5.0), inner, rows=loops))


def _quick(join_seconds: float) -> Plans:
    """Runs that the server prints as taking no time at all."""
    inner = scan(loops=60_000, actual_total_seconds=0.0)
    outer = scan(rows=60_000, actual_total_seconds=0.02)
    return plans(node(NodeKind.NESTED_LOOP, outer, inner, rows=60_000, actual_total_seconds=join_seconds))


CASES = (
    Case(
        "a slow inner side",
        "fires",
        (_loop(100_000, 0.0001),),
        (SUBJECT,),
        says=("ran 100,000 times", "took 10.00 s; 5 runs were expected"),
    ),
    Case("few runs", "silent", (_loop(10, 1.0),)),
    Case("quick lookups", "silent", (_loop(100_000, 0.0000001),)),
    Case("at the thresholds", "threshold", (_loop(10_000, 0.00001),), (SUBJECT,)),
    Case("below the runs", "threshold", (_loop(9999, 1.0),)),
    Case("below the time", "threshold", (_loop(10_000, 0.0000099),)),
    Case("too quick to be printed, not in all", "fires", (_quick(0.17),), (SUBJECT,), says=("took 0.15 s",)),
    Case("the outer side took the time", "silent", (_quick(0.1),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
)
