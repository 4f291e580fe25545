"""`capacity/under_provisioned`: reads CloudInstances, CloudTrends; says which instance has been too small for its load."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.classes import SIZES, parse
from tunewright_analyzers.cloud.load import measured
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.cloud.since import since
from tunewright_analyzers.facts.cloud import CloudInstance, CloudInstances
from tunewright_analyzers.facts.cloud_lifecycle import ClassOffers
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.finding import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How busy is too busy, and how often."""

    days: float = threshold(14, "days", "Days looked at.")
    hours_min: float = threshold(24, "hours", "Hours that must have been measured.")
    share_max: float = threshold(0.1, "ratio", "Share of the hours that were busy from which it is told.")
    high_share: float = threshold(0.4, "ratio", "Share of the hours from which it is severe.")


def _larger(row: CloudInstance, offers: ClassOffers | None) -> str | None:
    """The next larger size of the same family that can be ordered for that engine and version; without the offers none is named."""
    known = parse(row.instance_class)
    if known is None or known.size not in SIZES or offers is None:
        return None
    wanted = [known.sized(size) for size in SIZES[SIZES.index(known.size) + 1 :]]
    offered = {
        one.instance_class for one in offers.rows if (one.engine, one.version) == (row.engine, row.engine_version)
    }
    return next((name for name in wanted if name in offered), None)


@check(needs=(CloudInstances, CloudTrends), thresholds=Thresholds)
def under_provisioned(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An instance that was at the end of its CPU in many hours.

    Risk: statements wait for CPU; latency grows much faster than the load from here on.
    Evidence: hours with CPUUtilization above 80 % or with more active sessions (DBLoad) than vCPUs.
    Remedy: first the statements that cost most (queries/dominant, indexes/missing), then readers for reads, then a larger class.
    False positives: batch work that may take its time.
    """
    limits, start = context.thresholds, context.window.end - timedelta(days=context.thresholds.days)
    for row in context.window.need(CloudInstances).rows:
        begun = since(context.window.latest, f"instance {row.identifier}: DBInstanceClass", start)
        load = measured(context.window.need(CloudTrends), row, begun)
        if load is None or load.hours < limits.hours_min or load.busy_share <= limits.share_max:
            continue
        found = context.finding(
            subject(row),
            Severity.HIGH if load.busy_share > limits.high_share else Severity.MEDIUM,
            f"{row.identifier} ({row.instance_class}) was at the end of its CPU in {load.busy_share:.0%} of {load.hours:.0f} hours.",
            Evidence("busy hours", round(load.busy_share, 3), "ratio", "CPUUtilization > 80 % or DBLoad > vCPUs"),
            Evidence("CPUUtilization", round(load.cpu_p95, 1), "percent", f"95th percentile of {load.hours:.0f} h"),
            Evidence("DBLoad a vCPU", round(load.per_vcpu, 2) if load.per_vcpu is not None else "not measured", "", "CloudWatch"),
            evidence(row, "DBInstanceClass", row.instance_class),
        )  # fmt: skip
        yield found
        target = _larger(row, context.window.section(ClassOffers))
        if target is not None:
            yield mended(
                context,
                found,
                modify(row, immediately=False, db_instance_class=target),
                risk="Twice the price. The instance restarts in its maintenance window; a writer fails over.",
                rollback=(modify(row, immediately=False, db_instance_class=row.instance_class),),
                template=desired(row, DBInstanceClass=target),
                caution="First the statements that cost most: a class is the dearest mend.",
            )
