"""Cases of `plans/function_defeats_index`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import index, indexes
from cases.nodes import SUBJECT, plans, scan
from tunewright_analyzers.facts.plans import Cost, Plans
from tunewright_analyzers.facts.relations import IndexColumn, Indexes


def _scan(filter_text: str, cost: float = 5000.0) -> Plans:
    return plans(scan(filter=filter_text, cost=Cost(0.0, cost)))


EMAIL = index("orders_email", ("email",))
LOWER = replace(EMAIL, keys=(IndexColumn(None, "lower((email)::text)"),))

CASES = (
    Case("lower(email)", "fires", (_scan("(lower(email) = ?::text)"), indexes(EMAIL)), (SUBJECT,), says=("lower(email)",),
         statements=("CREATE INDEX CONCURRENTLY orders_lower_email_idx ON public.orders ((lower(email)));",)),
    Case("as EXPLAIN VERBOSE prints it", "fires", (_scan("(lower((orders.email)::text) = $1)"), indexes(EMAIL)), (SUBJECT,),
         statements=("ON public.orders ((lower(CAST(email AS text))));",)),
    Case("the expression has an index", "silent",
         (_scan("(lower((orders.email)::text) = $1)"), indexes(EMAIL, LOWER))),
    Case("no recommendation with a constant inside", "fires", (_scan("(date_trunc(?::text, email) = ?::date)"), indexes(EMAIL)), (SUBJECT,)),
    Case("the bare column", "silent", (_scan("(email = ?::text)"), indexes(EMAIL))),
    Case("a function around the value", "silent", (_scan("(email = lower($1))"), indexes(EMAIL))),
    Case("no index on the column", "silent", (_scan("(lower(email) = $1)"), indexes(index()))),
    Case("at the cost", "threshold", (_scan("(lower(email) = $1)", 1000.0), indexes(EMAIL)), (SUBJECT,)),
    Case("below the cost", "threshold", (_scan("(lower(email) = $1)", 999.0), indexes(EMAIL))),
    Case("indexes unread", "gap", (_scan("(lower(email) = $1)"),), gaps=(gap(Indexes),)),
)  # fmt: skip
