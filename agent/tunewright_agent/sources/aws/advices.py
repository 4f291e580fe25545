"""Source `advices`: what RDS itself recommends for the target (rds:DescribeDBRecommendations). Fills CloudAdvices."""

from datetime import datetime

from tunewright_agent.sources.aws.pending_maintenance import arns
from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.shapes import identifier
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_lifecycle import CloudAdvice, CloudAdvices

EVERY_SECONDS = 3600.0


def _advice(row: Row) -> CloudAdvice:
    return CloudAdvice(
        identifier=row["RecommendationId"],
        kind=row.get("TypeId", ""),
        severity=row.get("Severity", "informational"),
        resource=identifier(row.get("ResourceArn", "")),
        status=row.get("Status", "active"),
        detection=row.get("Detection") or row.get("TypeDetection", ""),
        recommendation=row.get("Recommendation") or row.get("TypeRecommendation", ""),
        reason=row.get("Reason", ""),
        category=row.get("Category", ""),
        updated_at=row.get("UpdatedTime"),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The recommendations about the target's resources. Raises SourceError."""
    del taken_at
    mine = arns(reader)
    rows = reader.rows("rds", "describe_db_recommendations", "DBRecommendations", EVERY_SECONDS)
    return Collected((CloudAdvices(tuple(_advice(row) for row in rows if row.get("ResourceArn") in mine)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("advices", (CloudAdvices,), interval_seconds=EVERY_SECONDS, deadline_seconds=60, collect=collect)
