"""Cases of `regressions/slower_statement`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import ago
from cases.regressions.shifts import DROPPED, FLIP, regressions, shift
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.regressions import Regressions, StatisticsState, WaitShare

SUBJECT = "statement 50fde20626009aba in shop"
SETTING = Event(ago(hours=1), "setting_changed", "work_mem")
EARLIER = Event(ago(minutes=91), "setting_changed", "work_mem")
AT_ITS_BEGIN = Event(ago(minutes=90), "setting_changed", "work_mem")
ANALYSED = Event(ago(hours=1), "statistics_renewed", "statistics of public.orders")
LIGHT = {"share": 0.03, "load": 0.02}

CASES = (
    Case("a heavy one", "fires", (regressions(shift()),), (SUBJECT,), {SUBJECT: "medium"}, says=("12 ms a call", "3.0 times", "20% of the load")),
    Case("half of the load, four times slower", "fires", (regressions(shift(share=0.5, recent_seconds=0.016)),), (SUBJECT,), {SUBJECT: "high"}),
    Case("three at once are one", "fires", (regressions(shift(), shift("b" * 16, since=ago(minutes=45)), shift("c" * 16, since=ago(minutes=50))),),
         (SUBJECT,), says=("2 more statements became slower with it",)),
    Case("two at other times are two", "fires", (regressions(shift(since=ago(hours=5)), shift("b" * 16)),),
         (SUBJECT, "statement bbbbbbbbbbbbbbbb in shop")),
    Case("its waits and statistics", "fires",
         (regressions(shift(waits=(WaitShare("Lock", 0.0, 0.9),), statistics=(StatisticsState("public.orders", None, 0.4),))),), (SUBJECT,)),
    Case("light, but a setting changed", "fires", (regressions(shift(**LIGHT, changes=(SETTING,))),), (SUBJECT,)),
    Case("light, a setting changed half an hour before its begin", "threshold", (regressions(shift(**LIGHT, changes=(AT_ITS_BEGIN,))),), (SUBJECT,)),
    Case("light, a setting changed earlier", "threshold", (regressions(shift(**LIGHT, changes=(EARLIER,))),)),
    Case("light, its plan changed earlier", "silent", (regressions(shift(**LIGHT, p_value=0.2, flip=replace(FLIP, seen_at=ago(minutes=100)))),)),
    Case("heavy, what changed earlier is told", "fires", (regressions(shift(changes=(EARLIER,))),), (SUBJECT,)),
    Case("light, but more rows a call", "fires", (regressions(shift(**LIGHT, rows_ratio=2.0)),), (SUBJECT,)),
    Case("another plan, by chance", "fires", (regressions(shift(flip=FLIP, p_value=0.2)),), (SUBJECT,)),
    Case("nothing left its baseline", "silent", (regressions(),)),
    Case("light", "silent", (regressions(shift(**LIGHT)),)),
    Case("light, its table was analysed as all day", "silent", (regressions(shift(**LIGHT, changes=(ANALYSED,))),)),
    Case("told by plan_flip", "silent", (regressions(shift(flip=FLIP, changes=(DROPPED,))),)),
    Case("at the share", "threshold", (regressions(shift(share=0.05)),), (SUBJECT,)),
    Case("below the share", "threshold", (regressions(shift(share=0.0499)),)),
    Case("below the share now, above it since it opened", "fires", (regressions(shift(share=0.0499, peak_share=0.051)),), (SUBJECT,)),
    Case("below the ratio now, above it since it opened", "fires", (regressions(shift(recent_seconds=0.0047, peak_ratio=1.25)),), (SUBJECT,)),
    Case("never at the share since it opened", "threshold", (regressions(shift(share=0.03, peak_share=0.0499)),)),
    Case("below the time", "threshold", (regressions(shift(load=0.0099)),)),
    Case("not enough slower", "threshold", (regressions(shift(recent_seconds=0.0047)),)),
    Case("changed, below its share", "threshold", (regressions(shift(share=0.0049, changes=(SETTING,))),)),
    Case("history unread", "gap", gaps=(gap(Regressions, "the history is still being read", None),)),
)  # fmt: skip
