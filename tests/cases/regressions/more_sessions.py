"""Cases of `regressions/more_sessions`."""

from cases.case import Case, gap
from cases.regressions.shifts import active, locks, regressions
from tunewright_analyzers.facts.regressions import Regressions

SUBJECT = "cluster shop"

CASES = (
    Case("eight more that do not end", "fires", (regressions(sessions=(active(),)),), (SUBJECT,), {SUBJECT: "medium"},
         says=("11.0 through half an hour", "usually 2.0", "most for IO", "most at statement bbbbbbbbbbbbbbbb")),
    Case("some of them wait for locks", "fires", (regressions(sessions=(active(), locks())),), (SUBJECT,)),
    Case("as usual", "silent", (regressions(),)),
    Case("they wait for locks", "silent", (regressions(sessions=(active(), locks(hour_sessions=8.0))),)),
    Case("statements that end show it", "silent", (regressions(sessions=(active(grown_load=7.0),)),)),
    Case("over by now", "silent", (regressions(sessions=(active(hour_sessions=2.4),)),)),
    Case("at five more", "threshold", (regressions(sessions=(active(lasting_sessions=7.0),)),), (SUBJECT,)),
    Case("below five more", "threshold", (regressions(sessions=(active(lasting_sessions=6.9),)),)),
    Case("less than twice as many", "threshold",
         (regressions(sessions=(active(usual_sessions=30.0, lasting_sessions=59.0, hour_sessions=58.0),)),)),
    Case("twice as many", "threshold",
         (regressions(sessions=(active(usual_sessions=30.0, lasting_sessions=60.0, hour_sessions=58.0),)),), (SUBJECT,)),
    Case("what reports do most days", "threshold", (regressions(sessions=(active(habit_sessions=9.0),)),)),
    Case("half of it in statements that end", "threshold", (regressions(sessions=(active(grown_load=4.0),)),), (SUBJECT,)),
    Case("more of it in statements that end", "threshold", (regressions(sessions=(active(grown_load=4.1),)),)),
    Case("history unread", "gap", gaps=(gap(Regressions, "the history is still being read", None),)),
)  # fmt: skip
