"""Source `events`: what happened to the target's cluster and members (rds:DescribeEvents). Fills Events; the history keeps them.

The first pass looks a day back, later ones half an hour: the history keeps each event once. Messages of RDS name resources, never SQL.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tunewright_agent.sources.aws.reader import EVERY_SECONDS, Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.events import Event, Events

DAY_MINUTES, AGAIN_MINUTES = 1440, 30
KINDS = {"failover": "failover", "failure": "aws_failure", "maintenance": "aws_maintenance", "recovery": "aws_recovery"}
"""RDS's event categories that have a kind of their own; others are `aws_` with the category."""


def _kind(row: Row) -> str:
    categories = [str(one) for one in row.get("EventCategories", ())]
    known = next((KINDS[one] for one in categories if one in KINDS), None)
    return known or f"aws_{categories[0].replace(' ', '_')}" if categories or known else "aws_notice"


def _event(row: Row) -> Event:
    return Event(row["Date"].astimezone(UTC), _kind(row), row.get("SourceIdentifier", ""), row.get("Message", ""))


@dataclass(slots=True)
class RdsEvents:
    """Remembers whether it has looked back."""

    _began: bool = field(init=False, default=False)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """The events of the cluster and its members, oldest first. Raises SourceError."""
        del taken_at
        minutes = AGAIN_MINUTES if self._began else DAY_MINUTES
        mine = {reader.target.identifier, *(row["DBInstanceIdentifier"] for row in reader.instances())}
        rows = reader.rows("rds", "describe_events", "Events", EVERY_SECONDS, Duration=minutes)
        self._began = True
        found = [_event(row) for row in rows if row.get("SourceIdentifier") in mine]
        return Collected((Events(tuple(sorted(found, key=lambda one: one.at))),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("events", (Events,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=RdsEvents().collect)
