"""Makers of what the pass `regressions` finds: a statement that got three times slower an hour ago, and carries a fifth of the load."""

from dataclasses import replace
from typing import Any

from cases.case import NOW
from cases.facts import ago
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import PlanOrigin
from tunewright_analyzers.facts.regressions import (
    ChainHead,
    LoadShift,
    PlanFlip,
    Regressions,
    SessionShift,
    SessionsOf,
    Shift,
    Usual,
    Waiting,
    WaitShare,
)

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


def locks(**changes: Any) -> SessionShift:
    """Two sessions more wait for locks than usual, at one statement, behind a batch."""
    usual = SessionShift(
        SessionsOf.LOCKS, ago(hours=1), Usual.HOUR_OF_WEEK, 0.5, 1.8, 1.9, 2.5, 0.0, 12.0, 4.5, (WaitShare("Lock", 0.0, 0.7),),
        (Waiting(StatementId("a" * 16), "shop", 1.5), Waiting(None, "shop", 0.3)),
        (ChainHead("batch", "shop", StatementId("c" * 16), "idle in transaction", 1.7, 4.0),),
    )  # fmt: skip
    return replace(usual, **changes)


def active(**changes: Any) -> SessionShift:
    """Eight sessions more are active than usual, and the statements that ended took no longer."""
    usual = SessionShift(
        SessionsOf.ACTIVE, ago(hours=1), Usual.HOUR_OF_WEEK, 2.0, 10.0, 10.0, 11.0, 0.0, 12.0, 4.5, (WaitShare("IO", 0.2, 0.8),),
        (Waiting(StatementId("b" * 16), "shop", 8.0),),
    )  # fmt: skip
    return replace(usual, **changes)


def regressions(*shifts: Shift, load: LoadShift | None = None, sessions: tuple[SessionShift, ...] = ()) -> Regressions:
    """The section."""
    return Regressions(NOW, 40, 0, shifts, load, sessions)
