"""Cases of `plans/cast_defeats_index`."""

from cases.case import Case, gap
from cases.facts import index, indexes
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import Cost, Plans
from tunewright_analyzers.facts.relations import Indexes


def _scan(filter_text: str, cost: float = 5000.0) -> Plans:
    return plans(scan(filter=filter_text, cost=Cost(0.0, cost)))


CODE = index("orders_code", ("code",))

CASES = (
    Case(
        "numeric against integer",
        "fires",
        (_scan("((code)::numeric = ?)"), indexes(CODE)),
        (SUBJECT,),
        says=("cast the value instead",),
    ),
    Case("varchar to text is harmless", "silent", (_scan("((code)::text = ?::text)"), indexes(CODE))),
    Case("the bare column", "silent", (_scan("(code = ?)"), indexes(CODE))),
    Case("at the cost", "threshold", (_scan("((code)::numeric = ?)", 1000.0), indexes(CODE)), (SUBJECT,)),
    Case("below the cost", "threshold", (_scan("((code)::numeric = ?)", 999.0), indexes(CODE))),
    Case("indexes unread", "gap", (_scan("(code = ?)"),), gaps=(gap(Indexes),)),
)
