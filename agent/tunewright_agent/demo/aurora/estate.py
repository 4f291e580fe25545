"""What stands in the simulated account: clusters full of posture faults beside sound ones. Data only; account.py builds it.

`shop` is wrong in every way that a cluster can be; `orders` is the same cluster mended, with a secondary in another Region, and must be
found to have nothing of the kind; the rest show what only a serverless, a MySQL, a stand-alone or an idle one can have.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
HOME, AWAY = "us-east-1", "eu-west-1"
ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"

KEY_OF_AWS = f"arn:aws:kms:{HOME}:{ACCOUNT}:key/99999999-2222-3333-4444-555555555555"


@dataclass(frozen=True, slots=True)
class Member:
    """One instance: what moto makes of it, and `fields` that stand over its row."""

    name: str
    kind: str
    zone: str
    tier: int = 1
    parameter_group: str | None = None
    parameter_status: str = "in-sync"
    fields: Row = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster; of a stand-alone instance `engine` is `postgres` and it is its only member."""

    name: str
    engine: str
    version: str
    members: tuple[Member, ...]
    region: str = HOME
    make: Row = field(default_factory=dict)
    """For CreateDBCluster."""
    fields: Row = field(default_factory=dict)
    subnet_group: str = "private"
    security_group: str = "closed"
    parameter_group: str | None = None
    global_cluster: str | None = None


def _sound(now: datetime) -> tuple[Row, Row]:
    """Fields of a cluster and of a member that nothing is wrong with."""
    cluster = {
        "StorageEncrypted": True, "KmsKeyId": KEY, "IAMDatabaseAuthenticationEnabled": True, "DeletionProtection": True,
        "CopyTagsToSnapshot": True, "AutoMinorVersionUpgrade": True, "BackupRetentionPeriod": 14, "MultiAZ": True,
        "EnabledCloudwatchLogsExports": ["postgresql"], "PerformanceInsightsEnabled": True, "MonitoringInterval": 60,
        "DatabaseInsightsMode": "advanced", "ClusterCreateTime": now - timedelta(days=400),
        "EarliestRestorableTime": now - timedelta(days=14), "LatestRestorableTime": now - timedelta(minutes=3),
        "StorageType": "aurora",
    }  # fmt: skip
    member = {
        "StorageEncrypted": True, "KmsKeyId": KEY, "IAMDatabaseAuthenticationEnabled": True, "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": True, "CopyTagsToSnapshot": True, "BackupRetentionPeriod": 14,
        "PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 465, "MonitoringInterval": 60,
        "DatabaseInsightsMode": "advanced", "EnabledCloudwatchLogsExports": ["postgresql"],
        "CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": now + timedelta(days=900)},
        "InstanceCreateTime": now - timedelta(days=400), "LatestRestorableTime": now - timedelta(minutes=3),
    }  # fmt: skip
    return cluster, member


