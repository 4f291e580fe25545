"""`cost/idle`: reads CloudClusters, CloudInstances, CloudTrends; says which database nobody uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.cloud.resources import Resource, evidence, kind, owners, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import INCOMPLETE_HOURS, CloudTrends, Dimension
from tunewright_analyzers.finding import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long nobody must have come."""

    days_min: float = threshold(7, "days", "Days without a connection.")


def _members(row: Resource) -> tuple[str, ...]:
    return tuple(one.instance for one in row.members) if isinstance(row, CloudCluster) else (row.identifier,)


@check(needs=(CloudClusters, CloudInstances, CloudTrends), thresholds=Thresholds)
def idle(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A cluster or instance without any connection for days.

    Risk: it is paid for, and its data lie about unwatched.
    Evidence: DatabaseConnections (hourly maximum) is 0 on every member in every hour of the days looked at.
    Remedy: a last snapshot, then delete it; or stop it (RDS starts it again after seven days); serverless with a minimum of 0.
    False positives: a standby for disasters, a secondary of a global cluster; RDS Proxy and Tunewright itself count as connections.
    """
    limits, start = context.thresholds, context.window.end - timedelta(days=context.thresholds.days_min)
    trends = context.window.need(CloudTrends)
    for row in owners(context.window):
        found = [trends.get("DatabaseConnections", Dimension.INSTANCE, name, "Maximum") for name in _members(row)]
        rows = [one for one in found if one is not None]
        hours = min((len(one.since(start)) * one.period_seconds / 3600 for one in rows), default=0.0)
        if len(rows) < len(found) or not rows or hours < limits.days_min * 24 - INCOMPLETE_HOURS:
            continue
        if any(point.value > 0 for one in rows for point in one.since(start)):
            continue
        found_idle = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"Nobody has connected to {row.identifier} for {hours / 24:.0f} days.",
            Evidence("DatabaseConnections", 0, "count", f"CloudWatch, maximum of {hours:.0f} h"),
            evidence(row, "Status", row.status),
        )
        yield found_idle
        verb = f"db-{kind(row)}"
        which = {f"db_{kind(row)}_identifier": row.identifier}
        yield mended(
            context,
            found_idle,
            aws("rds", f"stop-{verb}", row.region, **which),
            risk="Nobody can connect until it is started; RDS starts it by itself after seven days. Storage and backups are billed all the same.",
            rollback=(aws("rds", f"start-{verb}", row.region, **which),),
            caution="For good: a last snapshot, then delete it. A member of a global cluster cannot be stopped.",
        )
