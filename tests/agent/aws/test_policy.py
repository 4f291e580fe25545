"""The IAM policies allow what the code calls, and what reads allows nothing that changes. The suite's own calls are held against them (conftest)."""

import json
import re
from pathlib import Path

import boto3
import pytest
from botocore import xform_name
from typer.testing import CliRunner

import tunewright_agent.sources.aws
from tunewright_agent.cli import iam_policy, reference
from tunewright_agent.cli.app import app
from tunewright_agent.sources.aws.calls import IAM_PREFIX
from tunewright_agent.sources.aws.policy import actions, publish_policy, read_policy

HERE = Path(tunewright_agent.sources.aws.__file__).parent
SERVICES = ("rds", "cloudwatch", "ec2", "pi", "logs", "kms", "pricing")
CHANGES = re.compile(
    r":(Add|Apply|Copy|Create|Delete|Failover|Modify|Promote|Put|Reboot|Remove|Reset|Restore|Start|Stop|Switchover|Tag|Untag)"
)
COMMANDS = (iam_policy, reference)
"""Imported for their commands."""


def called() -> set[str]:
    """Every operation that the sources name, as an IAM action."""
    words = {word for file in HERE.glob("*.py") for word in re.findall(r'"([a-z0-9_]+)"', file.read_text())}
    found = set()
    for service in SERVICES:
        model = boto3.client(service, "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x").meta.service_model
        prefix = IAM_PREFIX[model.service_id.hyphenize()]
        found |= {f"{prefix}:{name}" for name in model.operation_names if xform_name(name) in words}
    return found


def test_the_sources_call_nothing_outside_the_policy() -> None:
    allowed = actions(read_policy(log_files=True, prices=True, secret="arn:x", roles=("arn:y",)))
    engine_defaults = {"rds:DescribeEngineDefaultClusterParameters", "rds:DescribeEngineDefaultParameters"}
    assert len(called()) > 25
    assert called() | engine_defaults <= allowed  # those two names are made of parts


def test_the_policy_allows_rds_and_ec2_nothing_that_no_source_calls() -> None:
    allowed = {one for one in actions(read_policy()) if one.startswith(("rds:", "ec2:", "kms:"))}
    assert {one for one in allowed - called() if "EngineDefault" not in one} == set()


def test_reading_allows_no_change_and_no_wildcard() -> None:
    allowed = actions(read_policy(log_files=True, prices=True, secret="arn:x", roles=("arn:y",)))
    assert not [one for one in allowed if CHANGES.search(one) or "*" in one]


def test_publishing_changes_no_database_and_only_what_carries_our_prefix() -> None:
    policy = publish_policy(account="123456789012", topic="arn:topic", sender="a@example.net")
    assert not [one for one in actions(policy) if one.startswith(("rds:", "ec2:", "rds-db:"))]
    by_name = {one["Sid"]: one for one in policy["Statement"]}
    assert by_name["Alarms"]["Resource"] == "arn:aws:cloudwatch:*:123456789012:alarm:tunewright-*"
    assert by_name["OwnMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Tunewright"}}
    assert by_name["Topic"]["Resource"] == "arn:topic"


@pytest.mark.parametrize(
    ("arguments", "has", "lacks"),
    [
        ([], "rds:DescribeDBClusters", "rds:DownloadDBLogFilePortion"),
        (["--log-files"], "rds:DownloadDBLogFilePortion", "cloudwatch:PutMetricAlarm"),
        (["--prices"], "pricing:GetProducts", "rds:DownloadDBLogFilePortion"),
        ([], "rds:DescribeDBInstances", "pricing:GetProducts"),
        (["--role", "arn:aws:iam::222222222222:role/tunewright"], "sts:AssumeRole", "sns:Publish"),
        (["--publish"], "cloudwatch:PutMetricAlarm", "rds:DescribeDBClusters"),
        (["--publish", "--topic", "arn:aws:sns:eu-west-1:1:t"], "sns:Publish", "ses:SendEmail"),
    ],
)
def test_the_command_prints_json(arguments: list[str], has: str, lacks: str) -> None:
    result = CliRunner().invoke(app, ["iam-policy", *arguments])
    assert result.exit_code == 0
    allowed = actions(json.loads(result.stdout))
    assert has in allowed
    assert lacks not in allowed
