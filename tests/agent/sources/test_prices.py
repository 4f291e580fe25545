"""The list of prices: dated, complete for what the cost checks ask, and the user's own stand over it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tunewright_agent.sources.aws.price_table import (
    NOBODY,
    PriceFileError,
    PriceLists,
    listed,
    parsed,
    read_lists,
    with_own,
)
from tunewright_agent.sources.aws.prices import collect, source
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
    reader = Reader(door, Target("shop", Place("eu-west-1")), prices=PriceLists({"aurora:io": 0.22}))
    collected = collect(reader, datetime(2026, 11, 28, tzinfo=UTC))
    (section,) = collected.sections
    assert isinstance(section, Prices)
    price = section.get("aurora:io")
    assert price is not None
    assert price.dollars == 0.22
    assert door.calls.actions() == frozenset()
    assert source().sections == (Prices,)


LIST = """region = "eu-west-1"
as_of = 2026-11-27
source = "a test"

[items.hour]
"aurora:db.r8g.large" = 0.3
"""


def test_a_region_is_never_judged_by_the_prices_of_another() -> None:
    nobody = PriceLists().of("eu-west-1")
    assert (nobody.region, nobody.rows, nobody.source) == ("eu-west-1", (), NOBODY)
    assert PriceLists().of("us-east-1") == listed()
    mine = PriceLists({"aurora:io": 0.22}).of("eu-west-1")
    assert [(row.item, row.dollars, row.is_override) for row in mine.rows] == [("aurora:io", 0.22, True)]


def test_a_file_of_its_region_comes_before_the_release_and_the_users_items_before_both(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(LIST)
    lists = read_lists({"aurora:db.r8g.large": 0.25}, (path,))
    price = lists.of("eu-west-1").get("aurora:db.r8g.large")
    assert price is not None
    assert (price.dollars, price.is_override) == (0.25, True)
    assert read_lists({}, (path,)).of("eu-west-1") == parsed(LIST)
    newer = replace(listed(), as_of=date(2027, 1, 1), rows=())
    assert PriceLists(lists=(newer,)).of("us-east-1") == newer


@pytest.mark.parametrize(
    "text", ["nothing", "[items.hour]", LIST.replace("2026-11-27", '"soon"'), LIST.replace("0.3", '"dear"')]
)
def test_a_file_that_is_no_list_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(PriceFileError, match=r"prices\.toml"):
        read_lists({}, (path,))
