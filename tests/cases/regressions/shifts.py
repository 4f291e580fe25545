"""Makers of what the pass `regressions` finds: a statement that got three times slower an hour ago, and carries a fifth of the load."""

from dataclasses import replace
from typing import Any

from cases.case import NOW
from cases.facts import ago
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import PlanOrigin
from tunewright_analyzers.facts.regressions import LoadShift, PlanFlip, Regressions, Shift, Usual

FLIP = PlanFlip(
    PlanId("aaaaaaaaaaaaaaa1"), PlanId("aaaaaaaaaaaaaaa2"), PlanOrigin.AUTO_EXPLAIN, ago(minutes=55),
    "Index Scan using orders_customer on orders", "Seq Scan on orders",
)  # fmt: skip
DROPPED = Event(ago(minutes=61), "ddl", "index public.orders_customer in shop", "dropped")


def shift(identity: str = "50fde20626009aba", **changes: Any) -> Shift:
    """One shift."""
    usual = Shift(
        statement_id=StatementId(identity), database="shop", since=ago(hours=1), usual=Usual.HOUR_OF_WEEK,
        usual_seconds=0.004, recent_seconds=0.012, score=80.0, limit=20.0, calls=6000, load=0.02, share=0.2, calls_ratio=1.0, p_value=1e-9,
    )  # fmt: skip
    return replace(usual, **changes)


def regressions(*shifts: Shift, load: LoadShift | None = None) -> Regressions:
    """The section."""
    return Regressions(NOW, 40, 0, shifts, load)
