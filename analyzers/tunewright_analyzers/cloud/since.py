"""Since when a field of a resource has its value: points from before belong to another class or size. Pure; called by checks and forecasts."""

from datetime import datetime

from tunewright_analyzers.facts.effects import Effects
from tunewright_analyzers.facts.snapshot import Snapshot


def since(latest: Snapshot, name: str, start: datetime) -> datetime:
    """`start`, or the last time that the ledger saw the field change where that was later. `name` as in `instance shop-1: DBInstanceClass`."""
    effects = latest.section(Effects)
    seen = [row.change.at for row in effects.rows if row.change.name == name] if effects is not None else []
    return max([start, *seen])
