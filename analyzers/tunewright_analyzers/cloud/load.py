"""How busy an instance was over some weeks, by its hourly points."""

from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, quantiles

from tunewright_analyzers.cloud.classes import vcpus
from tunewright_analyzers.facts.cloud import CloudInstance
from tunewright_analyzers.facts.cloud_metrics import CloudTrends, Dimension


@dataclass(frozen=True, slots=True)
class Load:
    """CPU in percent; `per_vcpu` is DBLoad (active sessions) a vCPU, None where DBLoad is not measured; shares are 0 to 1."""

    hours: float
    cpu_p95: float
    per_vcpu: float | None
    busy_share: float
    """Hours with more active sessions than vCPUs, or a mean CPU above 80 %."""


BUSY_CPU = 80.0


def measured(trends: CloudTrends, row: CloudInstance, start: datetime) -> Load | None:
    """Its load since then; None without points of CPUUtilization, or for a class of unknown size."""
    cpus = vcpus(row.instance_class)
    cpu = trends.get("CPUUtilization", Dimension.INSTANCE, row.identifier, "p95") or trends.get(
        "CPUUtilization", Dimension.INSTANCE, row.identifier, "Average"
    )
    points = cpu.since(start) if cpu is not None else ()
    if cpu is None or cpus is None or len(points) < 2:
        return None
    series = trends.get("DBLoad", Dimension.INSTANCE, row.identifier, "Average")
    load = {point.at: point.value / cpus for point in series.since(start)} if series is not None else {}
    busy = [point for point in points if point.value > BUSY_CPU or load.get(point.at, 0.0) > 1]
    return Load(
        hours=len(points) * cpu.period_seconds / 3600,
        cpu_p95=quantiles([point.value for point in points], n=20, method="inclusive")[-1],
        per_vcpu=fmean(load.values()) if load else None,
        busy_share=len(busy) / len(points),
    )
