"""Prices by Region: the dated list of the release, the user's files, and the user's own items. Read by wiring and the commands.

The strongest is the user's own item ([prices] items), then a file of the Region that `tunewright prices update` wrote ([prices] files), then the
list of the release, which is of one Region only. A Region without any is not judged by another's prices: what needs one says so.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from tunewright_analyzers.facts.cloud_cost import Price, Prices

PACKAGE = "tunewright_agent.sources.aws"
FILE = "prices.toml"
OWN_UNIT = "as the item"
"""Of an item that only the user knows."""
NOBODY = "no list"
"""The source of a Region's prices that nobody gave."""


class PriceFileError(ValueError):
    """A file is not a list of prices; `str()` says where."""


def parsed(text: str) -> Prices:
    """A list of one Region. Raises PriceFileError."""
    try:
        table = tomllib.loads(text)
        day, region, source = table["as_of"], str(table["region"]), str(table["source"])
        rows = tuple(Price(item, float(dollars), unit) for unit, items in table["items"].items() for item, dollars in items.items())  # fmt: skip
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise PriceFileError(f"not a list of prices ({type(error).__name__}: {error})") from error
    if not isinstance(day, date) or isinstance(day, datetime):
        raise PriceFileError("as_of must be a date, as in 2026-11-28")
    return Prices(region, day, source, rows)


@cache
def listed() -> Prices:
    """The list of the release."""
    return parsed((files(PACKAGE) / FILE).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class PriceLists:
    """The user's items and the lists by Region. Without any, the release's alone."""

    own: Mapping[str, float] = field(default_factory=dict)
    lists: tuple[Prices, ...] = ()

    def of(self, region: str) -> Prices:
        """The prices of a Region. Of one without a list only the user's own items."""
        found = next((one for one in (*self.lists, listed()) if one.region == region), None)
        return with_own(found or Prices(region, listed().as_of, NOBODY, ()), self.own)

    def of_or_listed(self, region: str, items: Iterable[str]) -> Prices:
        """The prices of a Region where they have all those items; else the release's own list, which names its Region."""
        found = self.of(region)
        if all(found.get(item) is not None for item in items):
            return found
        return with_own(listed(), self.own)


def read_lists(own: Mapping[str, float], paths: tuple[Path, ...]) -> PriceLists:
    """With the files' lists, the first of a Region first. Raises PriceFileError."""
    found = []
    for path in paths:
        try:
            found.append(parsed(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, PriceFileError) as error:
            raise PriceFileError(f"{path}: {error}") from error
    return PriceLists(own, tuple(found))


def with_own(prices: Prices, own: Mapping[str, float]) -> Prices:
    """The list with the user's prices in the place of its own, and behind it what it lacks."""
    known = {row.item for row in prices.rows}
    rows = [Price(row.item, own[row.item], row.unit, True) if row.item in own else row for row in prices.rows]
    rows += [Price(item, dollars, OWN_UNIT, True) for item, dollars in sorted(own.items()) if item not in known]
    source = f"{prices.source} and {len(own)} of [prices]" if own else prices.source
    return Prices(prices.region, prices.as_of, source, tuple(rows))
