"""Clusters that AWS runs: found by identifier, tag, account and region; watches begun and ended; failovers followed; paused ones left alone."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from pydantic import ValidationError

from aws_account import REGION, Hooks, make_cluster
from tunewright_agent.clock import Clock, now
from tunewright_agent.cloud_watch import member_settings
from tunewright_agent.config.aws import AwsSettings, AwsTargetSettings
from tunewright_agent.config.settings import SCHEMES, ClusterSettings, HistorySettings, Settings
from tunewright_agent.demo.aurora.cloudwatch import CloudWatch
from tunewright_agent.fleet import CLOUD, Fleet
from tunewright_agent.memory import Fault
from tunewright_agent.sources.aws.discovery import Found
from tunewright_agent.sources.aws.reader import Target
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.aws.spool import Spool
from tunewright_agent.sources.source import Unsupported
from tunewright_agent.wiring import fleet_of, history_of
from tunewright_analyzers.facts.cloud import CloudInstance, CloudInstances
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, View

pytestmark = pytest.mark.usefixtures("account")
ROLE = "arn:aws:iam::222222222222:role/tunewright"


def settings(path: Path, *targets: dict[str, Any], clusters: tuple[ClusterSettings, ...] = ()) -> Settings:
    tables = tuple(AwsTargetSettings.model_validate({"region": REGION} | one) for one in targets)
    return Settings(history=HistorySettings(path=path / "h.db"), aws=AwsSettings(targets=tables), clusters=clusters)


def fleet(all_of_it: Settings, hooks: Hooks, seconds: list[float] | None = None) -> Fleet:
    """A fleet whose shared answers are as old as `seconds` says."""
    now = seconds if seconds is not None else [0.0]
    door = Door(Limits(attempts=1), make=hooks.make, monotonic=lambda: now[0])
    made = fleet_of(all_of_it, history_of(all_of_it.history), Fault(), door=door)
    assert made is not None
    return made


def names(one: Fleet) -> list[tuple[str, str]]:
    return [(watch.latest.cluster, watch.latest.instance) for watch in one.watches]


def test_a_cluster_by_its_identifier_is_watched_from_outside_and_each_member_from_inside(
    tmp_path: Path, hooks: Hooks
) -> None:
    make_cluster(boto3.client("rds"), "shop", 2)
    make_cluster(boto3.client("rds"), "other", 1)
    one = fleet(settings(tmp_path, {"cluster": "shop"}), hooks)
    one.refresh()
    assert names(one) == [("shop", "aws"), ("shop", "shop-1"), ("shop", "shop-2")]
    cloud, member, _ = one.watches
    assert cloud.latest.identity.view is View.CLOUD
    cloud.identify()
    assert (cloud.latest.identity.engine, cloud.latest.identity.version) == (Engine.POSTGRESQL, 150004)
    assert cloud.latest.identity.flavour is Flavour.AURORA
    assert member.latest.identity.view is View.ENGINE
    assert member.sources != cloud.sources
    (instances,) = [source for source in cloud.sources if source.name == "instances"]
    cloud.read(instances)
    assert cloud.latest.snapshot().section(CloudInstances) is not None


def test_only_the_members_that_are_named_are_read_from_inside(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 3)
    one = fleet(settings(tmp_path, {"connect_to": ["shop-[12]"]}), hooks)
    one.refresh()
    assert names(one) == [("shop", "aws"), ("shop", "shop-1"), ("shop", "shop-2")]


def test_by_tag_account_and_region(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1, Tags=[{"Key": "team", "Value": "retail"}])
    make_cluster(boto3.client("rds"), "wiki", 1, Tags=[{"Key": "team", "Value": "office"}])
    make_cluster(boto3.client("rds", region_name="us-east-1"), "shop", 1)
    keys = boto3.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    there = boto3.client(
        "rds",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    make_cluster(there, "shop", 0)
    make_cluster(there, "test-1", 0)
    one = fleet(
        settings(
            tmp_path,
            {"tags": {"team": "retail"}, "connect": False},
            {"region": "us-east-1", "connect": False},
            {"role_arn": ROLE, "external_id": "ours", "connect": False, "exclude": ["test-*"]},
        ),
        hooks,
    )
    one.refresh()
    assert [cluster for cluster, _ in names(one)] == ["shop", "shop.eu-west-1", "shop.us-east-1"]
    assert one.state().requests[("rds:DescribeDBClusters", "us-east-1")] == 1


def test_a_stand_alone_instance(tmp_path: Path, hooks: Hooks) -> None:
    boto3.client("rds").create_db_instance(
        DBInstanceIdentifier="till", DBInstanceClass="db.t4g.micro", Engine="postgres", EngineVersion="16.3",
        AllocatedStorage=20, MasterUsername="root", MasterUserPassword="correct-horse-1",
    )  # fmt: skip
    for target in ({"cluster": "till"}, {}):
        one = fleet(settings(tmp_path, target), hooks)
        one.refresh()
        assert names(one) == [("till", "aws"), ("till", "till")]


def test_new_members_are_watched_gone_ones_no_more_and_a_failover_changes_nothing(tmp_path: Path, hooks: Hooks) -> None:
    client, seconds = boto3.client("rds"), [0.0]
    make_cluster(client, "shop", 2)
    one = fleet(settings(tmp_path, {}), hooks, seconds)
    one.refresh()
    first = one.watches
    client.failover_db_cluster(DBClusterIdentifier="shop", TargetDBInstanceIdentifier="shop-2")
    seconds[0] = 60
    one.refresh()
    assert one.watches == first
    client.create_db_instance(
        DBInstanceIdentifier="shop-3",
        DBClusterIdentifier="shop",
        DBInstanceClass="db.r6g.large",
        Engine="aurora-postgresql",
    )
    client.delete_db_instance(DBInstanceIdentifier="shop-1", SkipFinalSnapshot=True)
    seconds[0] = 120
    one.refresh()
    assert names(one) == [("shop", "aws"), ("shop", "shop-2"), ("shop", "shop-3")]
    assert one.watches[1] is first[2]


def test_a_member_that_cannot_be_watched_costs_no_other_its_turn(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 2)
    one = fleet(settings(tmp_path, {}), hooks)
    made = one.member

    def member(*about: Any) -> Any:
        if about[-1].identifier == "shop-1":
            raise OSError(28, "No space left on device")
        return made(*about)

    one.member = member
    one.refresh()
    assert names(one) == [("shop", "aws"), ("shop", "shop-2")]
    one.member = made
    one.refresh()
    assert names(one) == [("shop", "aws"), ("shop", "shop-1"), ("shop", "shop-2")]


def test_while_aws_does_not_answer_what_is_watched_stays(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    seconds = [0.0]
    one = fleet(settings(tmp_path, {}), hooks, seconds)
    one.member = lambda *_: None
    one.refresh()
    before, gaps = one.watches, one.watches[0].latest.snapshot().gaps
    assert [gap.reason for gap in gaps] == ["shop-1 is not read from inside: no engine of ours reads it"]
    hooks.fail("rds", "DescribeDBClusters", "ExpiredToken", 403)
    one.door._forget(one.groups[0].wanted.place)
    seconds[0] = 60
    one.refresh()
    assert one.watches == before
    assert one.watches[0].latest.snapshot().gaps == gaps
    assert "expired" in one.state().failures[(REGION, "own")]
    assert one.state().places == ((REGION, "own"),)


@pytest.mark.slow
def test_a_region_that_does_not_answer_costs_no_other_its_turn(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    make_cluster(boto3.client("rds", region_name="us-east-1"), "far", 1)

    def silent(request: Any, **_: Any) -> None:
        if "us-east-1" in request.url:
            raise ReadTimeoutError(endpoint_url="https://rds.us-east-1.amazonaws.com/")

    hooks.handlers.append(("before-send.rds.DescribeDBClusters", silent))
    one = fleet(settings(tmp_path, {"region": "us-east-1", "connect": False}, {"connect": False}), hooks)
    one.refresh()
    assert names(one) == [("shop", "aws")]
    assert "did not answer" in one.state().failures[("us-east-1", "own")]
    hooks.handlers.clear()
    one.door = Door(Limits(attempts=1), make=hooks.make)
    one.refresh()
    assert names(one) == [("far", "aws"), ("shop", "aws")]
    assert one.state().failures == {}


def test_a_serverless_member_that_may_pause_is_not_connected_to_and_a_named_gap(tmp_path: Path, hooks: Hooks) -> None:
    client, seconds = boto3.client("rds"), [0.0]
    client.create_db_cluster(
        DBClusterIdentifier="nap", Engine="aurora-postgresql", EngineVersion="16.3", MasterUsername="root",
        MasterUserPassword="correct-horse-1", ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 8},
    )  # fmt: skip
    for name, kind in (("nap-1", "db.serverless"), ("nap-2", "db.r6g.large")):
        client.create_db_instance(DBInstanceIdentifier=name, DBClusterIdentifier="nap", DBInstanceClass=kind, Engine="aurora-postgresql")  # fmt: skip
    one = fleet(settings(tmp_path, {}), hooks, seconds)
    one.refresh()
    assert names(one) == [("nap", "aws"), ("nap", "nap-2")]
    (gap,) = one.watches[0].latest.snapshot().gaps
    assert gap.reason.startswith("nap-1 is not read from inside: it may pause at zero capacity")
    assert "connect_pausable = true" in (gap.mend or "")
    seconds[0] = 60
    one.refresh()
    assert one.watches[0].latest.snapshot().gaps == (gap,), "since is when it was left out first"
    client.modify_db_cluster(
        DBClusterIdentifier="nap", ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 8}
    )
    seconds[0] = 120
    one.refresh()
    assert names(one) == [("nap", "aws"), ("nap", "nap-1"), ("nap", "nap-2")]
    assert one.watches[0].latest.snapshot().gaps == ()


def test_with_leave_it_is_connected_to_only_while_it_is_awake(tmp_path: Path, hooks: Hooks) -> None:
    client, capacity, watched = boto3.client("rds"), [0.0], CloudWatch(now)
    watched.put("ServerlessDatabaseCapacity", lambda _: capacity[0], DBInstanceIdentifier="nap-1")
    watched.install(hooks)
    client.create_db_cluster(
        DBClusterIdentifier="nap", Engine="aurora-postgresql", EngineVersion="16.3", MasterUsername="root",
        MasterUserPassword="correct-horse-1", ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 8},
    )  # fmt: skip
    client.create_db_instance(
        DBInstanceIdentifier="nap-1",
        DBClusterIdentifier="nap",
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )
    one = fleet(settings(tmp_path, {"connect_pausable": True}), hooks)
    one.refresh()
    login: Any = one.watches[1].reader
    with pytest.raises(Unsupported, match="paused at zero capacity"):
        login.password()
    capacity[0] = 2.0
    assert "X-Amz-Signature" in login.password()


def test_a_member_is_logged_in_to_with_a_fresh_token(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    one = fleet(settings(tmp_path, {"user": "watcher", "tls": "verify", "tls_root": "/etc/rds.pem"}), hooks)
    one.refresh()
    reader: Any = one.watches[1].reader
    assert reader.url.startswith("postgresql://watcher@shop-1.")
    assert reader.url.endswith(":5432/postgres?sslmode=verify-full&sslrootcert=%2Fetc%2Frds.pem")
    assert "Action=connect" in reader.password()
    assert "DBUser=watcher" in reader.password()
    assert "rds-db:connect" not in one.door.calls.actions()  # it is signed here, nobody is asked


@pytest.mark.parametrize(
    ("engine", "table", "url"),
    [
        ("aurora-postgresql", {}, "postgresql://tunewright@db:5432/postgres?sslmode=require"),
        (
            "postgres",
            {"tls_root": "/r.pem", "database": "a b"},
            "postgresql://tunewright@db:5432/a%20b?sslmode=verify-full&sslrootcert=%2Fr.pem",
        ),
        (
            "aurora-mysql",
            {"tls_root": "/r.pem"},
            "mysql://tunewright@db:5432/?ssl_mode=VERIFY_IDENTITY&ssl_ca=%2Fr.pem&iam_region=eu-west-1",
        ),
        (
            "mariadb",
            {"auth": "password", "password_from": {"env": "X"}, "tls": "off"},
            "mysql://tunewright@db:5432/?ssl_mode=DISABLED",
        ),
        ("docdb", {}, None),
    ],
)
def test_how_a_member_is_reached_by_its_engine(engine: str, table: dict[str, Any], url: str | None) -> None:
    target = AwsTargetSettings.model_validate({"region": REGION} | table)
    member = CloudInstance("db-1", "arn", REGION, engine, "1", "available", "db.r8g.large", address="db", port=5432)
    found = Found(Target("db-1", Place(REGION), is_cluster=False), None, (member,))
    made = member_settings(ClusterId("db-1"), target, found, member, Spool())
    if url is None or urlsplit(url).scheme not in SCHEMES:
        assert made is None
    else:
        assert made is not None
        assert made.url == url


def test_log_files_are_read_only_where_the_user_wants_it_and_the_member_reads_the_spool(
    tmp_path: Path, hooks: Hooks
) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    without, with_them = (fleet(settings(tmp_path, {"log_files": wanted}), hooks) for wanted in (False, True))
    for one in (without, with_them):
        one.refresh()
    assert "log_files" not in {source.name for source in without.watches[0].sources}
    assert "log_files" in {source.name for source in with_them.watches[0].sources}
    assert with_them.spool.path("shop-1").exists()
    folder = with_them.spool.path("shop-1").parent
    with_them.stop(1)
    assert not folder.exists()


def test_a_name_that_the_settings_have_already_is_not_taken_again(tmp_path: Path, hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 0)
    static = ClusterSettings(name="shop", url="postgresql://localhost/shop")
    one = fleet(settings(tmp_path, {}, clusters=(static,)), hooks)
    one.refresh()
    assert names(one) == [("shop.eu-west-1", CLOUD)]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"cluster": "a", "tags": {"b": "c"}}, "cluster or tags"),
        ({"external_id": "ours"}, "role_arn"),
        ({"auth": "password"}, "password_from"),
        ({"tls": "verify"}, "tls_root"),
        ({"region": "somewhere"}, "pattern"),
        ({"role_arn": "tunewright"}, "pattern"),
    ],
)
def test_settings_that_do_not_fit_are_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        AwsTargetSettings.model_validate({"region": REGION} | table)


def test_what_another_agent_acts_for_is_found_and_not_watched(tmp_path: Path, hooks: Hooks) -> None:
    """Where agents share a history: watches begin and end with the lease, without another look at AWS."""
    for name in ("shop", "wiki"):
        make_cluster(boto3.client("rds"), name, 1)
    ours = {ClusterId("shop")}
    one = fleet(settings(tmp_path, {}), hooks)
    one.holds = lambda name: name in ours
    one.start(Clock())  # a clock that does not tick: only `settle` and what is called here
    one.refresh()
    asked = one.state().requests
    assert names(one) == [("shop", "aws"), ("shop", "shop-1")]
    assert one.names() == {"shop", "wiki"}, "to be claimed"
    ours.add(ClusterId("wiki"))
    one.settle()
    assert one._lane.idle(10)
    assert names(one) == [("shop", "aws"), ("shop", "shop-1"), ("wiki", "aws"), ("wiki", "wiki-1")]
    ours.clear()
    one.settle()
    assert one._lane.idle(10)
    assert names(one) == []
    assert one.state().requests == asked
    assert one.stop(10)
