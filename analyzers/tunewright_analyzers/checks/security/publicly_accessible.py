"""`security/publicly_accessible`: reads CloudInstances; says which instances have a public address."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, subject
from tunewright_analyzers.facts.cloud import CloudInstances
from tunewright_analyzers.finding import Severity


@check(needs=(CloudInstances,), controls=("RDS.2", "prowler:rds_instance_no_public_access"))
def publicly_accessible(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Instances whose name resolves to a public address outside the VPC.

    Risk: only the security group stands between the database and the Internet; one rule too many, and passwords are guessed day and night.
    Evidence: PubliclyAccessible of DescribeDBInstances.
    Remedy: turn it off; clients outside come through a VPN, PrivateLink or a bastion.
    False positives: a database that is meant to be public, behind a narrow security group.
    """
    for row in context.window.need(CloudInstances).rows:
        if not row.is_publicly_accessible:
            continue
        found = context.finding(
            subject(row),
            Severity.CRITICAL,
            f"{row.identifier} is publicly accessible: its name resolves to a public address.",
            evidence(row, "PubliclyAccessible", True),
            evidence(row, "VpcSecurityGroups", ", ".join(row.security_groups) or "none"),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, publicly_accessible=False),
            risk="Clients that come over the Internet lose their way in at once.",
            rollback=(modify(row, publicly_accessible=True),),
            template=desired(row, PubliclyAccessible=False),
        )
