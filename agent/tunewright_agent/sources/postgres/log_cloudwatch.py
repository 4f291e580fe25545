"""The log of an RDS or Aurora server that is exported to CloudWatch Logs, by logs:FilterLogEvents: a LogTransport. Used by log_events.

The group is /aws/rds/cluster/NAME/postgresql or /aws/rds/instance/NAME/postgresql. One event is one message with its further lines; events are
asked for by time, so the last LATE milliseconds are asked for again (CloudWatch takes them in late) and told apart by their ids.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.sources.aws.faults import translate
from tunewright_agent.sources.postgres.log_stream import LogStream
from tunewright_analyzers.logs.entry import Entry

LATE = 120_000
"""Milliseconds."""
FIRST = 3_600_000
"""Milliseconds that the first call looks back."""
PAGES = 20
_READ = "logs:FilterLogEvents"


class LogsClient(Protocol):
    """What of boto3's CloudWatch Logs client is used."""

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        """Events of a group."""


class CloudWatchLog:
    """The log of one group (`stream`: of one instance of a cluster). `now`: milliseconds since 1970. As LogTransport."""

    def __init__(
        self, client: LogsClient, group: str, region: str, now: Callable[[], int], stream: str | None = None
    ) -> None:
        self._client, self._group, self._region, self._now, self._only = client, group, region, now, stream
        self._since: int | None = None
        self._seen: dict[str, int] = {}
        self._read = LogStream("postgresql.log", whole=True)

    @property
    def dropped(self) -> int:
        """As LogTransport: bytes, as far as they were seen."""
        return self._read.dropped

    @property
    def damaged(self) -> int:
        """As LogTransport."""
        return self._read.damaged

    def told(self, log_line_prefix: str | None, log_timezone: str | None) -> None:
        """As LogTransport."""
        self._read.prefix, self._read.zone = log_line_prefix, log_timezone

    def entries(self) -> Iterator[Entry]:
        """As LogTransport. Raises SourceError."""
        begin = self._now() - FIRST if self._since is None else self._since - LATE
        request: dict[str, Any] = {"logGroupName": self._group, "startTime": max(0, begin)}
        if self._only is not None:
            request["logStreamNames"] = [self._only]
        newest = self._since or begin
        for _ in range(PAGES):
            try:
                answer = self._client.filter_log_events(**request)
            except (ClientError, BotoCoreError) as error:
                raise translate(error, _READ, self._region) from error
            for event in answer.get("events", ()):
                newest = max(newest, int(event["timestamp"]))
                if event["eventId"] not in self._seen:
                    self._seen[event["eventId"]] = int(event["timestamp"])
                    yield from self._entry(str(event["message"]))
            if not answer.get("nextToken"):
                break
            request["nextToken"] = answer["nextToken"]
        self._since = newest
        self._seen = {one: at for one, at in self._seen.items() if at >= newest - LATE}

    def _entry(self, message: str) -> Iterator[Entry]:
        """One event is whole: its further lines begin with a tab in the file, and may have lost it on the way."""
        first, _, rest = message.rstrip("\n").partition("\n")
        lines = [line if line.startswith("\t") else f"\t{line}" for line in rest.split("\n")] if rest else []
        yield from self._read.feed("\n".join((first, *lines)) + "\n", over=True)
