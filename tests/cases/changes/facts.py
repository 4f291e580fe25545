"""Short makers of effects."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cases.case import NOW
from tunewright_analyzers.facts.effects import Change, Effect, Effects, Outcome, StatementEffect, What
from tunewright_analyzers.facts.ids import CheckId, RecommendationId, StatementId
from tunewright_analyzers.facts.relations import RelationName

CREATED = Change(
    "c1",
    What.INDEX_CREATED,
    "public.orders_status",
    "public.orders(status)",
    "shop",
    RelationName("shop", "public", "orders"),
    NOW - timedelta(days=2, minutes=5),
    NOW - timedelta(days=2),
    ("DROP INDEX CONCURRENTLY public.orders_status;",),
    ("CREATE INDEX CONCURRENTLY orders_status ON public.orders (status);",),
)
SUBJECT = "index public.orders_status in shop"
SLOWER = StatementEffect(
    StatementId("50fde20626009aba"), "insert", 0.001, 0.002, 9000, 9000, 48, 2.0, 1.9, 2.1, 1e-9, True, -9.0
)


def effect(**changes: Any) -> Effect:
    """The index hurt: 300 seconds a day lost."""
    hurt = Effect(
        CREATED, Outcome.HURT, "of 1 statement compared none became faster and 1 slower: 5 min a day lost", NOW,
        statements=(SLOWER,), method="the same hours of the week, 48 before and 48 after", saved_seconds_a_day=-300.0,
    )  # fmt: skip
    return replace(hurt, **changes)


def advised(**changes: Any) -> Effect:
    """As advised."""
    given = effect(recommendation=RecommendationId("aabbccddeeff"), check=CheckId("indexes/missing"), promised=0.01,
                   promised_metric="planner cost a call", measured=1.0)  # fmt: skip
    return replace(given, **changes)


def effects(*rows: Effect) -> Effects:
    """The section."""
    return Effects(rows)