def estate(now: datetime) -> tuple[Cluster, ...]:
    """All of it."""
    well, fine = _sound(now)
    faulty = {
        "StorageEncrypted": False, "IAMDatabaseAuthenticationEnabled": False, "DeletionProtection": False,
        "CopyTagsToSnapshot": False, "BackupRetentionPeriod": 1, "MultiAZ": False, "EnabledCloudwatchLogsExports": [],
        "PerformanceInsightsEnabled": False, "MonitoringInterval": 0, "DatabaseInsightsMode": "standard",
        "EarliestRestorableTime": now - timedelta(days=1), "LatestRestorableTime": now - timedelta(minutes=50),
    }  # fmt: skip
    bad = fine | {
        "StorageEncrypted": False, "IAMDatabaseAuthenticationEnabled": False, "PubliclyAccessible": True,
        "AutoMinorVersionUpgrade": False, "CopyTagsToSnapshot": False, "BackupRetentionPeriod": 1,
        "PerformanceInsightsEnabled": False, "MonitoringInterval": 0, "DatabaseInsightsMode": "standard",
        "EnabledCloudwatchLogsExports": [],
        "CertificateDetails": {"CAIdentifier": "rds-ca-2019", "ValidTill": now + timedelta(days=12)},
    }  # fmt: skip
    zone = f"{HOME}a"
    shop = Cluster(
        "shop", "aurora-postgresql", "13.12",
        (
            Member("shop-1", "db.r5.xlarge", zone, 0, "shop-13", "pending-reboot", bad),
            Member("shop-2", "db.r5.large", zone, 0, "shop-13", fields=bad),
            Member("shop-3", "db.r5.xlarge", zone, 1, "odd-13", fields=bad),
            Member("shop-4", "db.r5.xlarge", zone, 1, "shop-13", fields=bad),
        ),
        fields=well | faulty, subnet_group="public", security_group="open", parameter_group="shop-cluster-13",
    )  # fmt: skip
    orders = Cluster(
        "orders", "aurora-postgresql", "16.9",
        tuple(Member(f"orders-{n}", "db.r8g.xlarge", f"{HOME}{'abc'[n - 1]}", n - 1, "orders-16", fields=fine) for n in (1, 2, 3)),
        fields=well, parameter_group="orders-cluster-16", global_cluster="world",
    )  # fmt: skip
    away = Cluster(
        "orders-us", "aurora-postgresql", "16.9",
        tuple(Member(f"orders-us-{n}", "db.r8g.xlarge", f"{AWAY}{'ab'[n - 1]}", n - 1, "orders-16", fields=fine) for n in (1, 2)),
        region=AWAY, fields=well, parameter_group="orders-cluster-16", global_cluster="world",
    )  # fmt: skip
    nap = Cluster(
        "nap", "aurora-postgresql", "16.9",
        tuple(Member(f"nap-{n}", "db.serverless", f"{HOME}{'ab'[n - 1]}", n - 1, "orders-16", fields=fine) for n in (1, 2)),
        make={"ServerlessV2ScalingConfiguration": {"MinCapacity": 0, "MaxCapacity": 8}},
        fields=well, parameter_group="orders-cluster-16",
    )  # fmt: skip
    burst = Cluster(
        "burst", "aurora-postgresql", "16.9",
        tuple(Member(f"burst-{n}", "db.serverless", f"{HOME}{'ab'[n - 1]}", n - 1, "orders-16", fields=fine) for n in (1, 2)),
        make={"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4}},
        fields=well, parameter_group="orders-cluster-16",
    )  # fmt: skip
    museum = Cluster(
        "museum", "aurora-postgresql", "16.9",
        tuple(Member(f"museum-{n}", "db.r8g.2xlarge", f"{HOME}{'ab'[n - 1]}", n - 1, "orders-16", fields=fine) for n in (1, 2)),
        fields=well, parameter_group="orders-cluster-16", global_cluster="moon",
    )  # fmt: skip
    attic = Cluster("attic", "aurora-postgresql", "16.9", (), fields=well, parameter_group="orders-cluster-16")
    cart = Cluster(
        "cart", "aurora-mysql", "8.0.mysql_aurora.3.08.0",
        tuple(Member(f"cart-{n}", "db.r8g.large", f"{HOME}{'ab'[n - 1]}", n - 1, fields=fine) for n in (1, 2)),
        fields=well | {"BacktrackWindow": 0, "KmsKeyId": KEY_OF_AWS, "EnabledCloudwatchLogsExports": ["audit", "error", "slowquery"]},
    )  # fmt: skip
    alone = fine | {"DeletionProtection": True, "MultiAZ": True, "StorageType": "gp3", "AllocatedStorage": 100}
    till = Cluster(
        "till", "postgres", "16.9",
        (Member("till", "db.m7g.large", zone, fields=alone),),
    )  # fmt: skip
    return shop, orders, away, nap, burst, museum, attic, cart, till
