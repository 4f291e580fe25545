"""Cases of `plans/long_in_list`."""

from cases.case import Case, gap
from cases.nodes import SUBJECT, plans, scan
from cases.recorded import recorded
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.snapshot import Engine


def _list(elements: int | None) -> Plans:
    return plans(scan(rows=None, longest_list=elements, filter="(id = ANY (?::integer[]))"))


CASES = (
    Case("five thousand", "fires", (_list(5000),), (SUBJECT,), says=("a list of 5,000 constants",)),
    Case("none", "silent", (_list(None),)),
    Case("at the threshold", "threshold", (_list(1000),), (SUBJECT,)),
    Case("below the threshold", "threshold", (_list(999),)),
    Case("no plans", "gap", gaps=(gap(Plans),)),
    Case(
        "MySQL",
        "fires",
        (recorded("long list", "json v1"),),
        (SUBJECT,),
        says=("1,200 constants",),
        engine=Engine.MYSQL,
    ),
)
