"""The door to AWS: deadlines, retries, roles, renewal, counts, shared answers. moto behind real boto3."""

import socket
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from aws_account import REGION, Hooks, environment, make_cluster
from tunewright_agent.demo.aurora.substitute import Refusal
from tunewright_agent.sources.aws.calls import DOLLARS_PER_METRIC, DOLLARS_PER_REQUEST, Calls
from tunewright_agent.sources.aws.faults import NotFound
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable
from tunewright_analyzers.facts.cloud_cost import Price, Prices

PLACE = Place(REGION)
QUICK = Limits(attempts=2)


def plenty() -> float:
    return 60.0


def clusters(door: Door, place: Place = PLACE, fresh: float = 0.0) -> list[str]:
    rows = door.rows(place, "rds", "describe_db_clusters", "DBClusters", plenty, fresh)
    return [row["DBClusterIdentifier"] for row in rows]


@pytest.mark.slow
@pytest.mark.usefixtures("account")
def test_every_page_of_a_thousand_instances_is_read() -> None:
    client = boto3.client("rds")
    make_cluster(client, "shop", 3)
    for number in range(997):
        client.create_db_instance(
            DBInstanceIdentifier=f"other-{number}", DBInstanceClass="db.t4g.micro", Engine="postgres",
            AllocatedStorage=20, MasterUsername="root", MasterUserPassword="correct-horse-1",
        )  # fmt: skip
    door = Door(make=Hooks().make)
    rows = door.rows(PLACE, "rds", "describe_db_instances", "DBInstances", plenty)
    assert len({row["DBInstanceIdentifier"] for row in rows}) == 1000
    shared = Reader(door, Target("shop", PLACE, shared=True))
    alone = Reader(door, Target("shop", PLACE))
    names = [[row["DBInstanceIdentifier"] for row in reader.instances()] for reader in (shared, alone)]
    assert names[0] == names[1] == ["shop-1", "shop-2", "shop-3"]


@pytest.mark.usefixtures("account")
def test_throttling_is_met_with_another_attempt(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 0)
    failed = hooks.fail("rds", "DescribeDBClusters", "Throttling", times=1)
    assert clusters(Door(QUICK, make=hooks.make)) == ["shop"]
    assert failed == [1]


@pytest.mark.usefixtures("account")
def test_throttling_that_does_not_end_is_unavailable(hooks: Hooks) -> None:
    failed = hooks.fail("rds", "DescribeDBClusters", "Throttling")
    with pytest.raises(Unavailable, match=r"rds:DescribeDBClusters in eu-west-1 was throttled"):
        clusters(Door(QUICK, make=hooks.make))
    assert failed == [2]


