"""Source `prices`: the dated list of the release with the user's own prices over it. Asks nobody. Fills Prices."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from tunewright_agent.sources.aws.reader import PACKAGE, Reader
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_cost import Price, Prices

FILE = "prices.toml"
OWN_UNIT = "as the item"
"""Of an item that only the user knows."""


@cache
def listed() -> Prices:
    """The list of the release."""
    table = tomllib.loads((files(PACKAGE) / FILE).read_text(encoding="utf-8"))
    day = table["as_of"]
    assert isinstance(day, date)
    rows = tuple(Price(item, float(dollars), unit) for unit, items in table["items"].items() for item, dollars in items.items())  # fmt: skip
    return Prices(table["region"], day, table["source"], rows)


def with_own(prices: Prices, own: Mapping[str, float]) -> Prices:
    """The list with the user's prices in the place of its own, and behind it what it lacks."""
    known = {row.item for row in prices.rows}
    rows = [Price(row.item, own[row.item], row.unit, True) if row.item in own else row for row in prices.rows]
    rows += [Price(item, dollars, OWN_UNIT, True) for item, dollars in sorted(own.items()) if item not in known]
    source = f"{prices.source} and {len(own)} of [prices]" if own else prices.source
    return Prices(prices.region, prices.as_of, source, tuple(rows))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The prices; never fails."""
    del taken_at
    return Collected((with_own(listed(), reader.prices),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("prices", (Prices,), interval_seconds=3600.0, deadline_seconds=5, collect=collect)
