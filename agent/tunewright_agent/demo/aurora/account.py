"""Builds the simulated account: in moto what moto has, by substitutes what it lacks. Use inside moto's mock_aws.

`Account.substitute.make` gives the sessions for Door(make=…).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3

from tunewright_agent.demo.aurora import answers, story
from tunewright_agent.demo.aurora.cloudwatch import CloudWatch
from tunewright_agent.demo.aurora.estate import ACCOUNT, AWAY, HOME, Cluster, Member, Row, estate
from tunewright_agent.demo.aurora.substitute import Substitute

PASSWORD = "correct-horse-battery"  # noqa: S105  # of clusters that exist in moto only
ZONES = {HOME: ("a", "b", "c"), AWAY: ("a", "b")}


@dataclass(slots=True)
class Account:
    """The account at a time. `now` moves on for CloudWatch; facts such as certificates are dated from `built_at`."""

    built_at: datetime
    cloudwatch: CloudWatch
    substitute: Substitute = field(default_factory=Substitute)
    clusters: tuple[Cluster, ...] = ()
    _groups: dict[tuple[str, str], str] = field(default_factory=dict)

    def build(self) -> "Account":
        """Make all of it."""
        self.clusters = estate(self.built_at)
        for region in (HOME, AWAY):
            self._network(region)
        for name in ("world", "moon"):
            boto3.client("rds", region_name=HOME).create_global_cluster(
                GlobalClusterIdentifier=name, Engine="aurora-postgresql", EngineVersion="16.9", DeletionProtection=True
            )
        for cluster in self.clusters:
            self._cluster(cluster)
        self._snapshots()
        self._os_metrics()
        self._overlay()
        answers.install(self.substitute, self.clusters, self.built_at)
        story.tell(self.cloudwatch, self.clusters, self.built_at)
        self.cloudwatch.install(self.substitute)
        return self

    def _network(self, region: str) -> None:
        """A VPC with private subnets in each zone, public ones in the first, a closed and an open security group."""
        ec2, rds = boto3.client("ec2", region_name=region), boto3.client("rds", region_name=region)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        zones = {"private": ZONES[region], "public": ("a", "a")}
        for number, (name, letters) in enumerate(zones.items()):
            subnets = [
                ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number * 10 + place}.0/24", AvailabilityZone=f"{region}{letter}")["Subnet"]["SubnetId"]
                for place, letter in enumerate(letters)
            ]  # fmt: skip
            if name == "public":
                for subnet in subnets:
                    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
            rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=subnets)
        for name, networks in (("closed", "10.0.0.0/16"), ("open", "0.0.0.0/0")):
            group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
            rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": networks}]}
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
            self._groups[(region, name)] = group

    def _cluster(self, cluster: Cluster) -> None:
        rds = boto3.client("rds", region_name=cluster.region)
        if cluster.engine == "postgres":
            self._alone(rds, cluster)
            return
        more: Row = {} if cluster.global_cluster is None else {"GlobalClusterIdentifier": cluster.global_cluster}
        rds.create_db_cluster(
            DBClusterIdentifier=cluster.name, Engine=cluster.engine, EngineVersion=cluster.version, MasterUsername="root",
            MasterUserPassword=PASSWORD, DBSubnetGroupName=cluster.subnet_group,
            VpcSecurityGroupIds=[self._groups[(cluster.region, cluster.security_group)]], **more, **cluster.make,
        )  # fmt: skip
        for member in cluster.members:
            rds.create_db_instance(
                DBInstanceIdentifier=member.name, DBClusterIdentifier=cluster.name, DBInstanceClass=member.kind,
                Engine=cluster.engine, AvailabilityZone=member.zone, PromotionTier=member.tier,
            )  # fmt: skip

    def _alone(self, rds: Any, cluster: Cluster) -> None:
        member = cluster.members[0]
        rds.create_db_instance(
            DBInstanceIdentifier=member.name, DBInstanceClass=member.kind, Engine=cluster.engine, EngineVersion=cluster.version,
            AllocatedStorage=100, MasterUsername="root", MasterUserPassword=PASSWORD, DBSubnetGroupName=cluster.subnet_group,
            VpcSecurityGroupIds=[self._groups[(cluster.region, cluster.security_group)]],
        )  # fmt: skip

    @staticmethod
    def _snapshots() -> None:
        """One manual snapshot of `shop`, shared with everybody."""
        rds = boto3.client("rds", region_name=HOME)
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="shop-before-release", DBClusterIdentifier="shop")
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier="shop-before-release", AttributeName="restore", ValuesToAdd=["all"]
        )

    def _os_metrics(self) -> None:
        """A reading of Enhanced Monitoring for each member that has it on."""
        for region in (HOME, AWAY):
            logs = boto3.client("logs", region_name=region)
            logs.create_log_group(logGroupName="RDSOSMetrics")
            here = [(cluster, one) for cluster in self.clusters if cluster.region == region for one in cluster.members]
            for cluster, member in here:
                if member.fields.get("MonitoringInterval"):
                    stream = resource_id(member.name)
                    logs.create_log_stream(logGroupName="RDSOSMetrics", logStreamName=stream)
                    event = {
                        "timestamp": int(self.built_at.timestamp() * 1000),
                        "message": answers.os_document(member.name, is_aurora=cluster.engine.startswith("aurora")),
                    }
                    logs.put_log_events(logGroupName="RDSOSMetrics", logStreamName=stream, logEvents=[event])

    def _overlay(self) -> None:
        """Fields that moto's rows lack, put over them as the answers are parsed."""
        clusters = {one.name: one for one in self.clusters if one.engine != "postgres"}
        members = {member.name: (one, member) for one in self.clusters for member in one.members}

        def of_clusters(parsed: Row, **_: Any) -> None:
            for row in parsed.get("DBClusters", ()):
                cluster = clusters.get(row["DBClusterIdentifier"])
                if cluster is not None:
                    _over_cluster(row, cluster)

        def of_instances(parsed: Row, **_: Any) -> None:
            for row in parsed.get("DBInstances", ()):
                if row["DBInstanceIdentifier"] in members:
                    _over_member(row, *members[row["DBInstanceIdentifier"]])

        def of_global(parsed: Row, **_: Any) -> None:
            for row in parsed.get("GlobalClusters", ()):
                _over_global(row)

        def of_snapshots(parsed: Row, **_: Any) -> None:
            for row in parsed.get("DBClusterSnapshots", ()):
                row |= {"StorageEncrypted": row["DBClusterIdentifier"] != "shop"}

        self.substitute.handlers += [
            ("after-call.rds.DescribeDBClusters", of_clusters),
            ("after-call.rds.DescribeDBInstances", of_instances),
            ("after-call.rds.DescribeGlobalClusters", of_global),
            ("after-call.rds.DescribeDBClusterSnapshots", of_snapshots),
        ]


