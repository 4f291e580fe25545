"""The IAM policies: what the agent reads, what reading query texts needs besides, and (apart) what it publishes. Printed by `tunewright iam-policy`.

A test holds that the suite calls nothing outside them. No rds:Modify*, Reboot*, Failover*, Delete*: the agent changes no database.
"""

from typing import Any

READ = (
    "rds:DescribeCertificates",
    "rds:DescribeDBClusterEndpoints",
    "rds:DescribeDBClusterParameterGroups",
    "rds:DescribeDBClusterParameters",
    "rds:DescribeDBClusterSnapshotAttributes",
    "rds:DescribeDBClusterSnapshots",
    "rds:DescribeDBClusters",
    "rds:DescribeDBEngineVersions",
    "rds:DescribeDBInstances",
    "rds:DescribeDBMajorEngineVersions",
    "rds:DescribeDBParameterGroups",
    "rds:DescribeDBParameters",
    "rds:DescribeDBProxies",
    "rds:DescribeDBProxyTargets",
    "rds:DescribeDBRecommendations",
    "rds:DescribeDBSnapshotAttributes",
    "rds:DescribeDBSnapshots",
    "rds:DescribeDBSubnetGroups",
    "rds:DescribeEngineDefaultClusterParameters",
    "rds:DescribeEngineDefaultParameters",
    "rds:DescribeEvents",
    "rds:DescribeGlobalClusters",
    "rds:DescribeOrderableDBInstanceOptions",
    "rds:DescribePendingMaintenanceActions",
    "rds:DescribeReservedDBInstances",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAnomalyDetectors",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "cloudwatch:ListTagsForResource",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "kms:DescribeKey",
)
"""None of these takes a narrower resource for all that we ask."""
INSIGHTS = (
    "pi:DescribeDimensionKeys",
    "pi:GetDimensionKeyDetails",
    "pi:GetResourceMetadata",
    "pi:GetResourceMetrics",
)
OS_METRICS = ("logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents")
LOG_FILES = ("rds:DescribeDBLogFiles", "rds:DownloadDBLogFilePortion")
PRICES = ("pricing:GetProducts",)
LOGIN = ("rds-db:connect",)
SECRET = ("secretsmanager:GetSecretValue",)
ALARMS = (
    "cloudwatch:DeleteAlarms",
    "cloudwatch:PutCompositeAlarm",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
)
ANOMALIES = ("cloudwatch:DeleteAnomalyDetector", "cloudwatch:PutAnomalyDetector")
MAIL = ("ses:SendEmail", "ses:SendRawEmail")


def _allow(
    name: str, actions: tuple[str, ...], resource: str, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    more = {} if condition is None else {"Condition": condition}
    return {"Sid": name, "Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def read_policy(
    partition: str = "aws",
    account: str = "*",
    user: str = "tunewright",
    secret: str | None = None,
    roles: tuple[str, ...] = (),
    *,
    log_files: bool = False,
    prices: bool = False,
) -> dict[str, Any]:
    """What watching needs: for the agent's own role, and for the role that it assumes in another account."""
    arn = f"arn:{partition}"
    statements = [
        _allow("Configuration", READ, "*"),
        _allow("PerformanceInsights", INSIGHTS, f"{arn}:pi:*:{account}:metrics/rds/*"),
        _allow("EnhancedMonitoring", OS_METRICS, f"{arn}:logs:*:{account}:log-group:RDSOSMetrics:*"),
        _allow("Login", LOGIN, f"{arn}:rds-db:*:{account}:dbuser:*/{user}"),
    ]
    if log_files:
        statements.append(_allow("LogFiles", LOG_FILES, f"{arn}:rds:*:{account}:db:*"))
    if prices:
        statements.append(_allow("Prices", PRICES, "*"))
    if secret is not None:
        statements.append(_allow("Password", SECRET, secret))
    statements += [_allow(f"Account{number}", ("sts:AssumeRole",), role) for number, role in enumerate(roles, 1)]
    return {"Version": "2012-10-17", "Statement": statements}


def publish_policy(
    partition: str = "aws",
    account: str = "*",
    prefix: str = "tunewright",
    topic: str | None = None,
    sender: str | None = None,
) -> dict[str, Any]:
    """What `tunewright alarms apply`, own metrics, SNS and SES need: a role of its own, where one wants it."""
    arn = f"arn:{partition}"
    namespace = {"StringEquals": {"cloudwatch:namespace": "Tunewright"}}
    statements = [
        _allow("Alarms", ALARMS, f"{arn}:cloudwatch:*:{account}:alarm:{prefix}-*"),
        _allow("AnomalyBands", ANOMALIES, "*"),
        _allow("OwnMetrics", ("cloudwatch:PutMetricData",), "*", namespace),
    ]
    if topic is not None:
        statements.append(_allow("Topic", ("sns:Publish",), topic))
    if sender is not None:
        statements.append(_allow("Mail", MAIL, f"{arn}:ses:*:{account}:identity/{sender}"))
    return {"Version": "2012-10-17", "Statement": statements}


def actions(*policies: dict[str, Any]) -> frozenset[str]:
    """Every action that the policies allow."""
    return frozenset(action for policy in policies for one in policy["Statement"] for action in one["Action"])
