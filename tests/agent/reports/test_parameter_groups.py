"""Advised parameters in AWS's forms: boto3 (against moto) takes the command's parameters, cfn-lint accepts the template, the resource is whole."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import hcl2
import pytest
from cfnlint.api import lint
from moto import mock_aws

from cases.facts import MB, settings
from tunewright_agent.reports.parameter_groups import (
    MOST_A_CALL,
    Group,
    aws_lines,
    cloudformation_lines,
    family_of,
    grouped,
    terraform_lines,
)
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.parameters.change import Tuned, for_role, server_wide
from tunewright_analyzers.recommendation import ParameterChange, Scope, Takes

AURORA = Group("shop-parameters", "aurora-postgresql16", of_cluster=True)
RDS = Group("shop-parameters", "postgres16", of_cluster=False)


def _changes() -> tuple[ParameterChange, ...]:
    now, flavour = settings(jit="on"), Flavour.AURORA
    made: list[Tuned | None] = [
        server_wide(now, flavour, "work_mem", 64.0 * MB, effect='sorts stay in memory: no "files"'),
        server_wide(now, flavour, "jit", "off", effect="no compilation"),
        server_wide(now, flavour, "track_activity_query_size", 4096.0, effect="texts are kept whole"),
        server_wide(now, flavour, "random_page_cost", 1.1, effect="indexes"),
        for_role(now, "report", "work_mem", 256.0 * MB, effect="x"),
    ]
    return tuple(change for one in made if one is not None for change in one.changes)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.client("rds", region_name="eu-central-1")


def _called(line: str) -> tuple[list[str], list[dict[str, str]]]:
    words = shlex.split(line)
    return words, json.loads(words[words.index("--parameters") + 1])


def test_the_service_takes_what_the_command_gives(aws: Any) -> None:
    aws.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=AURORA.name, DBParameterGroupFamily=AURORA.family, Description="x"
    )
    lines = [line for line in aws_lines(AURORA, _changes()) if not line.startswith("#")]
    (words, parameters) = _called(lines[0])
    assert words[:4] == ["aws", "rds", "modify-db-cluster-parameter-group", "--db-cluster-parameter-group-name"]
    aws.modify_db_cluster_parameter_group(DBClusterParameterGroupName=words[4], Parameters=parameters)
    stored = aws.describe_db_cluster_parameters(DBClusterParameterGroupName=AURORA.name)["Parameters"]
    found = {one["ParameterName"]: (one["ParameterValue"], one["ApplyMethod"]) for one in stored}
    assert found == {
        "jit": ("0", "immediate"),
        "random_page_cost": ("1.1", "immediate"),
        "track_activity_query_size": ("4096", "pending-reboot"),
        "work_mem": ("65536", "immediate"),
    }


def test_the_rollback_gives_back_what_was() -> None:
    (line,) = [line for line in aws_lines(AURORA, _changes()) if line.startswith("# rollback: ")]
    _, parameters = _called(line.removeprefix("# rollback: "))
    assert {one["ParameterName"]: one["ParameterValue"] for one in parameters} == {
        "jit": "1", "random_page_cost": "4", "track_activity_query_size": "1024", "work_mem": "4096",
    }  # fmt: skip


def test_an_instance_has_another_command() -> None:
    (line,) = [line for line in aws_lines(RDS, _changes()) if not line.startswith("#")]
    assert shlex.split(line)[2:5] == ["modify-db-parameter-group", "--db-parameter-group-name", "shop-parameters"]


def test_at_most_twenty_parameters_a_call() -> None:
    many = [ParameterChange(f"p{n:02}", Scope.GLOBAL, "", "1", "2", "1", "2", Takes.RELOAD, "x") for n in range(45)]
    calls = [_called(line)[1] for line in aws_lines(RDS, many) if not line.startswith("#")]
    assert [len(one) for one in calls] == [MOST_A_CALL, MOST_A_CALL, 5]


@pytest.mark.slow
@pytest.mark.parametrize("group", [AURORA, RDS], ids=["cluster", "instance"])
def test_cfn_lint_accepts_the_template(group: Group, tmp_path: Path) -> None:
    text = "\n".join(cloudformation_lines(group, _changes())) + "\n"
    assert lint(text) == []
    broken = text.replace("Family:", "Familie:")
    assert lint(broken)  # it does look


@pytest.mark.parametrize("group", [AURORA, RDS], ids=["cluster", "instance"])
def test_terraform_names_each_parameter_once_with_its_value(group: Group) -> None:
    text = "\n".join(terraform_lines(group, _changes()))
    kind = "aws_rds_cluster_parameter_group" if group.of_cluster else "aws_db_parameter_group"
    assert text.startswith(f'resource "{kind}" "shop_parameters" {{')
    assert f'family = "{group.family}"' in text
    blocks = re.findall(r'parameter \{\s+name +=\s"(\S+)"\s+value +=\s"(\S+)"\s+apply_method = "(\S+)"\s+\}', text)
    assert blocks == [
        ("jit", "0", "immediate"),
        ("random_page_cost", "1.1", "immediate"),
        ("track_activity_query_size", "4096", "pending-reboot"),
        ("work_mem", "65536", "immediate"),
    ]
    assert hcl2.loads(text)["resource"]


def test_only_what_is_for_the_whole_server_and_each_once() -> None:
    twice = (*_changes(), *_changes())
    assert [one.parameter for one in grouped(twice)] == [
        "jit", "random_page_cost", "track_activity_query_size", "work_mem",
    ]  # fmt: skip
    assert family_of("postgresql", 160004, of_cluster=True) == "aurora-postgresql16"
    assert family_of("postgresql", 160004, of_cluster=False) == "postgres16"
    assert family_of("mysql", 80045, of_cluster=True) == "aurora-mysql8.0"
    assert family_of("mariadb", 101114, of_cluster=False) == "mariadb10.11"
    assert Group("9.shop-a", "f", of_cluster=True).label == "9_shop_a"
