"""`maintenance/minor_upgrades_off`: reads CloudClusters, CloudInstances; says who gets no minor releases by itself."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import Resource, evidence, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


@check(
    needs=(CloudClusters, CloudInstances),
    controls=(
        "RDS.13", "RDS.35",
        "prowler:rds_cluster_minor_version_upgrade_enabled", "prowler:rds_instance_minor_version_upgrade_enabled",
    ),
)  # fmt: skip
def minor_upgrades_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Instances that do not take minor releases by themselves.

    Risk: faults and holes that are known and mended stay open until somebody thinks of it.
    Evidence: AutoMinorVersionUpgrade of DescribeDBInstances (and of Multi-AZ DB clusters).
    Remedy: turn it on; the upgrade waits for the maintenance window. Aurora upgrades only where all members agree.
    False positives: releases that are rolled out by hand, on a calendar that is kept.
    """
    rows: list[Resource] = [row for row in context.window.need(CloudClusters).rows if not row.is_aurora]
    rows += context.window.need(CloudInstances).rows
    for row in rows:
        if row.upgrades_minor_versions is not False:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} ({row.engine} {row.engine_version}) does not take minor releases by itself.",
            evidence(row, "AutoMinorVersionUpgrade", False),
            evidence(row, "EngineVersion", row.engine_version),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, immediately=False, auto_minor_version_upgrade=True),
            risk="Upgrades restart the instance within its maintenance window.",
            rollback=(modify(row, immediately=False, auto_minor_version_upgrade=False),),
            template=desired(row, AutoMinorVersionUpgrade=True),
        )
