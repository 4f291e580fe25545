"""What the table of prices says of a class, and that it says nothing. Pure; called by the checks of cost and by effects."""

from dataclasses import dataclass

from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.finding import Evidence


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no price, in words."""

    reason: str


def class_item(engine: str, name: str) -> str:
    """The item of a class: Aurora's are the same for both engines."""
    return f"{'aurora' if engine.startswith('aurora') else f'rds:{engine}'}:{name}"


def unpriced(prices: Prices, items: str) -> Missing:
    """That the Region has no price of something, and how it gets one."""
    return Missing(
        f"no price of {items} in {prices.region}: run `tunewright prices update --region {prices.region}` and name its file, "
        "or give the price, under [prices]"
    )


def table(prices: Prices) -> str:
    """Where prices come from, as a source of evidence: of which Region and day."""
    return f"list prices of {prices.region}, {prices.as_of} ({prices.source})"


def class_prices(prices: Prices | None, engine: str, names: tuple[str, ...]) -> tuple[Evidence, ...]:
    """What an hour of each class costs; of one without a price, that it is not known there. Nothing without a table."""
    if prices is None:
        return ()
    found = [(name, prices.get(class_item(engine, name))) for name in names]
    return tuple(
        Evidence(f"price of {name}", price.dollars, "dollars an hour", table(prices))
        if price is not None
        else Evidence(
            f"price of {name}",
            "not known",
            "",
            f"no price of it in {prices.region}: tunewright prices update --region {prices.region}",
        )
        for name, price in found
    )
