"""`security/iam_authentication_off`: reads CloudClusters, CloudInstances; says where only passwords open the door."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import desired, mended, modify
from tunewright_analyzers.cloud.resources import evidence, owners, subject
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.finding import Severity


@check(
    needs=(CloudClusters, CloudInstances),
    controls=(
        "RDS.10", "RDS.12",
        "prowler:rds_cluster_iam_authentication_enabled", "prowler:rds_instance_iam_authentication_enabled",
    ),
)  # fmt: skip
def iam_authentication_off(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Clusters and instances that know no IAM database authentication.

    Risk: people and jobs log in with passwords that are shared, stored and seldom changed.
    Evidence: IAMDatabaseAuthenticationEnabled of DescribeDBClusters and DescribeDBInstances.
    Remedy: turn it on (no restart), then grant rds_iam to the roles that shall use it; passwords go on to work for the others.
    False positives: a login by Kerberos, or secrets that Secrets Manager rotates.
    """
    for row in owners(context.window):
        if row.has_iam_authentication is not False:
            continue
        found = context.finding(
            subject(row),
            Severity.MEDIUM,
            f"{row.identifier} does not accept IAM authentication: passwords are the only way in.",
            evidence(row, "IAMDatabaseAuthenticationEnabled", False),
        )
        yield found
        yield mended(
            context,
            found,
            modify(row, enable_iam_database_authentication=True),
            risk="None for sessions with a password; each login by token costs some CPU, so use it with a pool.",
            rollback=(modify(row, enable_iam_database_authentication=False),),
            template=desired(row, EnableIAMDatabaseAuthentication=True),
        )
