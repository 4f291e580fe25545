"""Source `class_offers`: the instance classes that can be ordered for the versions in use. Fills ClassOffers.

rds:DescribeOrderableDBInstanceOptions: hundreds of rows a version, hence twice a day.
"""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.aws.shapes import engines_in_use
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_lifecycle import ClassOffer, ClassOffers

EVERY_SECONDS = 12 * 3600.0


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The classes on offer, each once. Raises SourceError."""
    del taken_at
    found: dict[ClassOffer, None] = {}
    for engine, version in engines_in_use(reader):
        rows = reader.rows(
            "rds",
            "describe_orderable_db_instance_options",
            "OrderableDBInstanceOptions",
            EVERY_SECONDS,
            Engine=engine,
            EngineVersion=version,
        )
        found |= {ClassOffer(row["Engine"], row["EngineVersion"], row["DBInstanceClass"]): None for row in rows}
    return Collected((ClassOffers(tuple(found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("class_offers", (ClassOffers,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect)
