"""The calls: read what is there, put and delete what the plan says. Alarms first, composites of them after; deletions the other way round."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from tunewright_alerts.alarms.alarm import Alarm, read
from tunewright_alerts.alarms.plan import Plan, Present, prefix_of, tags

SECONDS_A_CALL = 0.4
"""PutMetricAlarm and PutCompositeAlarm are limited to three a second."""
MOST_DELETED = 100
ACTIONS = (
    "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm", "cloudwatch:PutCompositeAlarm",
    "cloudwatch:DeleteAlarms", "cloudwatch:TagResource",
)  # fmt: skip
"""What it asks of IAM (TagResource: for tags at the making)."""


class CloudWatch(Protocol):
    """The part of boto3's client that is used. Every method raises botocore's errors."""

    def get_paginator(self, operation_name: str) -> Any: ...
    def list_tags_for_resource(self, **request: Any) -> Any: ...
    def put_metric_alarm(self, **request: Any) -> Any: ...
    def put_composite_alarm(self, **request: Any) -> Any: ...
    def delete_alarms(self, **request: Any) -> Any: ...


def _described(client: CloudWatch, prefix: str) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    for page in pages:
        yield from page.get("MetricAlarms", ())
        yield from page.get("CompositeAlarms", ())


def present(client: CloudWatch, prefix: str, cluster: str) -> tuple[Present, ...]:
    """The alarms whose names begin as ours do, with their tags."""
    found = []
    for row in _described(client, prefix_of(prefix, cluster)):
        rows = client.list_tags_for_resource(ResourceARN=row["AlarmArn"]).get("Tags", ())
        pairs = tuple((one["Key"], one["Value"]) for one in rows)
        found.append(Present(read(row), row["AlarmArn"], pairs))
    return tuple(found)


def _put(client: CloudWatch, alarm: Alarm, pairs: dict[str, str] | None) -> None:
    request = alarm.request()
    if pairs is not None:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in pairs.items()]
    (client.put_composite_alarm if alarm.rule is not None else client.put_metric_alarm)(**request)


def _deletions(plan: Plan) -> Iterator[list[str]]:
    """A composite alarm by itself (CloudWatch wants that), the others together, composites first."""
    yield from ([one.name] for one in plan.delete if one.rule is not None)
    names = [one.name for one in plan.delete if one.rule is None]
    yield from (names[start : start + MOST_DELETED] for start in range(0, len(names), MOST_DELETED))


def apply(client: CloudWatch, plan: Plan, prefix: str, cluster: str, pause: Callable[[float], None]) -> Iterator[str]:
    """Do it; yields a line for each thing done, so that an error in the middle leaves known what was. Raises botocore's errors.

    What is deleted goes first where it is composite: CloudWatch keeps an alarm that a composite one still names.
    """
    for names in _deletions(plan):
        client.delete_alarms(AlarmNames=names)
        yield f"deleted {', '.join(names)}"
        pause(SECONDS_A_CALL)
    wanted = [*((one, True) for one in plan.create), *((one.alarm, False) for one in plan.change)]
    for alarm, is_new in sorted(wanted, key=lambda one: one[0].rule is not None):
        _put(client, alarm, tags(prefix, cluster) if is_new else None)
        yield f"{'created' if is_new else 'changed'} {alarm.name}"
        pause(SECONDS_A_CALL)
