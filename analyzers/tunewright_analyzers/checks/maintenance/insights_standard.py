"""`maintenance/insights_standard`: reads CloudClusters, CloudInstances; says where Database Insights keeps little."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity

ADVANCED_DAYS = 465
"""The retention that advanced mode asks for (Database Insights guide)."""


@check(needs=(CloudClusters, CloudInstances))
def insights_standard(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Clusters and instances whose Database Insights mode is standard.

    Risk: AWS keeps the load for 7 days, without plans, lock trees and on-demand analysis; Tunewright's own history has these.
    Evidence: DatabaseInsightsMode of DescribeDBClusters and DescribeDBInstances.
    Remedy: none needed where Tunewright samples the engine; advanced mode (billed for each vCPU or ACU hour) where it cannot.
    False positives: everywhere that Tunewright reads the engine itself.
    """
    for row in owners(context.window):
        if row.insights_mode != "standard":
            continue
        found = context.finding(
            subject(row),
            Severity.LOW,
            f"Database Insights of {row.identifier} is in standard mode: AWS keeps no plans and no lock trees.",
            evidence(row, "DatabaseInsightsMode", "standard"),
        )
        yield found
        enabled = "PerformanceInsightsEnabled" if isinstance(row, CloudCluster) else "EnablePerformanceInsights"
        yield mended(
            context,
            found,
            modify(
                row,
                database_insights_mode="advanced",
                enable_performance_insights=True,
                performance_insights_retention_period=ADVANCED_DAYS,
            ),
            risk="Advanced mode is billed for each vCPU or ACU hour, and keeps 15 months, which is billed too.",
            rollback=(modify(row, database_insights_mode="standard", performance_insights_retention_period=7),),
            template=desired(
                row,
                DatabaseInsightsMode="advanced",
                PerformanceInsightsRetentionPeriod=ADVANCED_DAYS,
                **{enabled: True},
            ),
            caution="Only where nothing of yours samples the engine.",
        )
