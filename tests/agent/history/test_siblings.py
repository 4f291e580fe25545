"""Several instances of one cluster in one ledger: none resolves a finding, or withdraws advice, that another stands by."""

from datetime import timedelta

import pytest
from sqlalchemy import select

import states
from cases.case import DAY, NOW
from tunewright_agent.history import schema
from tunewright_agent.history.database import Database
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import Life
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId, RecommendationId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject, stable_id
from tunewright_analyzers.recommendation import Action, Recommendation

SHOP, CHECK = ClusterId("shop"), CheckId("indexes/missing")
WHERE = Subject("index", "public.orders(status)", "shop")
FOUND = Finding(FindingId(stable_id(CHECK, SHOP, WHERE)), CHECK, WHERE, Severity.HIGH, "slow", (Evidence("n", 1),))
ADVICE = Recommendation(
    RecommendationId(FOUND.id), FOUND.id, CHECK, WHERE, Action.CREATE_INDEX, ("CREATE INDEX …",), None, "none", (), ()
)
WINDOW = Window(SHOP, DAY.start, DAY.end, states.snapshot())


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """A ledger in a fresh store."""
    return Ledger(database)


def judge(ledger: Ledger, instance: str, hours: float, found: bool, not_judged: tuple[NotJudged, ...] = ()) -> None:
    both = ((FOUND,), (ADVICE,)) if found else ((), ())
    ledger.judged(SHOP, instance, Judgement(NOW + timedelta(hours=hours), *both, not_judged), WINDOW)


def stands(ledger: Ledger, hours: float) -> tuple[Life, bool]:
    """The advice's state, and whether the finding is unresolved."""
    (entry,) = ledger.entries()
    with ledger.database.reading() as connection:
        resolved = connection.execute(select(schema.findings.c.resolved_at)).scalar_one()
    return entry.state(NOW + timedelta(hours=hours)), resolved is None


def test_what_one_instance_finds_another_does_not_resolve(ledger: Ledger) -> None:
    judge(ledger, "writer", 0, found=True)
    judge(ledger, "reader", 1, found=False)
    assert stands(ledger, 1) == (Life.OPEN, True)
    judge(ledger, "writer", 2, found=False)
    assert stands(ledger, 2) == (Life.WITHDRAWN, False)


def test_nor_where_the_one_that_found_it_cannot_look_now(ledger: Ledger) -> None:
    judge(ledger, "writer", 0, found=True)
    judge(ledger, "writer", 1, found=False, not_judged=(NotJudged(CHECK, Subject("cluster", "shop"), "denied"),))
    judge(ledger, "aws", 2, found=False)
    assert stands(ledger, 2) == (Life.OPEN, True)


def test_an_instance_that_is_gone_for_a_day_holds_nothing(ledger: Ledger) -> None:
    judge(ledger, "old", 0, found=True)
    judge(ledger, "new", 25, found=False)
    assert stands(ledger, 25) == (Life.WITHDRAWN, False)
