"""The ledger of gains over a simulated month: what was advised and not, helped and hurt, was taken back or is still there, each told rightly."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import month
from month import SHOP, Month, day
from tunewright_agent.history.effects import changes_of, effects_of
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import Life
from tunewright_agent.history.place import Address
from tunewright_agent.history.store import History
from tunewright_analyzers.effects.promise import trust
from tunewright_analyzers.facts.effects import Effect, Outcome, What
from tunewright_analyzers.recommendation import Action, Recommendation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """The whole month."""
    with History(tmp_path_factory.mktemp("month") / "history.db") as history:
        one = Month(history)
        one.run(day(month.DAYS))
        yield one


def effect(made: Month, name: str, what: What) -> Effect:
    """Of the change of that name."""
    (found,) = (
        one
        for one in effects_of(made.history.database, SHOP, made.now).rows
        if (one.change.name, one.change.what) == (name, what)
    )
    return found


def life(made: Month, one: Recommendation) -> list[str]:
    """The states of a recommendation, oldest first."""
    return [str(event.state) for event in Ledger(made.history.database).find(one.id).events]


def test_every_change_is_seen_once_and_dated(made: Month) -> None:
    seen = [(str(one.what), one.name, (one.at - month.START).days) for one in changes_of(made.history.database, SHOP)]
    assert seen == [
        ("index created", "public.orders_status_idx", 7),
        ("index created", "public.customers_email_idx", 9),
        ("index created", "public.events_kind_idx", 11),
        ("setting changed", "random_page_cost", 12),
        ("index dropped", "public.orders_old", 14),
        ("index created", "public.invoices_due_idx", 15),
        ("index dropped", "public.events_kind_idx", 17),
        ("index dropped", "public.invoices_due_idx", 19),
        ("index created", "public.shipments_carrier_idx", 22),
    ]


def test_advice_that_was_followed_and_helped_is_verified_with_its_gain(made: Month) -> None:
    assert life(made, month.ORDERS_STATUS) == ["open", "applied", "verified"]
    found = effect(made, "public.orders_status_idx", What.INDEX_CREATED)
    assert (found.outcome, found.kept, found.recommendation) == (Outcome.HELPED, True, month.ORDERS_STATUS.id)
    (row,) = (one for one in found.statements if one.statement == month.OPEN_ORDERS.id)
    assert row.low <= 0.1 <= row.high
    assert row.high - row.low < 0.02
    assert found.measured == pytest.approx(0.1, rel=0.05)
    assert found.promised == pytest.approx(0.01)
    assert "same hours of the week" in found.method
    assert found.saved_seconds_a_day == pytest.approx(row.saved_seconds_a_day)
    assert row.saved_seconds_a_day == pytest.approx(
        (row.before_seconds - row.after_seconds) * row.after_calls / row.hours * 24, rel=0.1
    )


def test_advice_that_was_followed_and_brought_nothing_stays_applied_and_is_told(made: Month) -> None:
    assert life(made, month.CUSTOMERS_EMAIL) == ["open", "applied"]
    found = effect(made, "public.customers_email_idx", What.INDEX_CREATED)
    assert (found.outcome, found.kept) == (Outcome.UNCHANGED, False)
    assert _advised(made, "changes/promise_not_kept") == {
        "index public.customers_email_idx in shop": ("DROP INDEX CONCURRENTLY public.customers_email_idx;",)
    }


def test_a_change_that_nobody_advised_and_that_hurt(made: Month) -> None:
    found = effect(made, "public.events_kind_idx", What.INDEX_CREATED)
    assert (found.outcome, found.recommendation, found.undone_at) == (Outcome.HURT, None, day(17) + month.HOUR)
    (row,) = (one for one in found.statements if one.differs)
    assert row.statement == month.ADD_EVENT.id
    assert row.low <= 1.8 <= row.high
    assert found.saved_seconds_a_day < 0
    back = effect(made, "public.events_kind_idx", What.INDEX_DROPPED)
    assert back.outcome is Outcome.HELPED
    assert back.saved_seconds_a_day > 0


def test_a_setting_that_hurt_is_a_finding_with_its_rollback_and_stays_one(made: Month) -> None:
    found = effect(made, "random_page_cost", What.SETTING)
    assert found.outcome is Outcome.HURT
    assert [one.statement for one in found.statements if one.differs] == [month.REVENUE.id]
    assert _advised(made, "changes/hurt")["setting random_page_cost"] == (
        "ALTER SYSTEM SET random_page_cost = '1.1';",
        "SELECT pg_reload_conf();",
    )


def _advised(made: Month, check: str) -> dict[str, tuple[str, ...]]:
    assert made.judgement is not None
    return {str(one.subject): one.statements for one in made.judgement.recommendations if one.check == check}


def test_a_drop_that_was_advised_is_verified_where_nothing_became_slower(made: Month) -> None:
    assert life(made, month.ORDERS_OLD) == ["open", "applied", "verified"]
    found = effect(made, "public.orders_old", What.INDEX_DROPPED)
    assert (found.outcome, found.kept) == (Outcome.UNCHANGED, True)


def test_what_was_taken_back_is_reverted_and_its_loss_is_told(made: Month) -> None:
    assert life(made, month.INVOICES_DUE) == ["open", "applied", "verified", "reverted"]
    found = effect(made, "public.invoices_due_idx", What.INDEX_CREATED)
    assert (found.outcome, found.undone_at) == (Outcome.HELPED, day(19) + month.HOUR)
    lost = effect(made, "public.invoices_due_idx", What.INDEX_DROPPED)
    assert lost.outcome is Outcome.HURT
    again = _advised(made, "changes/hurt")["index public.invoices_due_idx in shop"]
    assert again == ("CREATE INDEX CONCURRENTLY invoices_due_idx ON public.invoices USING btree (due);",)


def test_what_moved_everything_is_not_blamed_on_the_change_of_that_hour(made: Month) -> None:
    found = effect(made, "public.shipments_carrier_idx", What.INDEX_CREATED)
    (row,) = found.statements
    assert row.low <= 1.4 <= row.high, "it did become slower"
    assert row.probability < 0.01
    assert (row.differs, found.outcome) == (False, Outcome.UNCHANGED)


def test_how_far_promises_may_be_trusted(made: Month) -> None:
    rows = effects_of(made.history.database, SHOP, made.now).rows
    ours, missing, unused = trust(rows)
    assert (ours.check, ours.judged, ours.kept) == ("changes/hurt", 1, 1), (
        "the rollback was advised, followed, and helped"
    )
    assert (missing.check, missing.judged, missing.kept) == ("indexes/missing", 3, 2)
    assert missing.promised == pytest.approx(0.01)
    assert missing.measured == pytest.approx((0.1 * 1 * 0.2) ** (1 / 3), rel=0.05)
    assert (unused.check, unused.judged, unused.kept, unused.promised) == ("indexes/unused", 1, 1, None)


def test_what_nobody_followed_is_open(made: Month) -> None:
    entry = Ledger(made.history.database).find(month.NEVER.id)
    assert entry.state(made.now) is Life.OPEN
    assert entry.recommendation.action is Action.CREATE_INDEX


@pytest.fixture
def copied(made: Month, tmp_path: Path) -> Iterator[History]:
    """The month once more, for a test that goes on with it."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(made.history.database.place)) as whole, closing(sqlite3.connect(path)) as into:
        whole.backup(into)
    with History(path) as history:
        yield history


