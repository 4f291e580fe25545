"""Cases of `regressions/plan_flip`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import ago
from cases.regressions.shifts import DROPPED, FLIP, regressions, shift
from tunewright_analyzers.facts.regressions import Regressions

SUBJECT = "statement 50fde20626009aba in shop"
FLIPPED = {"flip": FLIP, "changes": (DROPPED,)}

CASES = (
    Case("an index was dropped", "fires", (regressions(shift(**FLIPPED)),), (SUBJECT,),
         says=("Index Scan using orders_customer on orders before", "Seq Scan on orders now", "index public.orders_customer in shop")),
    Case("light", "fires", (regressions(shift(**FLIPPED, share=0.01)),), (SUBJECT,)),
    Case("nothing known around it", "fires", (regressions(shift(flip=FLIP)),), (SUBJECT,), says=("nothing that the history knows of",)),
    Case("the one that flipped leads", "fires", (regressions(shift("b" * 16, since=ago(minutes=70), share=0.4), shift(**FLIPPED)),), (SUBJECT,),
         says=("1 more statement became slower",)),
    Case("the same plan", "silent", (regressions(shift(changes=(DROPPED,))),)),
    Case("another plan, as fast by the ranks", "silent", (regressions(shift(**FLIPPED, p_value=0.01)),)),
    Case("the plan changed long before", "silent", (regressions(shift(**FLIPPED | {"flip": replace(FLIP, seen_at=ago(minutes=91))})),)),
    Case("the plan changed half an hour before the estimate of its begin", "threshold",
         (regressions(shift(**FLIPPED | {"flip": replace(FLIP, seen_at=ago(minutes=90))})),), (SUBJECT,)),
    Case("too few for ranks, not three times slower", "silent",
         (regressions(shift(**FLIPPED, p_value=None, recent_seconds=0.0119)),)),
    Case("too few for ranks, three times slower", "threshold",
         (regressions(shift(**FLIPPED, p_value=None, recent_seconds=0.012)),), (SUBJECT,)),
    Case("at the p-value", "threshold", (regressions(shift(**FLIPPED, p_value=1e-3)),), (SUBJECT,)),
    Case("below the share", "threshold", (regressions(shift(**FLIPPED, share=0.0049)),)),
    Case("not 20 % slower", "threshold", (regressions(shift(**FLIPPED, recent_seconds=0.00479)),)),
    Case("history unread", "gap", gaps=(gap(Regressions, "the history is still being read", None),)),
)  # fmt: skip
