"""Source `engine_defaults`: the engine's own defaults of the parameter families in use. Fills EngineDefaults.

rds:DescribeEngineDefaultClusterParameters and rds:DescribeEngineDefaultParameters. They change with releases of the engine only.
"""

from datetime import datetime

from tunewright_agent.sources.aws.parameter_groups import family_of, groups_in_use
from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_parameters import DefaultParameters, EngineDefaults

EVERY_SECONDS = 6 * 3600.0


def _defaults(reader: Reader, family: str, of_cluster: bool) -> DefaultParameters:
    operation = f"describe_engine_default_{'cluster_' if of_cluster else ''}parameters"
    rows = reader.rows("rds", operation, "EngineDefaults.Parameters", EVERY_SECONDS, DBParameterGroupFamily=family)
    return DefaultParameters(
        family, of_cluster, tuple((row["ParameterName"], row.get("ParameterValue")) for row in rows)
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The defaults of each family in use. Raises SourceError."""
    del taken_at
    families = {(family_of(reader, name, of_cluster), of_cluster) for name, of_cluster in groups_in_use(reader)}
    rows = tuple(_defaults(reader, family, of_cluster) for family, of_cluster in sorted(families) if family)
    return Collected((EngineDefaults(rows),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "engine_defaults", (EngineDefaults,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect
    )