def test_a_change_while_the_daemon_was_down_is_seen_and_dated_between(made: Month, copied: History) -> None:
    """The catalogue is kept in the file: a fresh process compares with it."""
    later = Month(copied)
    later.now, later.counted = day(month.DAYS + 3), dict(made.counted)
    snapshot = later.snapshot()
    without = tuple(one for one in snapshot.sections if one.name != "indexes")
    fewer = month.facts.indexes(*(one for one in month.indexes_at(later.now) if one.name.name != "orders_status_idx"))
    window = later.memory.window(snapshot, later.now - month.HOUR, later.now)
    changed = month.replace(window, latest=month.replace(snapshot, sections=(*without, fewer)))
    later.memory.judged(month.replace(made.judgement, judged_at=later.now), changed)  # type: ignore[type-var]
    last = changes_of(copied.database, SHOP)[-1]
    assert (str(last.what), last.name) == ("index dropped", "public.orders_status_idx")
    assert (last.after, last.at) == (day(27) + 13 * month.HOUR, later.now)
    assert life(later, month.ORDERS_STATUS)[-1] == "reverted"


@pytest.mark.live
def test_in_a_shared_store_the_days_are_told_as_in_a_file(tmp_path: Path, shared_store: Address) -> None:
    """Nine days: an index that was advised is made and measured."""
    told = []
    for store in (tmp_path / "history.db", shared_store):
        with History(store) as history:
            one = Month(history)
            one.run(day(9))
            database = history.database
            told.append(
                (changes_of(database, SHOP), effects_of(database, SHOP, one.now), Ledger(database).entries(SHOP))
            )
    assert told[0] == told[1]
    assert [effect.outcome for effect in told[1][1].rows] != []
