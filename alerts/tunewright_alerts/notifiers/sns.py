"""Amazon SNS: text to a topic. On a FIFO topic the message's key drops a repetition and its thread keeps the order."""

from dataclasses import dataclass
from typing import Any

from tunewright_alerts import aws, wording
from tunewright_alerts.message import Message

_SUBJECT = 100
_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sns:
    """One topic."""

    topic: str

    def send(self, message: Message) -> None:
        """As Notifier."""
        subject = wording.title(message)[:_SUBJECT].encode("ascii", "replace").decode()
        asked: dict[str, Any] = {
            "TopicArn": self.topic,
            "Subject": subject,
            "Message": wording.text(message).encode()[:_BYTES].decode("utf-8", "ignore"),
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value}
                for name, value in (("severity", message.severity.value), ("event", message.event.value), ("key", message.key))
            },
        }  # fmt: skip
        if self.topic.endswith(".fifo"):
            asked |= {"MessageGroupId": message.thread, "MessageDeduplicationId": message.key}
        with aws.translated("Amazon SNS", "sns:Publish on the topic"):
            aws.client("sns", _region(self.topic)).publish(**asked)


def _region(arn: str) -> str | None:
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 and parts[3] else None
