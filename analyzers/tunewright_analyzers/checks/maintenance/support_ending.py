"""`maintenance/support_ending`: reads CloudClusters, CloudInstances, EngineLifecycles; says whose release costs extra soon, or does."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import aws, desired, mended
from tunewright_analyzers.cloud.resources import Resource, evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_lifecycle import EngineLifecycle, EngineLifecycles, EngineVersions
from tunewright_analyzers.finding import Evidence, Severity

LASTS_DAYS = 365
"""So long the release that is advised must be supported."""


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


def _target(
    row: Resource, lifecycles: EngineLifecycles, versions: EngineVersions | None, until: datetime
) -> str | None:
    """The nearest major version that can be upgraded to and is supported long enough: the newest release of it."""
    known = versions.get(row.engine, row.engine_version) if versions is not None else None
    lasting = [
        one.major
        for one in lifecycles.rows
        if one.engine == row.engine and one.standard_until is not None and one.standard_until >= until
    ]
    fits = [
        (_numbers(major), _numbers(one.version), one.version)
        for one in (known.targets if known is not None else ())
        for major in lasting
        if one.is_major and f"{one.version}.".startswith(f"{major}.")
    ]
    nearest = min((major for major, _, _ in fits), default=None)
    return max(((release, text) for major, release, text in fits if major == nearest), default=((), None))[1]


def _template(row: Resource, target: str) -> str:
    """An instance's must allow it besides; a cluster's has no property for that."""
    allowed = {} if isinstance(row, CloudCluster) else {"AllowMajorVersionUpgrade": True}
    return desired(row, EngineVersion=target, **allowed)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version))


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
        found = context.finding(
            subject(row),
            Severity.HIGH,
            f"Standard support of {row.engine} {life.major} ({row.identifier}) {when} on {life.standard_until:%Y-%m-%d}.{extended}",
            evidence(row, "EngineVersion", row.engine_version),
            Evidence("LifecycleSupportEndDate", life.standard_until.isoformat(), "", "DBMajorEngineVersion.SupportedEngineLifecycles"),
            evidence(row, "EngineLifecycleSupport", row.engine_lifecycle_support or "not reported"),
        )  # fmt: skip
        yield found
        target = _target(row, lifecycles, context.window.section(EngineVersions), now + timedelta(days=LASTS_DAYS))
        if target is None:
            continue
        yield mended(
            context,
            found,
            aws("rds", "create-blue-green-deployment", row.region, blue_green_deployment_name=f"{row.identifier}-{target.replace('.', '-')}"[:60],
                source=row.arn, target_engine_version=target),
            risk="Clients see nothing until the switchover; the copy is billed as long as it stands, and begins with default parameter groups.",
            template=_template(row, target),
            caution="Test on the green side, then `aws rds switchover-blue-green-deployment` with the identifier that the first command prints.",
        )  # fmt: skip
