"""`cost/over_provisioned`: reads CloudInstances, CloudTrends; says which instance is far larger than its load."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.classes import SIZES, InstanceClass, parse
from tunewright_analyzers.cloud.load import Load, measured
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.cloud.since import since
from tunewright_analyzers.cost.listed import class_prices
from tunewright_analyzers.facts.cloud import CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import INCOMPLETE_HOURS, CloudTrends
from tunewright_analyzers.finding import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How little is too little, and for how long."""

    days_min: float = threshold(14, "days", "Days that must have been measured.")
    cpu_max: float = threshold(20, "percent", "The 95th percentile of CPU below which an instance may be too large.")
    load_max: float = threshold(0.2, "sessions per vCPU", "DBLoad a vCPU below which an instance may be too large.")


def _smaller(known: InstanceClass) -> str | None:
    """The next smaller size of the same family, down to large."""
    sizes = [size for size in SIZES[SIZES.index("large") :] if known.size in SIZES]
    place = sizes.index(known.size) if known.size in sizes else 0
    return known.sized(sizes[place - 1]) if place > 0 else None


@check(needs=(CloudInstances, CloudTrends), thresholds=Thresholds)
def over_provisioned(context: Context[Thresholds]) -> Iterator[Verdict]:
    """An instance whose CPU and load have been low for weeks.

    Risk: it costs about twice the next smaller class.
    Evidence: CPUUtilization (95th percentile of the hours) and DBLoad a vCPU over 14 days (a rule of ours).
    Remedy: the next smaller class, readers first; look at FreeableMemory and the hit ratio of the buffer cache after it.
    False positives: memory that holds the working set, a failover target as large as the writer, a load at the end of the month.
    """
    limits, start = context.thresholds, context.window.end - timedelta(days=context.thresholds.days_min)
    for row in context.window.need(CloudInstances).rows:
        known = parse(row.instance_class)
        begun = since(context.window.latest, f"instance {row.identifier}: DBInstanceClass", start)
        load: Load | None = measured(context.window.need(CloudTrends), row, begun)
        target = _smaller(known) if known is not None and not known.is_burstable else None
        if (
            load is None
            or target is None
            or load.hours < limits.days_min * 24 - INCOMPLETE_HOURS
            or load.per_vcpu is None
        ):
            continue
        if load.cpu_p95 >= limits.cpu_max or load.per_vcpu >= limits.load_max:
            continue
        found = context.finding(
            subject(row),
            Severity.LOW,
            f"{row.identifier} ({row.instance_class}) uses {load.cpu_p95:.0f} % of its CPU and {load.per_vcpu:.2f} sessions a vCPU at most times.",
            Evidence("CPUUtilization", round(load.cpu_p95, 1), "percent", f"95th percentile of {load.hours:.0f} h"),
            Evidence("DBLoad a vCPU", round(load.per_vcpu, 3), "sessions", f"mean of {load.hours:.0f} h"),
            evidence(row, "DBInstanceClass", row.instance_class),
            *class_prices(context.window.section(Prices), row.engine, (row.instance_class, target)),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, immediately=False, db_instance_class=target),
            risk="Half the memory: the buffer cache may no longer hold the working set, and max_connections falls with it. The instance restarts.",
            rollback=(modify(row, immediately=False, db_instance_class=row.instance_class),),
            template=desired(row, DBInstanceClass=target),
        )
