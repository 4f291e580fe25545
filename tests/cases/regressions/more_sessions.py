"""Cases of `regressions/more_sessions`."""

from cases.case import Case, gap
from cases.regressions.shifts import active, locks, regressions
from tunewright_analyzers.facts.regressions import Regressions

SUBJECT = "cluster shop"

CASES = (
    Case("eight more that do not end", "fires", (regressions(sessions=(active(),)),), (SUBJECT,), {SUBJECT: "medium"},
         says=("11.0 on average over the worst ten minutes", "usually 2.0", "most for IO", "most at statement bbbbbbbbbbbbbbbb")),
    Case("some of them wait for locks", "fires", (regressions(sessions=(active(), locks())),), (SUBJECT,)),
    Case("as usual", "silent", (regressions(),)),
    Case("they wait for locks", "silent", (regressions(sessions=(active(), locks(hour_sessions=8.0))),)),
    Case("statements that end show it", "silent", (regressions(sessions=(active(grown_load=7.0),)),)),
    Case("over by now", "silent", (regressions(sessions=(active(hour_sessions=2.4),)),)),
    Case("at three more", "threshold", (regressions(sessions=(active(highest_sessions=5.0),)),), (SUBJECT,)),
    Case("below three more", "threshold", (regressions(sessions=(active(highest_sessions=4.9),)),)),
    Case("a third more than many", "threshold",
         (regressions(sessions=(active(usual_sessions=30.0, highest_sessions=40.0, hour_sessions=39.0),)),)),
    Case("half of it in statements that end", "threshold", (regressions(sessions=(active(grown_load=4.0),)),), (SUBJECT,)),
    Case("more of it in statements that end", "threshold", (regressions(sessions=(active(grown_load=4.1),)),)),
    Case("history unread", "gap", gaps=(gap(Regressions, "the history is still being read", None),)),
)  # fmt: skip
