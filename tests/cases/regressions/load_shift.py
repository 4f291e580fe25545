"""Cases of `regressions/load_shift`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import ago
from cases.regressions.shifts import regressions, shift
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.regressions import Contribution, LoadShift, Regressions, Usual

SUBJECT = "cluster shop"
MORE_CALLS = Contribution(StatementId("b" * 16), "shop", 0.9, 8.0, 1.0)
LOAD = LoadShift(
    ago(hours=1),
    Usual.HOUR_OF_WEEK,
    0.5,
    1.5,
    60.0,
    20.0,
    (MORE_CALLS,),
    (Event(ago(hours=1), "setting_changed", "work_mem"),),
)

CASES = (
    Case("three times the load", "fires", (regressions(load=LOAD),), (SUBJECT,), says=("1.50 s a second", "3.0 times")),
    Case("slower statements explain little", "fires", (regressions(shift(load=0.3, share=0.2), load=LOAD),),
         (SUBJECT,)),
    Case("as usual", "silent", (regressions(),)),
    Case("a slower statement explains it", "silent", (regressions(shift(load=1.2, share=0.8), load=LOAD),)),
    Case("at the ratio", "threshold", (regressions(load=replace(LOAD, usual_load=1.0)),), (SUBJECT,)),
    Case("below the ratio", "threshold", (regressions(load=replace(LOAD, usual_load=1.01)),)),
    Case("below the ratio now, above it since it rose", "fires",
         (regressions(load=replace(LOAD, usual_load=1.01, peak_ratio=1.6)),), (SUBJECT,)),
    Case("little in all", "threshold", (regressions(load=replace(LOAD, usual_load=0.05, recent_load=0.19)),)),
    Case("history unread", "gap", gaps=(gap(Regressions, "the history is still being read", None),)),
)  # fmt: skip
