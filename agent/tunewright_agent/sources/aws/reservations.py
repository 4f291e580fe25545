"""Source `reservations`: reserved instances of the account and what runs there (rds:DescribeReservedDBInstances). Fills Reservations."""

from collections import Counter
from datetime import datetime, timedelta

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_cost import Reservation, Reservations

EVERY_SECONDS = 6 * 3600.0


def _reservation(row: Row) -> Reservation:
    begun, seconds = row.get("StartTime"), row.get("Duration")
    return Reservation(
        identifier=row["ReservedDBInstanceId"],
        instance_class=row["DBInstanceClass"],
        count=int(row.get("DBInstanceCount", 1)),
        state=row.get("State", ""),
        engine=row.get("ProductDescription", ""),
        is_multi_zone=bool(row.get("MultiAZ")),
        ends_at=begun + timedelta(seconds=seconds) if begun and seconds else None,
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Reservations, and the running instances of the whole region by class and engine. Raises SourceError."""
    del taken_at
    rows = reader.rows("rds", "describe_reserved_db_instances", "ReservedDBInstances", EVERY_SECONDS)
    everything = reader.rows("rds", "describe_db_instances", "DBInstances", EVERY_SECONDS)
    running = Counter((row["DBInstanceClass"], row["Engine"]) for row in everything)
    by_class = tuple((kind, engine, number) for (kind, engine), number in sorted(running.items()))
    return Collected((Reservations(tuple(_reservation(row) for row in rows), by_class),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "reservations", (Reservations,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect
    )
