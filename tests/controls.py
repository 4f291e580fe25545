"""Ids of the lists that users compare our checks with, as read from their own publications in November 2026.

Security Hub: its documentation page of the controls for Amazon RDS (RDS.1 to RDS.51; no RDS.49) and for EC2. prowler: the folders of
`prowler/providers/aws/services/rds` and `…/ec2` in its repository.
"""

SECURITY_HUB = frozenset({f"RDS.{number}" for number in range(1, 52) if number != 49} | {"EC2.19"})
PROWLER = frozenset(
    f"prowler:{name}"
    for name in (
        "rds_cluster_backtrack_enabled",
        "rds_cluster_copy_tags_to_snapshots",
        "rds_cluster_critical_event_subscription",
        "rds_cluster_default_admin",
        "rds_cluster_deletion_protection",
        "rds_cluster_iam_authentication_enabled",
        "rds_cluster_integration_cloudwatch_logs",
        "rds_cluster_minor_version_upgrade_enabled",
        "rds_cluster_multi_az",
        "rds_cluster_non_default_port",
        "rds_cluster_protected_by_backup_plan",
        "rds_cluster_storage_encrypted",
        "rds_instance_backup_enabled",
        "rds_instance_certificate_expiration",
        "rds_instance_copy_tags_to_snapshots",
        "rds_instance_critical_event_subscription",
        "rds_instance_default_admin",
        "rds_instance_deletion_protection",
        "rds_instance_deprecated_engine_version",
        "rds_instance_enhanced_monitoring_enabled",
        "rds_instance_extended_support",
        "rds_instance_iam_authentication_enabled",
        "rds_instance_inside_vpc",
        "rds_instance_integration_cloudwatch_logs",
        "rds_instance_minor_version_upgrade_enabled",
        "rds_instance_multi_az",
        "rds_instance_no_public_access",
        "rds_instance_non_default_port",
        "rds_instance_protected_by_backup_plan",
        "rds_instance_storage_encrypted",
        "rds_instance_transport_encrypted",
        "rds_snapshots_encrypted",
        "rds_snapshots_public_access",
        "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306",
        "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432",
    )
)
KNOWN = SECURITY_HUB | PROWLER
NOT_CARRIED = {
    "RDS.18": "EC2-Classic is gone: every instance lies in a VPC",
    "RDS.19": "event subscriptions: the agent reads the events itself",
    "RDS.20": "event subscriptions: the agent reads the events itself",
    "RDS.21": "event subscriptions: the agent reads the events itself",
    "RDS.22": "event subscriptions: the agent reads the events itself",
    "RDS.23": "another port is no protection",
    "RDS.24": "a name of the administrator is no secret",
    "RDS.25": "a name of the administrator is no secret",
    "RDS.26": "AWS Backup is not read",
    "RDS.28": "tags are each user's own rule",
    "RDS.29": "tags are each user's own rule",
    "RDS.30": "tags are each user's own rule",
    "RDS.31": "tags are each user's own rule",
    "RDS.32": "tags are each user's own rule",
    "RDS.33": "tags are each user's own rule",
    "RDS.40": "SQL Server",
    "RDS.41": "SQL Server",
    "RDS.43": "RDS Proxy is read for what it blocks only",
    "RDS.45": "which statements are audited is each user's own rule",
}
"""Security Hub's controls that no check of ours stands for, and why."""
