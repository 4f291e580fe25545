"""`backup/backtrack_window`: reads CloudClusters; says where Backtrack is off, or reaches less far back than asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters
from tunewright_analyzers.finding import Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much of the target window must be there."""

    ratio_min: float = threshold(0.9, "ratio", "Actual window as a share of BacktrackWindow below which it is told.")


def _can_backtrack(row: CloudCluster) -> bool:
    """Aurora MySQL alone knows Backtrack, and not within a global cluster."""
    return row.engine == "aurora-mysql" and row.global_cluster is None


@check(needs=(CloudClusters,), thresholds=Thresholds, controls=("RDS.14", "prowler:rds_cluster_backtrack_enabled"))
def backtrack_window(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An Aurora MySQL cluster without Backtrack, or one whose actual window is shorter than its target.

    Risk: a wrong DELETE costs a restore of hours instead of minutes; a shorter window than expected is noticed when it is needed.
    Evidence: BacktrackWindow (at most 72 h) and EarliestBacktrackTime of DescribeDBClusters.
    Remedy: it can be turned on at the making, a restore or a clone only; a short window: fewer changes, or a smaller target.
        No command: it is chosen at the making of a cluster.
    False positives: a cluster that uses binary log replication or Global Database instead; young clusters are left out.
    """
    now = context.window.end
    for row in context.window.need(CloudClusters).rows:
        if not _can_backtrack(row):
            continue
        target = row.backtrack_window_seconds or 0
        if target == 0:
            yield context.finding(
                subject(row), Severity.LOW, f"{row.identifier} has no Backtrack.", evidence(row, "BacktrackWindow", 0, "seconds")
            )  # fmt: skip
            continue
        if row.earliest_backtrack_at is None or (row.created_at and (now - row.created_at).total_seconds() < target):
            continue
        actual = (now - row.earliest_backtrack_at).total_seconds()
        if actual < context.thresholds.ratio_min * target:
            yield context.finding(
                subject(row),
                Severity.LOW,
                f"{row.identifier} can be tracked back by {actual / 3600:.1f} h, not by the {target / 3600:.0f} h of its target.",
                evidence(row, "BacktrackWindow", target, "seconds"),
                evidence(row, "EarliestBacktrackTime", row.earliest_backtrack_at.isoformat()),
            )
