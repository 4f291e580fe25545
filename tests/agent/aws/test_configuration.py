"""The sources of the RDS and EC2 APIs: each call fills one section; what is denied costs only itself."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from aws_account import REGION, Hooks, make_cluster
from tunewright_agent.latest import Latest
from tunewright_agent.pipeline import collect
from tunewright_agent.sources.aws.reader import PACKAGE, Reader, Target, version_number
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.source import Unavailable, discover
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances, ClusterEndpoints, GlobalClusters, Proxies
from tunewright_analyzers.facts.cloud_backup import CloudSnapshots, SnapshotShares
from tunewright_analyzers.facts.cloud_cost import Reservations
from tunewright_analyzers.facts.cloud_lifecycle import (
    Certificates,
    ClassOffers,
    CloudAdvices,
    EngineLifecycles,
    EngineVersions,
    PendingMaintenance,
)
from tunewright_analyzers.facts.cloud_network import ClassNetworks, SecurityGroups, SubnetGroups, SubnetRoutes
from tunewright_analyzers.facts.cloud_parameters import EngineDefaults, ParameterGroups
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Section, SectionT

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WHEN = datetime(2027, 1, 31, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("account")


def reader(hooks: Hooks, name: str = "shop", *, is_cluster: bool = True, shared: bool = False) -> Reader:
    return Reader(Door(Limits(attempts=1), make=hooks.make), Target(name, Place(REGION), is_cluster, shared))


def read(one: Reader, source: str, kind: type[SectionT]) -> SectionT:
    (found,) = [candidate for candidate in discover(PACKAGE) if candidate.name == source]
    (section,) = found.collect(one, NOW).sections
    assert isinstance(section, kind)
    return section


def cluster_arn(name: str = "shop") -> str:
    return f"arn:aws:rds:{REGION}:123456789012:cluster:{name}"


def test_a_cluster_and_its_members(hooks: Hooks) -> None:
    make_cluster(
        boto3.client("rds"),
        "shop",
        3,
        BackupRetentionPeriod=14,
        DeletionProtection=True,
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 16},
        Tags=[{"Key": "team", "Value": "retail"}],
    )
    one = reader(hooks)
    (row,) = read(one, "clusters", CloudClusters).rows
    assert (row.identifier, row.arn, row.region) == ("shop", cluster_arn(), REGION)
    assert (row.engine, row.engine_version, row.storage_type) == ("aurora-postgresql", "15.4", "aurora")
    assert row.backup_retention_days == 14
    assert row.has_deletion_protection
    assert (row.is_encrypted, row.kms_key) == (False, None)
    assert row.writer is not None
    assert row.writer.instance == "shop-1"
    assert [member.is_writer for member in row.members] == [True, False, False]
    assert row.tags == (("team", "retail"),)
    assert row.scaling is not None
    assert (row.scaling.min_acu, row.scaling.max_acu) == (0.5, 16)
    members = read(one, "instances", CloudInstances).rows
    assert [member.identifier for member in members] == ["shop-1", "shop-2", "shop-3"]
    assert all(member.cluster == "shop" and member.resource_id.startswith("db-") for member in members)
    assert one.server.engine is Engine.POSTGRESQL
    assert one.server.version == 150004


def test_a_stand_alone_instance(hooks: Hooks) -> None:
    boto3.client("rds").create_db_instance(
        DBInstanceIdentifier="till", DBInstanceClass="db.t4g.micro", Engine="postgres", EngineVersion="16.3",
        AllocatedStorage=20, MasterUsername="root", MasterUserPassword="correct-horse-1", StorageEncrypted=True,
    )  # fmt: skip
    one = reader(hooks, "till", is_cluster=False)
    assert read(one, "clusters", CloudClusters).rows == ()
    (row,) = read(one, "instances", CloudInstances).rows
    assert (row.identifier, row.cluster, row.allocated_gib, row.is_encrypted) == ("till", None, 20, True)
    assert read(one, "endpoints", ClusterEndpoints).rows == ()
    with pytest.raises(Unavailable, match="there is no instance gone"):
        reader(hooks, "gone", is_cluster=False).instances()


@pytest.mark.parametrize(
    ("engine", "text", "number"),
    [
        (Engine.POSTGRESQL, "15.4", 150004),
        (Engine.POSTGRESQL, "9.6.22", 90006),
        (Engine.MYSQL, "8.0.mysql_aurora.3.08.0", 80000),
        (Engine.MYSQL, "8.0.36", 80036),
        (Engine.MARIADB, "10.11.18", 101118),
        (Engine.MYSQL, "unknown", 0),
    ],
)
def test_versions_are_the_engines_own_numbers(engine: Engine, text: str, number: int) -> None:
    assert version_number(engine, text) == number


def test_endpoints(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop")
    rows = [
        {"DBClusterIdentifier": "shop", "Endpoint": "a", "EndpointType": "WRITER", "Status": "available"},
        {"DBClusterIdentifier": "shop", "Endpoint": "b", "EndpointType": "CUSTOM", "CustomEndpointType": "READER",
         "DBClusterEndpointIdentifier": "reports", "StaticMembers": ["shop-2"], "Status": "available"},
        {"DBClusterIdentifier": "other", "Endpoint": "c", "EndpointType": "WRITER", "Status": "available"},
    ]  # fmt: skip
    hooks.pages("rds", "DescribeDBClusterEndpoints", "DBClusterEndpoints", lambda _: rows, 1)
    found = read(reader(hooks), "endpoints", ClusterEndpoints).rows
    assert [(row.kind, row.address, row.static_members) for row in found] == [
        ("WRITER", "a", ()),
        ("CUSTOM", "b", ("shop-2",)),
    ]


def test_global_clusters(hooks: Hooks) -> None:
    client = boto3.client("rds")
    client.create_global_cluster(GlobalClusterIdentifier="world", Engine="aurora-postgresql")
    client.create_global_cluster(GlobalClusterIdentifier="other", Engine="aurora-postgresql")
    make_cluster(client, "shop", 1, GlobalClusterIdentifier="world")
    (row,) = read(reader(hooks), "global_clusters", GlobalClusters).rows
    assert row.identifier == "world"
    assert [(member.cluster_arn, member.region) for member in row.members] == [(cluster_arn(), REGION)]


def test_proxies(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    hooks.pages(
        "rds",
        "DescribeDBProxies",
        "DBProxies",
        lambda _: [{"DBProxyName": "front", "RequireTLS": True}, {"DBProxyName": "side"}],
        1,
    )
    targets = {
        "front": [{"TrackedClusterId": "shop"}, {"RdsResourceId": "shop-1"}],
        "side": [{"TrackedClusterId": "x"}],
    }
    hooks.pages("rds", "DescribeDBProxyTargets", "Targets", lambda asked: targets[asked["DBProxyName"]], 5)
    (row,) = read(reader(hooks), "proxies", Proxies).rows
    assert (row.name, row.targets, row.requires_tls) == ("front", ("shop", "shop-1"), True)


def test_security_groups_and_the_ways_out_of_the_subnets(hooks: Hooks) -> None:
    ec2, rds = boto3.client("ec2"), boto3.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = (f"{REGION}a", f"{REGION}b")
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for number, zone in enumerate(zones)
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
    group = ec2.create_security_group(GroupName="db", Description="db", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    rds.create_db_subnet_group(DBSubnetGroupName="db", DBSubnetGroupDescription="db", SubnetIds=subnets)
    make_cluster(rds, "shop", 1, VpcSecurityGroupIds=[group], DBSubnetGroupName="db")
    one = reader(hooks)
    (found,) = [row for row in read(one, "security_groups", SecurityGroups).rows if row.identifier == group]
    assert [(rule.networks, rule.covers(5432), rule.covers(22)) for rule in found.ingress] == [
        (("0.0.0.0/0",), True, False)
    ]
    groups = {row.group_name: row for row in read(one, "subnet_groups", SubnetGroups).rows}
    assert sorted(subnet.zone for subnet in groups["db"].subnets) == list(zones)
    ways = {row.subnet: row.internet_gateway for row in read(one, "subnet_routes", SubnetRoutes).rows}
    assert {subnet: ways[subnet] for subnet in subnets} == {subnets[0]: gateway, subnets[1]: None}


def test_snapshots_and_with_whom_they_are_shared(hooks: Hooks) -> None:
    client = boto3.client("rds")
    make_cluster(client, "shop", 1)
    make_cluster(client, "other", 1)
    for name, cluster in (("mine", "shop"), ("theirs", "other")):
        client.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=cluster)
    client.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="mine", AttributeName="restore", ValuesToAdd=["all"]
    )
    one = reader(hooks, shared=True)
    rows = read(one, "snapshots", CloudSnapshots).rows
    assert {row.origin for row in rows} == {"shop"}  # moto takes an automated one of each cluster too
    (row,) = [row for row in rows if row.kind == "manual"]
    assert (row.identifier, row.origin, row.kind) == ("mine", "shop", "manual")
    (share,) = read(one, "snapshot_shares", SnapshotShares).rows
    assert (share.snapshot, share.accounts) == ("mine", ("all",))


def test_a_parameter_group_of_four_hundred_entries_is_read_whole(hooks: Hooks) -> None:
    client = boto3.client("rds")
    client.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="ours", DBParameterGroupFamily="aurora-postgresql15", Description="ours"
    )
    make_cluster(client, "shop", 1, DBClusterParameterGroupName="ours")
    rows = [{"ParameterName": f"p{number:03}", "ParameterValue": str(number), "Source": "user" if number == 399 else "system",
             "ApplyType": "static", "ApplyMethod": "pending-reboot", "IsModifiable": True} for number in range(400)]  # fmt: skip
    hooks.pages("rds", "DescribeDBClusterParameters", "Parameters", lambda _: rows, 100)
    hooks.pages("rds", "DescribeDBParameters", "Parameters", lambda _: rows[:3], 100)
    hooks.answer(
        "rds",
        "DescribeDBParameterGroups",
        lambda _: {"DBParameterGroups": [{"DBParameterGroupFamily": "aurora-postgresql15"}]},
    )
    one = reader(hooks)
    groups = read(one, "parameter_groups", ParameterGroups)
    group = groups.get("ours", of_cluster=True)
    assert group is not None
    assert (group.family, len(group.parameters)) == ("aurora-postgresql15", 400)
    last = group.get("p399")
    assert last is not None
    assert (last.value, last.source, last.apply_type, last.apply_method) == ("399", "user", "static", "pending-reboot")
    assert one.door.calls.bill().requests[("rds:DescribeDBClusterParameters", REGION)] == 4


def test_engine_defaults_are_followed_over_pages(hooks: Hooks) -> None:
    client = boto3.client("rds")
    make_cluster(client, "shop", 1)
    family = {"DBParameterGroupFamily": "aurora-postgresql15"}
    hooks.answer("rds", "DescribeDBParameterGroups", lambda _: {"DBParameterGroups": [family]})
    hooks.answer("rds", "DescribeDBClusterParameterGroups", lambda _: {"DBClusterParameterGroups": [family]})
    hooks.answer("rds", "DescribeEngineDefaultParameters", lambda _: {"EngineDefaults": family | {"Parameters": []}})

    def paged(asked: dict[str, Any]) -> dict[str, Any]:
        second = asked.get("Marker") == "2"
        rows = [{"ParameterName": "b"}] if second else [{"ParameterName": "a", "ParameterValue": "1"}]
        return {"EngineDefaults": {"Parameters": rows} | ({} if second else {"Marker": "2"})}

    hooks.answer("rds", "DescribeEngineDefaultClusterParameters", paged)
    found = read(reader(hooks), "engine_defaults", EngineDefaults).get("aurora-postgresql15", of_cluster=True)
    assert found is not None
    assert found.values == (("a", "1"), ("b", None))


def test_versions_lifecycles_and_classes_on_offer(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    version = {"Engine": "aurora-postgresql", "EngineVersion": "15.4"}
    target = {"EngineVersion": "16.6", "IsMajorVersionUpgrade": True, "AutoUpgrade": False}
    hooks.answer(
        "rds",
        "DescribeDBEngineVersions",
        lambda _: {"DBEngineVersions": [version | {"Status": "deprecated", "ValidUpgradeTarget": [target]}]},
    )
    lives = [
        {"LifecycleSupportName": "open-source-rds-standard-support", "LifecycleSupportEndDate": NOW},
        {"LifecycleSupportName": "open-source-rds-extended-support", "LifecycleSupportEndDate": WHEN},
    ]
    hooks.answer(
        "rds",
        "DescribeDBMajorEngineVersions",
        lambda _: {
            "DBMajorEngineVersions": [
                {"Engine": "aurora-postgresql", "MajorEngineVersion": "15", "SupportedEngineLifecycles": lives}
            ]
        },
    )
    offer = version | {"DBInstanceClass": "db.r8g.large"}
    hooks.pages("rds", "DescribeOrderableDBInstanceOptions", "OrderableDBInstanceOptions", lambda _: [offer, offer], 1)
    one = reader(hooks)
    found = read(one, "engine_versions", EngineVersions).get("aurora-postgresql", "15.4")
    assert found is not None
    assert (found.status, [target.version for target in found.targets]) == ("deprecated", ["16.6"])
    (life,) = read(one, "engine_lifecycles", EngineLifecycles).rows
    assert (life.major, life.standard_until, life.extended_until) == ("15", NOW, WHEN)
    assert [row.instance_class for row in read(one, "class_offers", ClassOffers).rows] == ["db.r8g.large"]


def test_maintenance_certificates_advice_and_reservations(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 2)
    detail = {"Action": "system-update", "Description": "New OS", "ForcedApplyDate": WHEN}
    waiting = [
        {"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": [detail]}
        for arn in (cluster_arn(), cluster_arn("x"))
    ]
    hooks.pages("rds", "DescribePendingMaintenanceActions", "PendingMaintenanceActions", lambda _: waiting, 1)
    hooks.answer(
        "rds",
        "DescribeCertificates",
        lambda _: {"Certificates": [{"CertificateIdentifier": "rds-ca-rsa2048-g1", "ValidTill": WHEN}]},
    )
    advice = {"RecommendationId": "1", "TypeId": "config_recommendation::x", "Severity": "medium", "Status": "active"}
    both = [advice | {"ResourceArn": cluster_arn()}, advice | {"ResourceArn": cluster_arn("x")}]
    hooks.pages("rds", "DescribeDBRecommendations", "DBRecommendations", lambda _: both, 1)
    reserved = {"ReservedDBInstanceId": "r", "DBInstanceClass": "db.r6g.large", "DBInstanceCount": 2, "State": "active",
                "ProductDescription": "aurora-postgresql", "StartTime": NOW, "Duration": 86400}  # fmt: skip
    hooks.answer("rds", "DescribeReservedDBInstances", lambda _: {"ReservedDBInstances": [reserved]})
    one = reader(hooks)
    (action,) = read(one, "pending_maintenance", PendingMaintenance).rows
    assert (action.resource, action.action, action.forced_at) == ("shop", "system-update", WHEN)
    assert [row.valid_till for row in read(one, "certificates", Certificates).rows] == [WHEN]
    assert [(row.kind, row.resource) for row in read(one, "advices", CloudAdvices).rows] == [
        ("config_recommendation::x", "shop")
    ]
    reservations = read(one, "reservations", Reservations)
    assert [(row.instance_class, row.count) for row in reservations.rows] == [("db.r6g.large", 2)]
    assert reservations.running == (("db.r6g.large", "aurora-postgresql", 2),)


@pytest.mark.slow
def test_what_the_network_of_a_class_carries_is_that_of_the_ec2_type_of_its_name(hooks: Hooks) -> None:
    """moto answers from AWS's own list of instance types."""
    client = boto3.client("rds")
    make_cluster(client, "shop", 2)
    for name, kind in (("shop-3", "db.serverless"), ("shop-4", "db.r99g.large")):
        given = {"DBInstanceIdentifier": name, "DBInstanceClass": kind, "Engine": "aurora-postgresql"}
        client.create_db_instance(DBClusterIdentifier="shop", **given)
    networks = read(reader(hooks), "class_networks", ClassNetworks)
    (row,) = networks.rows
    assert (row.instance_class, row.sustained_bytes_per_second, row.peak_bytes_per_second) == (
        "db.r6g.large",
        0.75e9 / 8,
        10e9 / 8,
    )
    assert networks.get("db.r99g.large") is None


def test_one_denied_action_leaves_a_gap_in_its_own_section_only(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    hooks.fail("rds", "DescribeDBClusterSnapshots", "AccessDenied", 403)
    one, latest = reader(hooks), Latest(ClusterId("shop"), InstanceId("aws"))
    wanted = {"clusters", "instances", "snapshots", "global_clusters"}
    for source in discover(PACKAGE):
        if source.name in wanted:
            with one.within(source.deadline_seconds):
                collect(source, one, latest, lambda: NOW)
    snapshot = latest.snapshot()
    kinds: list[type[Section]] = [CloudClusters, CloudInstances, GlobalClusters]
    assert all(snapshot.section(kind) is not None for kind in kinds)
    assert snapshot.section(CloudSnapshots) is None
    (gap,) = snapshot.gaps
    assert gap.sections == ("cloud_snapshots",)
    assert "rds:DescribeDBClusterSnapshots" in gap.reason
    assert gap.mend is not None
    assert "rds:DescribeDBClusterSnapshots" in gap.mend


def test_every_source_has_a_name_of_its_own_and_fills_one_section() -> None:
    found = discover(PACKAGE)
    assert len({source.name for source in found}) == len(found) >= 18
    assert all(len(source.sections) == 1 for source in found)
