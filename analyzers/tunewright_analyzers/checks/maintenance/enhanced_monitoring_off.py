"""`maintenance/enhanced_monitoring_off`: reads CloudInstances; says whose machine nobody looks into."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudInstances
from tunewright_analyzers.finding import Severity

SECONDS = 60
ROLE = "arn:aws:iam::{account}:role/rds-monitoring-role"
"""The role that the console makes; its policy is AWS' AmazonRDSEnhancedMonitoringRole."""


@check(needs=(CloudInstances,), controls=("RDS.6", "prowler:rds_instance_enhanced_monitoring_enabled"))
def enhanced_monitoring_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Instances without Enhanced Monitoring.

    Risk: no steal, load, swap, per-process memory or file systems: what the hypervisor reports hides who uses the machine.
    Evidence: MonitoringInterval of DescribeDBInstances.
    Remedy: an interval of 60 s, with a role that may write to the log group RDSOSMetrics.
    False positives: small test instances: the logs are billed by CloudWatch Logs.
    """
    for row in context.window.need(CloudInstances).rows:
        if row.monitoring_interval_seconds != 0:
            continue
        found = context.finding(
            subject(row),
            Severity.LOW,
            f"{row.identifier} has no Enhanced Monitoring.",
            evidence(row, "MonitoringInterval", 0, "seconds"),
        )
        yield found
        role = ROLE.format(account=(row.arn.split(":") + [""] * 5)[4])
        yield mended(
            context,
            found,
            modify(row, monitoring_interval=SECONDS, monitoring_role_arn=role),
            risk="CloudWatch Logs bills what is written; 60 s writes the least of the useful intervals.",
            rollback=(modify(row, monitoring_interval=0),),
            template=desired(row, MonitoringInterval=SECONDS, MonitoringRoleArn=role),
            caution="The role must exist: iam create-role with AWS' policy AmazonRDSEnhancedMonitoringRole, trusted by monitoring.rds.amazonaws.com.",
        )