@pytest.mark.usefixtures("account")
def test_a_denied_action_names_itself_and_the_mend(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop")
    hooks.fail("rds", "DescribeDBClusters", "AccessDenied", 403)
    door = Door(QUICK, make=hooks.make)
    with pytest.raises(Denied, match="rds:DescribeDBClusters") as caught:
        clusters(door)
    assert caught.value.mend == "allow rds:DescribeDBClusters: `tunewright iam-policy` prints the policy"
    assert len(door.rows(PLACE, "rds", "describe_db_instances", "DBInstances", plenty)) == 3


@pytest.mark.usefixtures("account")
def test_expired_credentials_are_read_anew_and_the_call_repeated(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 0)
    hooks.fail("rds", "DescribeDBClusters", "ExpiredToken", 403, times=1)
    assert clusters(Door(QUICK, make=hooks.make)) == ["shop"]
    assert hooks.made == 2


@pytest.mark.usefixtures("account")
def test_credentials_that_expire_between_two_pages_double_no_row(hooks: Hooks) -> None:
    asked: list[str] = []

    def page(parameters: dict[str, Any]) -> dict[str, Any]:
        first = int(parameters.get("Marker") or 0)
        asked.append(str(first))
        if asked == ["0", "2"]:
            raise Refusal("ExpiredToken")
        rows = [
            {"DBClusterIdentifier": f"c{number}", "Engine": "aurora-mysql"}
            for number in range(first, min(first + 2, 5))
        ]
        return {"DBClusters": rows} | ({"Marker": str(first + 2)} if first + 2 < 5 else {})

    hooks.answer("rds", "DescribeDBClusters", page)
    assert clusters(Door(QUICK, make=hooks.make)) == ["c0", "c1", "c2", "c3", "c4"]
    assert asked == ["0", "2", "0", "2", "4"]


@pytest.mark.usefixtures("account")
def test_credentials_that_stay_expired_are_told_with_the_mend(hooks: Hooks) -> None:
    hooks.fail("rds", "DescribeDBClusters", "ExpiredToken", 403)
    with pytest.raises(Unavailable, match="credentials have expired") as caught:
        clusters(Door(QUICK, make=hooks.make))
    assert "renew" in (caught.value.mend or "")


def test_without_credentials_the_mend_is_a_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(Denied, match="no AWS credentials") as caught:
        clusters(Door(QUICK))
    assert "role" in (caught.value.mend or "")


def test_a_region_that_does_not_answer_is_unavailable_within_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with environment(monkeypatch), socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RDS", f"http://127.0.0.1:{silent.getsockname()[1]}")
        door = Door(Limits(connect_seconds=0.2, read_seconds=0.2, attempts=1))
        with pytest.raises(Unavailable, match=r"eu-west-1 did not answer \(ReadTimeoutError\)"):
            clusters(door)


@pytest.mark.usefixtures("account")
def test_a_shared_failure_is_not_waited_for_by_every_lane(hooks: Hooks) -> None:
    failed = hooks.fail("rds", "DescribeDBClusters", "AccessDenied", 403)
    door = Door(QUICK, make=hooks.make)
    for _ in range(3):
        with pytest.raises(Denied):
            clusters(door, fresh=50)
    assert failed == [1]


@pytest.mark.usefixtures("account")
def test_lanes_share_one_answer_until_it_is_old(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 0)
    time = [0.0]
    door = Door(QUICK, make=hooks.make, monotonic=lambda: time[0])
    answers: list[list[str]] = []
    lanes = [threading.Thread(target=lambda: answers.append(clusters(door, fresh=50))) for _ in range(8)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    assert answers == [["shop"]] * 8
    assert door.calls.bill().requests == {("rds:DescribeDBClusters", REGION): 1}
    time[0] = 50.0
    clusters(door, fresh=50)
    assert door.calls.bill().requests == {("rds:DescribeDBClusters", REGION): 2}


@pytest.mark.usefixtures("account")
def test_a_pass_without_time_begins_no_request() -> None:
    door = Door(QUICK)
    with pytest.raises(Overrun):
        door.rows(PLACE, "rds", "describe_db_clusters", "DBClusters", lambda: 0.0)
    assert door.calls.actions() == frozenset()


@pytest.mark.usefixtures("account")
def test_what_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        Door(QUICK).rows(PLACE, "rds", "describe_db_clusters", "DBClusters", plenty, DBClusterIdentifier="gone")
    with pytest.raises(Unavailable, match="there is no cluster gone"):
        Reader(Door(QUICK), Target("gone", PLACE)).clusters()


@pytest.mark.usefixtures("account")
def test_a_role_with_external_id_opens_the_other_account(hooks: Hooks) -> None:
    role, seen = "arn:aws:iam::222222222222:role/tunewright", list[dict[str, Any]]()
    hooks.handlers.append(("provide-client-params.sts.AssumeRole", lambda params, **_: seen.append(dict(params))))
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    there = boto3.client(
        "rds",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    make_cluster(there, "theirs", 0)
    make_cluster(boto3.client("rds"), "ours", 0)
    door = Door(QUICK, make=hooks.make)
    assert clusters(door, Place(REGION, role, "secret-handshake")) == ["theirs"]
    assert clusters(door) == ["ours"]
    assert [(one["RoleArn"], one["ExternalId"]) for one in seen] == [(role, "secret-handshake")]
    assert "sts:AssumeRole" in door.calls.actions()


@pytest.mark.usefixtures("account")
def test_credentials_of_a_role_are_renewed_before_their_time(hooks: Hooks) -> None:
    def nearly_over(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Credentials"]["Expiration"] = datetime.now(UTC) + timedelta(minutes=2)

    hooks.handlers.append(("after-call.sts.AssumeRole", nearly_over))
    door = Door(QUICK, make=hooks.make)
    place = Place(REGION, "arn:aws:iam::222222222222:role/tunewright")
    clusters(door, place)
    once = door.calls.bill().requests[("sts:AssumeRole", REGION)]
    clusters(door, place)
    assert door.calls.bill().requests[("sts:AssumeRole", REGION)] > once


def test_the_bill_counts_metrics_by_the_thousand() -> None:
    calls = Calls()
    calls.note("cloudwatch:GetMetricData", REGION, 400)
    calls.note("cloudwatch:GetMetricData", REGION, 600)
    calls.note("rds:DescribeDBClusters", REGION)
    bill = calls.bill()
    assert bill.metrics == 1000
    assert bill.dollars == pytest.approx(1000 * DOLLARS_PER_METRIC) == pytest.approx(0.01)


def test_the_bill_is_of_each_regions_own_prices_where_they_are_known() -> None:
    rows = (Price("cloudwatch:get-metric-data", 0.02, "thousand"), Price("cloudwatch:request", 0.05, "thousand"))
    known = Prices("sa-east-1", date(2026, 11, 28), "test", rows)
    calls = Calls()
    for region in ("sa-east-1", REGION):
        calls.note("cloudwatch:GetMetricData", region, 1000)
        calls.note("cloudwatch:ListMetrics", region)
    bill = calls.bill(lambda region: known if region == "sa-east-1" else None)
    assert bill.metrics == 2000
    assert bill.dollars == pytest.approx(0.02 + 0.05 / 1000 + 1000 * DOLLARS_PER_METRIC + DOLLARS_PER_REQUEST)


@pytest.mark.usefixtures("account")
def test_an_error_quotes_nothing_that_was_sent(hooks: Hooks) -> None:
    hooks.fail("rds", "DescribeDBClusters", "InvalidParameterValue")
    with pytest.raises(SourceError) as caught:
        Door(QUICK, make=hooks.make).rows(
            PLACE, "rds", "describe_db_clusters", "DBClusters", plenty, DBClusterIdentifier="s3cret"
        )
    assert "s3cret" not in caught.value.reason