def _over_cluster(row: Row, cluster: Cluster) -> None:
    tiers = {member.name: member for member in cluster.members}
    row |= {
        **cluster.fields,
        **({"DBClusterParameterGroup": cluster.parameter_group} if cluster.parameter_group else {}),
    }
    row["ReplicationSourceIdentifier"] = (
        "" if cluster.region == HOME else f"arn:aws:rds:{HOME}:{ACCOUNT}:cluster:orders"
    )
    if cluster.global_cluster is not None:
        row["GlobalClusterIdentifier"] = cluster.global_cluster
    for one in row.get("DBClusterMembers", ()):
        member = tiers[one["DBInstanceIdentifier"]]
        one |= {"PromotionTier": member.tier, "DBClusterParameterGroupStatus": member.parameter_status}
        if cluster.region == AWAY:  # a secondary has no writer
            one["IsClusterWriter"] = False


def _over_member(row: Row, cluster: Cluster, member: Member) -> None:
    row |= {**member.fields, "DbiResourceId": resource_id(member.name), "PromotionTier": member.tier}
    row |= {"EngineVersion": cluster.version, "AvailabilityZone": member.zone}
    if member.parameter_group is not None:
        row["DBParameterGroups"] = [{"DBParameterGroupName": member.parameter_group, "ParameterApplyStatus": member.parameter_status}]  # fmt: skip


def _over_global(row: Row) -> None:
    """moto knows the primary's Region only. `moon` has lost its secondary."""
    known = [dict(one) for one in row.get("GlobalClusterMembers", ()) if f":{HOME}:" in one["DBClusterArn"]]
    name, state = (
        ("orders-us", "connected") if row["GlobalClusterIdentifier"] == "world" else ("museum-us", "pending-resync")
    )
    secondary = {
        "DBClusterArn": f"arn:aws:rds:{AWAY}:{ACCOUNT}:cluster:{name}",
        "Readers": [],
        "SynchronizationStatus": state,
    }
    for one in known:
        one |= {"IsWriter": True, "SynchronizationStatus": "connected"}
    row["GlobalClusterMembers"] = [*known, secondary | {"IsWriter": False}]


def resource_id(member: str) -> str:
    """What Performance Insights and Enhanced Monitoring know a member by; moto gives all the same."""
    return f"db-{member.upper()}"


def account(now: datetime, clock: Callable[[], datetime]) -> Account:
    """An account built at `now`; `clock` says what time CloudWatch has."""
    return Account(now, CloudWatch(clock)).build()
