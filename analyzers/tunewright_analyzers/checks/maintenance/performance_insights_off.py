"""`maintenance/performance_insights_off`: reads CloudInstances; says whose load nobody records."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudInstances
from tunewright_analyzers.finding import Severity

FREE_DAYS = 7


@check(needs=(CloudInstances,))
def performance_insights_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Instances without Performance Insights.

    Risk: no DBLoad metric, hence no alarm on load, and no record of waits and statements where our own samples cannot reach.
    Evidence: PerformanceInsightsEnabled of DescribeDBInstances.
    Remedy: turn it on with the free retention of 7 days; no restart.
    False positives: classes that do not have it (small t classes); a serverless cluster whose minimum is below 2 ACU.
    """
    for row in context.window.need(CloudInstances).rows:
        if row.has_performance_insights is not False:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} has no Performance Insights.",
            evidence(row, "PerformanceInsightsEnabled", False),
            evidence(row, "DBInstanceClass", row.instance_class),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, enable_performance_insights=True, performance_insights_retention_period=FREE_DAYS),
            risk="Some memory and CPU on the instance; longer retention than 7 days is billed.",
            rollback=(modify(row, enable_performance_insights=False),),
            template=desired(row, EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=FREE_DAYS),
        )
