"""The list of prices: dated, complete for what the cost checks ask, and the user's own stand over it."""

from datetime import UTC, date, datetime

from tunewright_agent.sources.aws.prices import collect, listed, source, with_own
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_analyzers.cloud.classes import parse
from tunewright_analyzers.facts.cloud_cost import Prices

NEEDED = (
    "aurora:acu",
    "aurora:storage",
    "aurora:io",
    "aurora:iopt:class-factor",
    "aurora:iopt:storage",
    "cloudwatch:alarm",
)


def test_it_is_dated_and_holds_what_is_asked_for() -> None:
    prices = listed()
    assert prices.region == "us-east-1"
    assert prices.as_of <= date(2026, 11, 28)
    assert [item for item in NEEDED if prices.get(item) is None] == []
    items = [row.item for row in prices.rows]
    assert len(items) == len(set(items))
    assert all(row.dollars > 0 for row in prices.rows)


def test_every_class_is_one_and_twice_the_size_costs_twice() -> None:
    rows = [row for row in listed().rows if ":db." in row.item]
    known = {row.item: (parse(row.item.rpartition(":")[2]), row.dollars) for row in rows}
    assert all(one is not None and one.vcpus for one, _ in known.values())
    for item, (one, dollars) in known.items():
        half = f"{item.rpartition(':')[0]}:{one.sized('large')}" if one is not None else ""
        if one is not None and not one.is_burstable and half in known:
            assert abs(dollars / (known[half][1] * (one.vcpus or 0) / 2) - 1) < 0.005


def test_the_users_own_stand_over_it_and_behind_it() -> None:
    prices = with_own(listed(), {"aurora:acu": 0.2, "aurora:db.x2g.large": 0.5})
    acu, other = prices.get("aurora:acu"), prices.get("aurora:db.x2g.large")
    assert acu is not None
    assert other is not None
    assert (acu.dollars, acu.unit, acu.is_override, other.is_override) == (0.2, "hour", True, True)
    assert "2 of [prices]" in prices.source
    assert with_own(listed(), {}) == listed()


def test_the_source_asks_nobody() -> None:
    door = Door()
    reader = Reader(door, Target("shop", Place("eu-west-1")), prices={"aurora:io": 0.22})
    collected = collect(reader, datetime(2026, 11, 28, tzinfo=UTC))
    (section,) = collected.sections
    assert isinstance(section, Prices)
    price = section.get("aurora:io")
    assert price is not None
    assert price.dollars == 0.22
    assert door.calls.actions() == frozenset()
    assert source().sections == (Prices,)
