"""Source `engine_versions`: status and upgrade targets of the versions in use (rds:DescribeDBEngineVersions). Fills EngineVersions."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.shapes import engines_in_use
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_lifecycle import EngineVersion, EngineVersions, UpgradeTarget

EVERY_SECONDS = 6 * 3600.0


def _version(row: Row) -> EngineVersion:
    targets = [
        UpgradeTarget(one["EngineVersion"], bool(one.get("IsMajorVersionUpgrade")), bool(one.get("AutoUpgrade")))
        for one in row.get("ValidUpgradeTarget", ())
    ]
    return EngineVersion(row["Engine"], row["EngineVersion"], row.get("Status", "available"), tuple(targets))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The versions in use; deprecated ones too. Raises SourceError."""
    del taken_at
    found: list[EngineVersion] = []
    for engine, version in engines_in_use(reader):
        rows = reader.rows(
            "rds",
            "describe_db_engine_versions",
            "DBEngineVersions",
            EVERY_SECONDS,
            Engine=engine,
            EngineVersion=version,
            IncludeAll=True,
        )
        found += [_version(row) for row in rows]
    return Collected((EngineVersions(tuple(found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "engine_versions", (EngineVersions,), interval_seconds=EVERY_SECONDS, deadline_seconds=120, collect=collect
    )
