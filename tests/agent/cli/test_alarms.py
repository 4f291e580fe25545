"""`tunewright alarms` against moto: what it would make of a cluster that it reads itself, and what it says where it cannot read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

import aws_account
from aws_account import REGION, make_cluster
from tunewright_agent.cli import alarms as command
from tunewright_agent.cli.app import Exit, app


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with aws_account.environment(monkeypatch), mock_aws():
        make_cluster(boto3.client("rds", region_name=REGION), "shop")
        yield "shop"


def _planned(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(app, ["alarms", "plan", "--region", REGION, "--format", "json", *arguments])
    (planned,) = json.loads(result.stdout)["clusters"]
    return result.exit_code, planned


def test_it_plans_for_the_cluster_that_it_reads(cluster: str) -> None:
    status, planned = _planned(
        cluster, "--topic", f"arn:aws:sns:{REGION}:1:pager", "--runbooks", "https://wiki.example/alarms"
    )
    names = [one["AlarmName"] for one in planned["create"]]
    assert {"tunewright-shop-cpu-writer", "tunewright-shop-cpu-reader", "tunewright-shop-saturated"} <= set(names)
    by_name = {one["AlarmName"]: one for one in planned["create"]}
    assert by_name["tunewright-shop-load-shop-1"]["Threshold"] == 2
    assert by_name["tunewright-shop-cpu-writer"]["AlarmDescription"].endswith("https://wiki.example/alarms#cpu")
    assert by_name["tunewright-shop-cpu-writer"]["AlarmActions"] == [f"arn:aws:sns:{REGION}:1:pager"]
    assert planned["dollars_a_month"] > 0.1 * len(names)
    assert status == (Exit.INCOMPLETE if planned["not_read"] else Exit.OK)


def test_what_is_there_and_ours_is_not_made_again(cluster: str) -> None:
    _, planned = _planned(cluster, "--no-bands")
    client = boto3.client("cloudwatch", region_name=REGION)
    tags = [{"Key": "tunewright:managed-by", "Value": "tunewright"}, {"Key": "tunewright:cluster", "Value": cluster}]
    for request in planned["create"]:
        if "AlarmRule" not in request:
            client.put_metric_alarm(**request, Tags=tags)
    _, again = _planned(cluster, "--no-bands")
    assert [one["AlarmName"] for one in again["create"]] == ["tunewright-shop-saturated"]
    assert (again["change"], again["delete"], again["foreign"]) == ([], [], [])


def test_all_that_the_configuration_names_as_it_says(cluster: str, tmp_path: Path) -> None:
    make_cluster(boto3.client("rds", region_name=REGION), "orders", members=1)
    file = tmp_path / "tunewright.toml"
    file.write_text(
        f"""
[[aws.targets]]
region = "{REGION}"

[alarms]
prefix = "tw"
topics = ["arn:aws:sns:{REGION}:1:pager"]
bands = false
"""
    )
    arguments = ["alarms", "plan", "--config", str(file), "--format", "json"]
    both = json.loads(CliRunner().invoke(app, arguments).stdout)["clusters"]
    assert [one["identifier"] for one in both] == ["orders", "shop"]
    made = [each for one in both for each in one["create"]]
    assert all(one["AlarmName"].startswith(("tw-orders-", "tw-shop-")) for one in made)
    assert all(one["AlarmActions"] == [f"arn:aws:sns:{REGION}:1:pager"] for one in made)
    assert not [one for one in made if "ThresholdMetricId" in one]
    one = json.loads(CliRunner().invoke(app, [*arguments, "orders"]).stdout)["clusters"]
    assert [each["identifier"] for each in one] == ["orders"]
    none = CliRunner().invoke(app, [*arguments, "else"])
    assert none.exit_code == Exit.USAGE
    assert "lead to no cluster called else" in none.stderr


AWAY = "eu-west-1"
PRICED = f"""
region = "{AWAY}"
as_of = 2026-10-01
source = "test"
[items.month]
"cloudwatch:alarm" = 1.0
"cloudwatch:alarm-share" = 2.0
"cloudwatch:alarm-composite" = 5.0
"cloudwatch:alarm-anomaly" = 3.0
"""


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_the_sum_is_of_the_regions_prices_or_says_that_it_is_not(tmp_path: Path) -> None:
    make_cluster(boto3.client("rds", region_name=AWAY), "away")
    file, prices = tmp_path / "tunewright.toml", tmp_path / "prices.toml"
    file.write_text(f'[[aws.targets]]\nregion = "{AWAY}"\n')
    said = " ".join(CliRunner().invoke(app, ["alarms", "plan", "--config", str(file), "away"]).stdout.split())
    assert "list prices of us-east-1" in said
    assert f"those of {AWAY} are not known: tunewright prices update --region {AWAY} --out FILE" in said
    arguments = ["alarms", "plan", "--config", str(file), "--format", "json", "away"]
    (listed,) = json.loads(CliRunner().invoke(app, arguments).stdout)["clusters"]
    prices.write_text(PRICED)
    file.write_text(f'{file.read_text()}[prices]\nfiles = ["{prices}"]\n')
    (own,) = json.loads(CliRunner().invoke(app, arguments).stdout)["clusters"]
    assert (listed["prices"]["region"], own["prices"]["region"], own["prices"]["as_of"]) == (
        "us-east-1",
        AWAY,
        "2026-10-01",
    )
    assert own["dollars_a_month"] == pytest.approx(10 * listed["dollars_a_month"]), "each is ten times the release's"
    said = " ".join(CliRunner().invoke(app, ["alarms", "plan", "--config", str(file), "away"]).stdout.split())
    assert f"(list prices of {AWAY}, 2026-10-01)" in said
    prices.write_text("nonsense")
    assert CliRunner().invoke(app, arguments).exit_code == Exit.USAGE


def test_neither_a_cluster_nor_a_file_is_a_mistake() -> None:
    assert CliRunner().invoke(app, ["alarms", "plan"]).exit_code == Exit.USAGE
    assert CliRunner().invoke(app, ["alarms", "plan", "shop"]).exit_code == Exit.USAGE


def test_nothing_is_done_without_a_yes(cluster: str) -> None:
    result = CliRunner().invoke(app, ["alarms", "apply", cluster, "--region", REGION], input="n\n")
    assert result.exit_code == Exit.USAGE
    assert "to create" in result.stdout
    assert boto3.client("cloudwatch", region_name=REGION).describe_alarms()["MetricAlarms"] == []


def test_a_cluster_that_is_not_there_says_so(cluster: str) -> None:
    result = CliRunner().invoke(app, ["alarms", "plan", f"{cluster}-2", "--region", REGION])
    assert result.exit_code == Exit.UNREACHABLE
    assert "there is no cluster shop-2" in result.stderr


def test_an_external_id_without_a_role_is_a_mistake() -> None:
    result = CliRunner().invoke(app, ["alarms", "plan", "shop", "--region", REGION, "--external", "x"])
    assert result.exit_code == Exit.USAGE


def test_the_sections_that_it_reads_are_filled_by_some_source() -> None:
    from tunewright_agent.sources.aws.reader import PACKAGE
    from tunewright_agent.sources.source import discover

    filled = {kind for source in discover(PACKAGE) for kind in source.sections}
    assert set(command.SECTIONS) <= filled
