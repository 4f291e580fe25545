"""The lines that mend are run as they stand: each finding goes, the ledger says applied; the rollback is run, and it is back and reverted.

The AWS CLI is not needed: tests/aws_cli.py reads a line by botocore's own models, boto3 sends it to moto. What moto does not model stays in
the cases of tests/analyzers, where each line is held against the same models.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

import aws_cli
from aws_account import PASSWORD, Hooks
from tunewright_agent.config.settings import HistorySettings
from tunewright_agent.fleet import CLOUD
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import FOLLOWED, Entry, Life
from tunewright_agent.history.store import History
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Fault, Remembered, window_at
from tunewright_agent.pipeline import Rules, collect, judge
from tunewright_agent.sources.aws.reader import PACKAGE, Reader, Target
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.source import discover
from tunewright_agent.wiring import history_of
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Engine, View

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
REGION = "us-east-1"
SOURCES = {
    "clusters", "instances", "parameter_groups", "security_groups", "snapshots", "snapshot_shares", "global_clusters", "proxies", "prices",
}  # fmt: skip
NOT_OF_CLUSTERS = {"security/iam_authentication_off", "security/logs_not_exported"}
"""ModifyDBCluster takes these in AWS and not in moto (ModifyDBInstance does in both): there the stand-alone instance is the proof."""
pytestmark = pytest.mark.usefixtures("account")


class Stage:
    """One target in moto, read and judged as the daemon does."""

    def __init__(self, hooks: Hooks, history: History, name: str, *, is_cluster: bool) -> None:
        self.name, self.now, self._seconds = ClusterId(name), START, 0.0
        door = Door(Limits(attempts=1), make=hooks.make, monotonic=lambda: self._seconds)
        self.reader = Reader(door, Target(name, Place(REGION), is_cluster))
        self.latest = Latest(self.name, CLOUD, Engine.POSTGRESQL, View.CLOUD)
        self.history, self.memory = history, Remembered(history, self.name, CLOUD, Fault())

    def look(self) -> None:
        """Read all and judge, two hours later."""
        self.now, self._seconds = self.now + timedelta(hours=2), self._seconds + 7200
        for source in discover(PACKAGE):
            if source.name in SOURCES:
                collect(source, self.reader, self.latest, lambda: self.now)
        assert self.latest.snapshot().gaps == ()
        window = window_at(self.latest.snapshot(), self.memory, 3600, self.now)
        self.memory.judged(judge(window, Rules(), self.now), window)
        assert self.memory.fault.text is None, self.memory.fault.text

    def open(self) -> list[Entry]:
        """What is advised now."""
        return [one for one in Ledger(self.history.database).entries(self.name) if one.state(self.now) is Life.OPEN]

    def entry(self, identity: str) -> Entry:
        return Ledger(self.history.database).find(identity)


def send(lines: tuple[str, ...]) -> None:
    """As the AWS CLI would."""
    for line in lines:
        service, method, parameters, region = aws_cli.call(line)
        getattr(boto3.client(service, region_name=region), method)(**parameters)


def network() -> str:
    """A security group that lets everybody in on PostgreSQL's port."""
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group: str = ec2.create_security_group(GroupName="open", Description="open", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    return group


def aurora() -> None:
    """A cluster of two with every fault that moto can have."""
    rds, group = boto3.client("rds", region_name=REGION), network()
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="shop-16", DBParameterGroupFamily="aurora-postgresql16", Description="ours"
    )
    tls = {"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate", "Source": "user"}
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="shop-16", Parameters=[tls])
    rds.create_db_cluster(
        DBClusterIdentifier="shop", Engine="aurora-postgresql", EngineVersion="16.9", MasterUsername="root", MasterUserPassword=PASSWORD,
        VpcSecurityGroupIds=[group], DBClusterParameterGroupName="shop-16", BackupRetentionPeriod=1, StorageEncrypted=True,
    )  # fmt: skip
    for number, zone in ((1, "a"), (2, "b")):
        rds.create_db_instance(
            DBInstanceIdentifier=f"shop-{number}", DBClusterIdentifier="shop", DBInstanceClass="db.r8g.large", Engine="aurora-postgresql",
            AvailabilityZone=f"{REGION}{zone}", PubliclyAccessible=number == 2, AutoMinorVersionUpgrade=number == 1,
        )  # fmt: skip
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="given-away", DBClusterIdentifier="shop")
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="given-away", AttributeName="restore", ValuesToAdd=["all"]
    )


def alone() -> None:
    """A stand-alone instance with the same."""
    boto3.client("rds", region_name=REGION).create_db_instance(
        DBInstanceIdentifier="till", DBInstanceClass="db.m7g.large", Engine="postgres", EngineVersion="16.9", AllocatedStorage=50,
        MasterUsername="root", MasterUserPassword=PASSWORD, VpcSecurityGroupIds=[network()], BackupRetentionPeriod=1,
        PubliclyAccessible=True, AutoMinorVersionUpgrade=False, StorageEncrypted=True,
    )  # fmt: skip


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with history_of(HistorySettings(path=tmp_path / "h.db")) as one:
        yield one


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make", "least"), [("shop", aurora, 9), ("till", alone, 7)])
def test_what_is_advised_mends_and_its_rollback_brings_the_fault_back(
    hooks: Hooks, history: History, name: str, make: Any, least: int
) -> None:
    make()
    stage = Stage(hooks, history, name, is_cluster=name == "shop")
    stage.look()
    untouched = NOT_OF_CLUSTERS if name == "shop" else set()
    told = {one.recommendation.check for one in stage.open()}
    assert len(told) >= least, told
    assert untouched <= told
    advised = [one for one in stage.open() if one.recommendation.check not in untouched]
    assert all(one.recommendation.rollback for one in advised)
    for one in advised:
        send(one.recommendation.statements)
    stage.look()
    states = {one.recommendation.check: stage.entry(one.recommendation.id).state(stage.now) for one in advised}
    assert {check: state for check, state in states.items() if state not in FOLLOWED} == {}
    assert {one.recommendation.check for one in stage.open()} == untouched, "no new fault came of it"
    for one in advised:
        send(one.recommendation.rollback)
    stage.look()
    lives = {
        one.recommendation.check: [event.state for event in stage.entry(one.recommendation.id).events]
        for one in advised
    }
    assert {check: life for check, life in lives.items() if life[-2:] != [Life.REVERTED, Life.OPEN]} == {}
