"""The calls against moto behind real boto3. moto has no composite alarms: these are kept by hooks of the session, in front of its requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

import aws_account
from aws_account import REGION
from tunewright_agent.demo.aurora.substitute import Body, Substitute
from tunewright_agent.sources.aws.policy import actions, publish_policy, read_policy
from tunewright_agent.sources.aws.session import Door, Place
from tunewright_alerts.alarms.alarm import Alarm, Metric
from tunewright_alerts.alarms.apply import ACTIONS, SECONDS_A_CALL, apply, present
from tunewright_alerts.alarms.plan import Plan, plan

ROLE = (("DBClusterIdentifier", "shop"), ("Role", "WRITER"))
TOPIC = f"arn:aws:sns:{REGION}:123456789012:pager"
CPU = Alarm("tw-shop-cpu", "CPU", Metric("CPUUtilization", ROLE, "Average"), "GreaterThanThreshold", 90.0, None, 5, "breaching", None,
            (TOPIC,))  # fmt: skip
SLOW = replace(CPU, name="tw-shop-slow", metric=Metric("ReadLatency", ROLE, "p90"), threshold=0.02)
BAND = replace(CPU, name="tw-shop-band", threshold=None, deviations=3.0, comparison="GreaterThanUpperThreshold")
BOTH = Alarm("tw-shop-both", "both", rule='ALARM("tw-shop-cpu") AND ALARM("tw-shop-slow")', actions=(TOPIC,))
SHARE = replace(CPU, name="tw-shop-share", threshold=5.0, of=Metric("ActiveTransactions", ROLE, "Average"))
ALL = (BOTH, CPU, SLOW, BAND, SHARE)


@dataclass(slots=True)
class Composites:
    """Composite alarms as CloudWatch keeps them, in front of moto; an alarm that one of them names cannot be deleted."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def put(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.order.append(asked["AlarmName"])
        before = self.kept.get(asked["AlarmName"], {})
        self.kept[asked["AlarmName"]] = before | asked | {"Tags": asked.get("Tags") or before.get("Tags", [])}
        return {}

    def arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{name}"

    def described(self, parsed: dict[str, Any], **_: Any) -> None:
        parsed["CompositeAlarms"] = [row | {"AlarmArn": self.arn(name)} for name, row in self.kept.items()]

    def tags(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context["named"] = params

    def answered(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        asked = context.get("named", {})
        for name in list(self.kept):
            if model.name == "ListTagsForResource" and asked.get("ResourceARN") == self.arn(name):
                return AWSResponse("https://example.invalid/", 200, {}, Body()), {"Tags": self.kept[name]["Tags"]}
            if model.name == "DeleteAlarms" and name in asked.get("AlarmNames", ()):
                assert asked["AlarmNames"] == [name], "CloudWatch deletes one composite alarm at a time"
                del self.kept[name]
                return AWSResponse("https://example.invalid/", 200, {}, Body()), {}
        return None


@dataclass(slots=True)
class Account:
    door: Door
    client: Any
    composites: Composites
    pauses: list[float] = field(default_factory=list)

    def plan(self, *wanted: Alarm) -> Plan:
        return plan(wanted, present(self.client, "tw", "shop"), "tw", "shop")

    def apply(self, *wanted: Alarm) -> list[str]:
        return list(apply(self.client, self.plan(*wanted), "tw", "shop", self.pauses.append))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    composites, substitute = Composites(), Substitute()
    substitute.answer("cloudwatch", "PutCompositeAlarm", composites.put)
    substitute.handlers.append(("after-call.cloudwatch.DescribeAlarms", composites.described))
    for operation in ("ListTagsForResource", "DeleteAlarms"):
        substitute.handlers.append((f"before-parameter-build.cloudwatch.{operation}", composites.tags))
        substitute.handlers.append((f"before-call.cloudwatch.{operation}", composites.answered))
    with aws_account.environment(monkeypatch), mock_aws():
        door = Door(make=substitute.make)
        yield Account(door, door.client("cloudwatch", Place(REGION)), composites)


def test_what_is_made_is_there_as_it_was_wanted(account: Account) -> None:
    lines = account.apply(*ALL)
    assert lines == [
        "created tw-shop-cpu",
        "created tw-shop-slow",
        "created tw-shop-band",
        "created tw-shop-share",
        "created tw-shop-both",
    ]
    again = account.plan(*ALL)
    assert again.is_empty
    assert {one.name for one in again.same} == {one.name for one in ALL}
    assert account.pauses == [SECONDS_A_CALL] * 5


def test_a_change_is_made_in_place_and_keeps_its_tags(account: Account) -> None:
    account.apply(*ALL)
    changed = [replace(CPU, threshold=80.0), SLOW, BAND, SHARE, replace(BOTH, rule='ALARM("tw-shop-cpu")')]
    assert account.apply(*changed) == ["changed tw-shop-cpu", "changed tw-shop-both"]
    assert account.plan(*changed).is_empty


def test_composites_go_first_and_by_themselves(account: Account) -> None:
    account.apply(*ALL)
    assert account.apply() == ["deleted tw-shop-both", "deleted tw-shop-band, tw-shop-cpu, tw-shop-share, tw-shop-slow"]
    assert present(account.client, "tw", "shop") == ()


def test_what_is_not_ours_is_never_touched(account: Account) -> None:
    theirs = boto3.client("cloudwatch", region_name=REGION)
    for name in ("tw-shop-cpu", "tw-shop-hand-made", "tw-shop-eu-cpu", "else"):
        theirs.put_metric_alarm(**replace(CPU, name=name, threshold=1.0, actions=()).request())
    before = theirs.describe_alarms()["MetricAlarms"]
    assert account.plan(*ALL).foreign == ("tw-shop-cpu",)
    account.apply(*ALL)
    account.apply()
    assert theirs.describe_alarms()["MetricAlarms"] == before


def test_an_error_in_the_middle_leaves_known_what_was_done(account: Account) -> None:
    lines = apply(
        account.client, account.plan(CPU, replace(SLOW, comparison="Nonsense")), "tw", "shop", account.pauses.append
    )
    assert next(lines) == "created tw-shop-cpu"
    assert {one.alarm.name for one in present(account.client, "tw", "shop")} == {"tw-shop-cpu"}


def test_it_calls_nothing_beyond_what_it_says(account: Account) -> None:
    account.apply(*ALL)
    account.apply()
    assert account.door.calls.actions() <= set(ACTIONS)
    assert set(ACTIONS) <= actions(read_policy(), publish_policy())
