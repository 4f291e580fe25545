"""`maintenance/support_ending`: reads CloudClusters, CloudInstances, EngineLifecycles; says whose release costs extra soon, or does."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.resources import Resource, evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_lifecycle import EngineLifecycle, EngineLifecycles
from tunewright_analyzers.finding import Evidence, Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How early to say it."""

    days_left: float = threshold(180, "days", "Days before the end of standard support from which it is told.")


def _of(row: Resource, lifecycles: EngineLifecycles) -> EngineLifecycle | None:
    """The major version that the release belongs to: the longest that its number begins with."""
    fits = [
        one
        for one in lifecycles.rows
        if one.engine == row.engine and f"{row.engine_version}.".startswith(f"{one.major}.")
    ]
    return max(fits, key=lambda one: len(one.major), default=None)


@check(
    needs=(CloudClusters, CloudInstances, EngineLifecycles),
    thresholds=Thresholds,
    controls=("RDS.51", "prowler:rds_instance_extended_support"),
)
def support_ending(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A major version whose standard support by RDS has ended, or soon will.

    Risk: from that day RDS bills Extended Support for each vCPU hour, or upgrades by force; at the end of that it upgrades in any case.
    Evidence: EngineVersion, EngineLifecycleSupport, and LifecycleSupportEndDate of DescribeDBMajorEngineVersions.
    Remedy: a major upgrade, best as a blue/green deployment; rehearse it on a clone.
    False positives: none: dates that AWS moves are read again.
    """
    lifecycles, now = context.window.need(EngineLifecycles), context.window.end
    for row in owners(context.window):
        life = _of(row, lifecycles)
        if life is None or life.standard_until is None:
            continue
        left = (life.standard_until - now).total_seconds() / 86400
        if left > context.thresholds.days_left:
            continue
        extended = f" Extended Support ends on {life.extended_until:%Y-%m-%d}." if life.extended_until else ""
        when = "ended" if left < 0 else "ends"
        yield context.finding(
            subject(row),
            Severity.HIGH,
            f"Standard support of {row.engine} {life.major} ({row.identifier}) {when} on {life.standard_until:%Y-%m-%d}.{extended}",
            evidence(row, "EngineVersion", row.engine_version),
            Evidence("LifecycleSupportEndDate", life.standard_until.isoformat(), "", "DBMajorEngineVersion.SupportedEngineLifecycles"),
            evidence(row, "EngineLifecycleSupport", row.engine_lifecycle_support or "not reported"),
        )  # fmt: skip
