"""`security/logs_not_exported`: reads CloudClusters, CloudInstances; says whose logs leave the machine nowhere."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import Resource, evidence, is_postgres, owners, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


def _wanted(row: Resource) -> tuple[str, ...]:
    if is_postgres(row.engine):
        return ("postgresql",)
    return ("audit", "error", "slowquery") if row.engine == "aurora-mysql" else ("error", "slowquery")


@check(
    needs=(CloudClusters, CloudInstances),
    controls=(
        "RDS.9", "RDS.34", "RDS.36", "RDS.37", "RDS.42",
        "prowler:rds_cluster_integration_cloudwatch_logs", "prowler:rds_instance_integration_cloudwatch_logs",
    ),
)  # fmt: skip
def logs_not_exported(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Clusters and instances whose server log is not sent to CloudWatch Logs.

    Risk: RDS keeps logs on the instance for a few days only; after an attack or a crash there is nothing to read.
    Evidence: EnabledCloudwatchLogsExports of DescribeDBClusters and DescribeDBInstances.
    Remedy: export the server log (MySQL: error and slow query log, on Aurora the audit log too); mind the price for each GB taken in.
    False positives: logs that an agent fetches by DownloadDBLogFilePortion.
    """
    for row in owners(context.window):
        missing = tuple(one for one in _wanted(row) if one not in row.log_exports)
        if not missing:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} does not export its log{'s' if len(missing) > 1 else ''} {', '.join(missing)} to CloudWatch Logs.",
            evidence(row, "EnabledCloudwatchLogsExports", ", ".join(row.log_exports) or "none"),
        )
        yield found
        exports = sorted({*row.log_exports, *missing})
        yield mended(
            context,
            found,
            modify(row, cloudwatch_logs_export_configuration=f"EnableLogTypes=[{','.join(missing)}]"),
            risk="CloudWatch Logs bills each GB taken in; what is logged (statements with their literals) can be read there.",
            rollback=(modify(row, cloudwatch_logs_export_configuration=f"DisableLogTypes=[{','.join(missing)}]"),),
            template=desired(row, EnableCloudwatchLogsExports=exports),
        )
