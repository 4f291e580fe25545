"""Cases of `changes/hurt`."""

from cases.case import NOW, Case, gap
from cases.changes.facts import CREATED, SUBJECT, advised, effect, effects
from tunewright_analyzers.facts.effects import Change, Effects, Outcome, What

_SETTING = Change(
    "c2", What.SETTING, "work_mem", "work_mem", None, None, NOW, NOW,
    ("ALTER SYSTEM SET work_mem = '4096kB';", "SELECT pg_reload_conf();"), (), None, "4096kB", "65536kB",
)  # fmt: skip
_MANAGED = Change("c3", What.SETTING, "work_mem", "work_mem", None, None, NOW, NOW, caution="set it back in the group")

CASES = (
    Case(
        "an index that nobody advised",
        "fires",
        (effects(effect()),),
        (SUBJECT,),
        severity={SUBJECT: "medium"},
        says=("not on our advice", "5 min a day lost", "index created: public.orders_status (public.orders(status)) in shop"),
        statements=("DROP INDEX CONCURRENTLY public.orders_status;",),
    ),
    Case("advised", "fires", (effects(advised()),), (SUBJECT,), says=("as we advised",)),
    Case("a setting", "fires", (effects(effect(change=_SETTING)),), ("setting work_mem",),
         says=("from 4096kB to 65536kB",), statements=("ALTER SYSTEM SET work_mem = '4096kB';",)),
    Case("where no statement takes it back", "fires", (effects(effect(change=_MANAGED)),), ("setting work_mem",)),
    Case("it costs an hour a day", "threshold", (effects(effect(saved_seconds_a_day=-3600.0)),), (SUBJECT,), {SUBJECT: "high"}),
    Case("just a minute a day", "threshold", (effects(effect(saved_seconds_a_day=-60.0)),), (SUBJECT,)),
    Case("less than a minute a day", "silent", (effects(effect(saved_seconds_a_day=-59.0)),)),
    Case("taken back", "silent", (effects(effect(undone_at=NOW)),)),
    Case("helped, or not told", "silent",
         (effects(*(effect(outcome=one) for one in Outcome if one is not Outcome.HURT)),)),
    Case("nothing changed", "silent", (effects(),)),
    Case("no history", "gap", gaps=(gap(Effects),)),
)  # fmt: skip
assert CREATED.undo
