"""Log files of an RDS or Aurora instance by rds:DescribeDBLogFiles and DownloadDBLogFilePortion: a LogTransport. Used by log_events.

    first call       the newest file, its last LINES lines
    marker known     what was written behind it, at most PORTIONS portions of 1 MB a pass
    a newer file     the old one to its end, then the newer from its start (RDS begins one each hour)

The marker is AWS's own and holds for one file. RDS needs rds:DownloadDBLogFilePortion on the instance.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.sources.aws.faults import translate
from tunewright_agent.sources.postgres.log_stream import LogStream
from tunewright_agent.sources.source import Unsupported
from tunewright_analyzers.logs.entry import Entry

LINES = 2000
PORTIONS = 16
_NAMES = ("postgresql.log", "error/postgresql")
_LIST, _READ = "rds:DescribeDBLogFiles", "rds:DownloadDBLogFilePortion"


class RdsClient(Protocol):
    """What of boto3's RDS client is used. Its deadlines are those of its configuration."""

    def describe_db_log_files(self, **request: Any) -> dict[str, Any]:
        """The log files of an instance."""

    def download_db_log_file_portion(self, **request: Any) -> dict[str, Any]:
        """A piece of one."""


class RdsLog:
    """The log of one instance. As LogTransport."""

    def __init__(self, client: RdsClient, instance: str, region: str) -> None:
        self._client, self._instance, self._region = client, instance, region
        self._file: str | None = None
        self._marker: str | None = None
        self._stream = LogStream("postgresql.log", whole=False)
        self._dropped = self._damaged = 0
        self._settings: tuple[str | None, str | None] = (None, None)

    @property
    def dropped(self) -> int:
        """As LogTransport."""
        return self._dropped + self._stream.dropped

    @property
    def damaged(self) -> int:
        """As LogTransport."""
        return self._damaged + self._stream.damaged

    def told(self, log_line_prefix: str | None, log_timezone: str | None) -> None:
        """As LogTransport."""
        self._settings = (log_line_prefix, log_timezone)
        self._stream.prefix, self._stream.zone = self._settings

    def entries(self) -> Iterator[Entry]:
        """As LogTransport. Raises SourceError."""
        files = self._files()
        if self._file is None:
            self._begin(files[-1], whole=False)
        left = PORTIONS
        while left > 0:
            pending = True
            while pending and left > 0:
                portion = self._portion()
                left -= 1
                pending = bool(portion.get("AdditionalDataPending"))
                text = portion.get("LogFileData") or ""
                yield from self._stream.feed(text, over=not pending and not text)
            newer = [name for name in files if name > (self._file or "")]
            if pending or not newer:
                return
            yield from self._stream.feed("", over=True)
            self._begin(newer[0], whole=True)

    def _begin(self, name: str, *, whole: bool) -> None:
        self._dropped, self._damaged = self.dropped, self.damaged
        self._file, self._marker = name, "0" if whole else None
        self._stream = LogStream(name, whole=whole)
        self._stream.prefix, self._stream.zone = self._settings

    def _files(self) -> list[str]:
        """Names of the server's own log files, oldest first (RDS has the hour in the name). Those of csvlog are left out beside their like."""
        found: list[str] = []
        request: dict[str, Any] = {"DBInstanceIdentifier": self._instance}
        while True:
            try:
                answer = self._client.describe_db_log_files(**request)
            except (ClientError, BotoCoreError) as error:
                raise translate(error, _LIST, self._region) from error
            found += [one["LogFileName"] for one in answer.get("DescribeDBLogFiles", ())]
            if not answer.get("Marker"):
                break
            request["Marker"] = answer["Marker"]
        named = sorted(name for name in found if any(known in name for known in _NAMES) and not name.endswith(".csv"))
        if not named:
            raise Unsupported(
                f"the instance {self._instance} has no log of PostgreSQL",
                "is it of engine postgres or aurora-postgresql?",
            )
        return named

    def _portion(self) -> dict[str, Any]:
        request: dict[str, Any] = {
            "DBInstanceIdentifier": self._instance,
            "LogFileName": self._file,
            "NumberOfLines": LINES,
        }
        if self._marker is not None:
            request["Marker"] = self._marker
        try:
            answer = self._client.download_db_log_file_portion(**request)
        except (ClientError, BotoCoreError) as error:
            raise translate(error, _READ, self._region) from error
        self._marker = answer.get("Marker") or self._marker
        return answer
