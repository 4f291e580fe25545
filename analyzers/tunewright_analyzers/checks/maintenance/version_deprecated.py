"""`maintenance/version_deprecated`: reads CloudClusters, CloudInstances, EngineVersions; says whose release AWS offers no more."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_lifecycle import EngineVersion, EngineVersions
from tunewright_analyzers.finding import Evidence, Severity


def _newest_minor(version: EngineVersion) -> str | None:
    """The last of the minor targets: DescribeDBEngineVersions lists them from old to new."""
    minor = [one.version for one in version.targets if not one.is_major]
    return minor[-1] if minor else None


@check(
    needs=(CloudClusters, CloudInstances, EngineVersions), controls=("prowler:rds_instance_deprecated_engine_version",)
)
def version_deprecated(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A release of the engine that RDS has deprecated.

    Risk: no new instance or restore with it; RDS upgrades it at a date of its own choice.
    Evidence: Status of DescribeDBEngineVersions for the EngineVersion in use; ValidUpgradeTarget.
    Remedy: the newest minor release of the same major version, tried on a clone first.
    False positives: none.
    """
    versions = context.window.need(EngineVersions)
    for row in owners(context.window):
        version = versions.get(row.engine, row.engine_version)
        if version is None or version.status != "deprecated":
            continue
        target = _newest_minor(version)
        found = context.finding(
            subject(row),
            Severity.HIGH,
            f"{row.identifier} runs {row.engine} {row.engine_version}, which RDS has deprecated.",
            Evidence("Status", version.status, "", "DBEngineVersion.Status"),
            evidence(row, "EngineVersion", row.engine_version),
            Evidence("newest minor release", target or "none", "", "DBEngineVersion.ValidUpgradeTarget"),
        )
        yield found
        if target is not None:
            yield mended(
                context,
                found,
                modify(row, immediately=False, engine_version=target),
                risk="The instances restart in the maintenance window; there is no way back but a restore.",
                template=desired(row, EngineVersion=target),
            )
