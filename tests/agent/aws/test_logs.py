"""The transports of the server's log over AWS, on moto behind real boto3.

moto has no DownloadDBLogFilePortion: a hook of botocore answers it from a text, with AWS's own markers; everything else is moto's.
"""

import time
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError
from pydantic import ValidationError

from tunewright_agent.config.settings import ClusterSettings
from tunewright_agent.engines.postgres import ENGINE
from tunewright_agent.sources.aws.session import Door
from tunewright_agent.sources.postgres.log_aws import aws_log
from tunewright_agent.sources.postgres.log_cloudwatch import CloudWatchLog
from tunewright_agent.sources.postgres.log_rds import RdsLog
from tunewright_agent.sources.source import Denied, SourceError

pytestmark = pytest.mark.usefixtures("account")
REGION = "eu-central-1"
PREFIX = "%t:%r:%u@%d:[%p]:"
HEAD = "2026-01-02 03:04:05 UTC:10.0.0.1(5432):al@shop:[77]:"
ERROR = f"{HEAD}ERROR:  deadlock detected\n{HEAD}DETAIL:  Process 77 waits for ShareLock on transaction 5; blocked by process 78.\n\tProcess 77: x\n"
NEXT = f"{HEAD}LOG:  database system is ready to accept connections\n"


class Files:
    """An instance's log files, answered as AWS does: by a marker that says how far they were read."""

    def __init__(self, client: Any, portion: int = 60) -> None:
        self.texts: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []
        self.portion = portion
        client.meta.events.register("before-call.rds.DownloadDBLogFilePortion", self._answer)
        client.meta.events.register("before-call.rds.DescribeDBLogFiles", self._list)
        client.meta.events.register("before-parameter-build.rds.DownloadDBLogFilePortion", self._note)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.asked.append(dict(params))

    def _list(self, **_: Any) -> Any:
        return _http(), {"DescribeDBLogFiles": [{"LogFileName": name} for name in self.texts]}

    def _answer(self, **_: Any) -> Any:
        asked = self.asked[-1]
        text = self.texts[asked["LogFileName"]]
        start = int(asked["Marker"]) if "Marker" in asked else max(0, len(text) - 10_000)
        piece = text[start : start + self.portion]
        end = start + len(piece)
        return _http(), {"LogFileData": piece, "Marker": str(end), "AdditionalDataPending": end < len(text)}


class _http:  # noqa: N801  # stands for botocore's AWSResponse
    status_code = 200
    headers: ClassVar[dict[str, str]] = {}


def _rds(portion: int = 60) -> tuple[RdsLog, Files]:
    client = boto3.client("rds", region_name=REGION)
    files = Files(client, portion)
    log = RdsLog(client, "shop-1", REGION)
    log.told(PREFIX, "UTC")
    return log, files


def test_a_file_is_read_in_portions_and_a_newer_one_after_it() -> None:
    log, files = _rds()
    files.texts["error/postgresql.log.2026-01-02-03"] = "cut off line\n" + ERROR
    files.texts["error/postgresql.log.2026-01-02-03.csv"] = "not read beside it"
    first = list(log.entries())
    assert [one.severity for one in first] == ["ERROR"], "the last entry waits for what follows"
    assert (first[0].database, first[0].pid) == ("shop", 77)
    files.texts["error/postgresql.log.2026-01-02-03"] += NEXT
    files.texts["error/postgresql.log.2026-01-02-04"] = NEXT + ERROR
    more = list(log.entries())
    assert [one.severity for one in more] == ["DETAIL", "LOG", "LOG", "ERROR"]
    assert "Process 77: x" in more[0].message
    assert [one.severity for one in log.entries()] == ["DETAIL"], "a pass that brings nothing ends the last entry"
    assert list(log.entries()) == []
    assert log.damaged == 0
    assert log.dropped == len("cut off line\n")


def test_a_large_backlog_is_read_over_several_passes_without_loss() -> None:
    log, files = _rds(portion=200)
    files.texts["error/postgresql.log.1"] = "x\n"
    list(log.entries())
    files.texts["error/postgresql.log.1"] += NEXT * 100
    found = [len(list(log.entries())) for _ in range(8)]
    assert sum(found) == 100
    assert max(found) < 100


def test_a_refusal_names_the_action() -> None:
    client = boto3.client("rds", region_name=REGION)

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "s3cr3t"}}, "DescribeDBLogFiles")

    client.meta.events.register("before-call.rds.DescribeDBLogFiles", refuse)
    with pytest.raises(Denied) as told:
        list(RdsLog(client, "shop-1", REGION).entries())
    assert "rds:DescribeDBLogFiles" in str(told.value.mend)
    assert "s3cr3t" not in str(told.value)


def test_an_instance_that_is_not_there_is_said_by_moto_itself() -> None:
    with pytest.raises(SourceError):
        list(RdsLog(boto3.client("rds", region_name=REGION), "nowhere", REGION).entries())


NOW = 1_767_323_045_000


@pytest.fixture
def group() -> Any:
    client = boto3.client("logs", region_name=REGION)
    client.create_log_group(logGroupName="/aws/rds/cluster/shop/postgresql")
    client.create_log_stream(logGroupName="/aws/rds/cluster/shop/postgresql", logStreamName="shop-1.0")
    return client


def _put(client: Any, *messages: tuple[int, str]) -> None:
    client.put_log_events(
        logGroupName="/aws/rds/cluster/shop/postgresql",
        logStreamName="shop-1.0",
        logEvents=[{"timestamp": at, "message": text} for at, text in messages],
    )


def test_events_of_cloudwatch_are_given_once_late_ones_too(group: Any) -> None:
    now = int(time.time() * 1000)  # moto refuses events of another time than today's
    detail = f"{HEAD}DETAIL:  Process 77 waits\nProcess 77: x"
    _put(group, (now - 60_000, ERROR.partition("\n")[0]), (now - 60_000, detail))
    log = CloudWatchLog(group, "/aws/rds/cluster/shop/postgresql", REGION, lambda: now, "shop-1.0")
    log.told(PREFIX, "UTC")
    first = list(log.entries())
    assert [one.severity for one in first] == ["ERROR", "DETAIL"]
    assert "Process 77: x" in first[1].message
    assert list(log.entries()) == []
    _put(group, (now - 90_000, NEXT))
    assert [one.severity for one in log.entries()] == ["LOG"]
    assert log.damaged == 0


def test_a_group_that_is_not_there_is_a_fault_that_names_the_call() -> None:
    log = CloudWatchLog(
        boto3.client("logs", region_name=REGION), "/aws/rds/instance/none/postgresql", REGION, lambda: NOW
    )
    with pytest.raises(SourceError) as told:
        list(log.entries())
    assert "logs:FilterLogEvents" in told.value.reason


def test_the_settings_name_either_transport() -> None:
    assert isinstance(aws_log("rds:shop-1@eu-central-1", Door()), RdsLog)
    assert isinstance(aws_log("cloudwatch:/aws/rds/cluster/shop/postgresql@us-gov-west-1", Door()), CloudWatchLog)
    with pytest.raises(ValueError, match="rds:INSTANCE@REGION"):
        aws_log("s3:bucket@eu-central-1", Door())


def test_a_cluster_with_log_from_has_the_source() -> None:
    cluster = ClusterSettings(name="shop", url="postgresql://h/d", log_from="rds:shop-1@eu-central-1")
    (source,) = ENGINE.configured(cluster, None)
    assert source.name == "log_events"
    with pytest.raises(ValidationError):
        ClusterSettings(name="shop", url="postgresql://h/d", log_from="rds:shop-1")
