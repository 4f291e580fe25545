"""What a cluster costs: prices, dated and from a table that the user can override, and what is reserved."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from tunewright_analyzers.facts.cloud import CloudSection


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one unit of one item, as in (`aurora-postgresql:db.r6g.large`, 0.26, `hour`) or (`aurora:storage`, 0.1, `GiB-month`)."""

    item: str
    dollars: float
    unit: str
    is_override: bool = False
    """Whether the user's own settings say so."""


@dataclass(frozen=True, slots=True)
class Prices(CloudSection):
    """List prices of one Region on one day."""

    name: ClassVar[str] = "prices"
    region: str
    as_of: date
    source: str
    rows: tuple[Price, ...]

    def get(self, item: str) -> Price | None:
        """The price of that item."""
        return next((row for row in self.rows if row.item == item), None)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A row of DescribeReservedDBInstances."""

    identifier: str
    instance_class: str
    count: int
    state: str
    """`active`, `payment-pending`, `retired`, …"""
    engine: str
    """ProductDescription, as in `aurora-postgresql` or `postgresql`."""
    is_multi_zone: bool = False
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reservations(CloudSection):
    """rds:DescribeReservedDBInstances, and how many instances of the account run by class and engine (all clusters together)."""

    name: ClassVar[str] = "reservations"
    rows: tuple[Reservation, ...]
    running: tuple[tuple[str, str, int], ...] = ()
    """(class, engine, instances) of the whole account and Region, because a reservation belongs to no cluster."""
