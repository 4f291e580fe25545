"""Source `prices`: list prices of the target's own Region, with the user's over them (price_table). Asks nobody. Fills Prices."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_cost import Prices


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The prices; never fails."""
    del taken_at
    return Collected((reader.prices.of(reader.target.place.region),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("prices", (Prices,), interval_seconds=3600.0, deadline_seconds=5, collect=collect)
