"""Cases of `changes/promise_not_kept`."""

from cases.case import NOW, Case, gap
from cases.changes.facts import SUBJECT, advised, effects
from tunewright_analyzers.facts.effects import Effects, Outcome

_NOTHING = {"outcome": Outcome.UNCHANGED, "saved_seconds_a_day": 0.0, "statements": ()}

CASES = (
    Case("an index that brought nothing", "fires", (effects(advised(kept=False, **_NOTHING)),), (SUBJECT,),
         {SUBJECT: "low"}, ("did not bring what was promised",), ("DROP INDEX CONCURRENTLY public.orders_status;",)),
    Case("kept, or not told", "silent", (effects(*(advised(kept=one, **_NOTHING) for one in (True, None))),)),
    Case("it hurt: the other check tells it", "silent", (effects(advised(kept=False)),)),
    Case("taken back", "silent", (effects(advised(kept=False, undone_at=NOW, **_NOTHING)),)),
    Case("no history", "gap", gaps=(gap(Effects),)),
)  # fmt: skip
