"""`backup/retention_short`: reads CloudClusters, CloudInstances; says how few days back one can go."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, primaries, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many days are enough."""

    days_min: float = threshold(7, "days", "Days of backups that must be kept (1 to 35).")


@check(
    needs=(CloudClusters, CloudInstances),
    thresholds=Thresholds,
    controls=("RDS.11", "RDS.50", "prowler:rds_instance_backup_enabled"),
)
def retention_short(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Automated backups that are kept for too few days, or not at all.

    Risk: an error that is found after the retention cannot be undone; at 0 days there is no point-in-time recovery whatever.
    Evidence: BackupRetentionPeriod of DescribeDBClusters and DescribeDBInstances.
    Remedy: raise it; storage of backups beyond the size of the database is billed.
    False positives: databases that can be made anew; backups by AWS Backup with a longer plan.
    """
    wanted = int(context.thresholds.days_min)
    for row in primaries(context.window):
        days = row.backup_retention_days
        if days >= wanted:
            continue
        found = context.finding(
            subject(row),
            Severity.HIGH if days == 0 else Severity.MEDIUM,
            f"{row.identifier} keeps {'no automated backups' if days == 0 else f'backups for {days} days only'}.",
            evidence(row, "BackupRetentionPeriod", days, "days"),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, backup_retention_period=wanted),
            risk="More backup storage is billed"
            + ("; an instance of RDS for MySQL may restart when backups begin." if days == 0 else "."),
            rollback=(modify(row, backup_retention_period=days),),
            template=desired(row, BackupRetentionPeriod=wanted),
        )
