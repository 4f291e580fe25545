"""`backup/restore_point_old`: reads CloudClusters, CloudInstances; says when the point-in-time window is not what it should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.resources import evidence, primaries, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How old the newest restorable time may be, and how much of the retention may be missing."""

    behind_max: float = threshold(900, "seconds", "Age of LatestRestorableTime from which it is told.")
    missing_max: float = threshold(1.5, "days", "Days by which EarliestRestorableTime may be later than the retention.")


def _late(context: Context[Thresholds], row: CloudCluster, now: datetime) -> Finding | None:
    """The window of a cluster that begins too late, though the cluster is old enough."""
    if row.earliest_restorable_at is None or row.backup_retention_days == 0:
        return None
    should = now - timedelta(days=row.backup_retention_days)
    if row.created_at is not None:
        should = max(should, row.created_at)
    missing = (row.earliest_restorable_at - should).total_seconds() / 86400
    if missing <= context.thresholds.missing_max:
        return None
    return context.finding(
        subject(row),
        Severity.HIGH,
        f"{row.identifier} can be restored back to {row.earliest_restorable_at:%Y-%m-%d} only: {missing:.1f} days of its retention are missing.",
        evidence(row, "EarliestRestorableTime", row.earliest_restorable_at.isoformat()),
        evidence(row, "BackupRetentionPeriod", row.backup_retention_days, "days"),
    )


@check(needs=(CloudClusters, CloudInstances), thresholds=Thresholds)
def restore_point_old(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A point-in-time window that ends too long ago, or begins too late.

    Risk: that much work would be lost in a restore; or the day to go back to is gone.
    Evidence: LatestRestorableTime against now; EarliestRestorableTime of clusters against BackupRetentionPeriod.
    Remedy: look at the events of RDS for backup errors, at the encryption key's state, and at the storage's.
        No command: the cause must be found first.
    False positives: a retention that was raised lately fills up day by day; a stopped cluster.
    """
    now = context.window.end
    for row in primaries(context.window):
        latest = row.latest_restorable_at
        behind = (now - latest).total_seconds() if latest is not None else 0.0
        if latest is not None and behind > context.thresholds.behind_max and row.status != "stopped":
            yield context.finding(
                subject(row),
                Severity.HIGH,
                f"{row.identifier} can be restored up to {behind / 60:.0f} minutes ago only.",
                evidence(row, "LatestRestorableTime", latest.isoformat()),
                evidence(row, "Status", row.status),
            )
        elif isinstance(row, CloudCluster):
            late = _late(context, row, now)
            if late is not None:
                yield late
