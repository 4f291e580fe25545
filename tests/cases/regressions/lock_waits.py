"""Cases of `regressions/lock_waits`."""

from cases.case import Case, gap
from cases.facts import ago
from cases.regressions.shifts import active, locks, regressions, shift
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.regressions import Regressions
from tunewright_analyzers.facts.snapshot import Engine

SUBJECT = "cluster shop"
SETTING = Event(ago(hours=1), "setting_changed", "lock_timeout")

CASES = (
    Case("two more wait behind a batch", "fires", (regressions(sessions=(locks(changes=(SETTING,)),)),), (SUBJECT,), {SUBJECT: "medium"},
         says=("2.5 through half an hour", "usually 0.5 or less (the same hour of the week)",
               "most at statement aaaaaaaaaaaaaaaa", "behind sessions of batch")),
    Case("six more", "fires", (regressions(sessions=(active(), locks(lasting_sessions=6.0))),), (SUBJECT,), {SUBJECT: "high"}),
    Case("on MySQL", "fires", (regressions(sessions=(locks(),)),), (SUBJECT,), engine=Engine.MYSQL, version=80400),
    Case("nobody known waits behind nobody known", "fires", (regressions(sessions=(locks(statements=(), heads=()),)),), (SUBJECT,)),
    Case("another statement is slower", "fires", (regressions(shift("e" * 16), sessions=(locks(),)),), (SUBJECT,)),
    Case("the one that waits is slower, but light", "fires", (regressions(shift("a" * 16, share=0.01), sessions=(locks(),)),), (SUBJECT,)),
    Case("over by now, not closed yet", "fires", (regressions(sessions=(locks(recent_sessions=0.1),)),), (SUBJECT,)),
    Case("as usual", "silent", (regressions(),)),
    Case("only more active", "silent", (regressions(sessions=(active(),)),)),
    Case("the one that waits is told as slower", "silent", (regressions(shift("a" * 16), sessions=(locks(),)),)),
    Case("one chain that stands", "silent", (regressions(sessions=(locks(chained_ratio=0.9),)),)),
    Case("at one session", "threshold", (regressions(sessions=(locks(lasting_sessions=1.0),)),), (SUBJECT,)),
    Case("below one session", "threshold", (regressions(sessions=(locks(lasting_sessions=0.99),)),)),
    Case("a third more than many", "threshold", (regressions(sessions=(locks(usual_sessions=6.0, lasting_sessions=8.0),)),)),
    Case("half more than many", "threshold", (regressions(sessions=(locks(usual_sessions=6.0, lasting_sessions=9.0),)),), (SUBJECT,),
         {SUBJECT: "high"}, says=("usually 6.0",)),
    Case("what a batch does most nights", "threshold", (regressions(sessions=(locks(habit_sessions=2.0),)),)),
    Case("more than a batch does most nights", "threshold", (regressions(sessions=(locks(habit_sessions=1.9),)),), (SUBJECT,)),
    Case("half of it in chains that stand", "threshold", (regressions(sessions=(locks(chained_ratio=0.5),)),), (SUBJECT,)),
    Case("more of it in chains that stand", "threshold", (regressions(sessions=(locks(chained_ratio=0.51),)),)),
    Case("history unread", "gap", gaps=(gap(Regressions, "the history is still being read", None),)),
)  # fmt: skip
