"""Source `engine_lifecycles`: until when the major versions in use are supported (rds:DescribeDBMajorEngineVersions). Fills EngineLifecycles."""

from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.shapes import engines_in_use
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_lifecycle import EngineLifecycle, EngineLifecycles

EVERY_SECONDS = 6 * 3600.0
STANDARD, EXTENDED = "open-source-rds-standard-support", "open-source-rds-extended-support"


def _lifecycle(row: Row) -> EngineLifecycle:
    ends = {one.get("LifecycleSupportName"): one.get("LifecycleSupportEndDate") for one in row.get("SupportedEngineLifecycles", ())}  # fmt: skip
    return EngineLifecycle(row["Engine"], str(row["MajorEngineVersion"]), ends.get(STANDARD), ends.get(EXTENDED))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The major versions of the engines in use. Raises SourceError."""
    del taken_at
    found: list[EngineLifecycle] = []
    for engine in sorted({engine for engine, _ in engines_in_use(reader)}):
        rows = reader.rows("rds", "describe_db_major_engine_versions", "DBMajorEngineVersions", EVERY_SECONDS, Engine=engine)  # fmt: skip
        found += [_lifecycle(row) for row in rows]
    return Collected((EngineLifecycles(tuple(found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "engine_lifecycles", (EngineLifecycles,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect
    )
