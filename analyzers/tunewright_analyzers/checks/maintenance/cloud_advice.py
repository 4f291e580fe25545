"""`maintenance/cloud_advice`: reads CloudAdvices; passes on what RDS itself recommends."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.cloud_lifecycle import CloudAdvices
from tunewright_analyzers.finding import Evidence, Severity, Subject

_SEVERITIES = {
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "informational": Severity.INFO,
}
OPEN = frozenset({"active", "pending"})


@check(needs=(CloudAdvices,))
def cloud_advice(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Recommendations of RDS that are open.

    Risk: as AWS says it for each.
    Evidence: DescribeDBRecommendations: TypeId, Severity, Detection, Reason.
    Remedy: as AWS says it for each; `aws rds modify-db-recommendation --status dismissed` ends it there and here. No command: AWS names its own.
    False positives: where a check of ours judges the same thing by more evidence, follow that one.
    """
    for row in context.window.need(CloudAdvices).rows:
        if row.status not in OPEN:
            continue
        yield context.finding(
            Subject("recommendation of RDS", f"{row.kind} of {row.resource}"),
            _SEVERITIES.get(row.severity, Severity.LOW),
            row.detection,
            Evidence("TypeId", row.kind, "", "DBRecommendation.TypeId"),
            Evidence("Recommendation", row.recommendation or "none", "", "DBRecommendation.Recommendation"),
            Evidence("Reason", row.reason or "none", "", "DBRecommendation.Reason"),
            Evidence("RecommendationId", row.identifier, "", "DBRecommendation.RecommendationId"),
        )
