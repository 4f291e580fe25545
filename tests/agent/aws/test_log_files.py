"""Log files by the RDS API: read on from the marker, over a rotation, bounded, private, gone at the end. Substitutes: moto lacks the calls."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws_account import REGION, Hooks, make_cluster
from tunewright_agent.demo.aurora.substitute import refuse
from tunewright_agent.sources.aws.log_files import LogFiles
from tunewright_agent.sources.aws.reader import Reader, Target
from tunewright_agent.sources.aws.session import Door, Limits, Place
from tunewright_agent.sources.aws.spool import MOST_BYTES, Spool
from tunewright_agent.sources.source import Denied
from tunewright_analyzers.facts.cloud_insights import LogsFetched

pytestmark = pytest.mark.usefixtures("account")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR11, HOUR12 = "error/postgresql.log.2026-11-28-11", "error/postgresql.log.2026-11-28-12"


class Logs:
    """What RDS would hold: texts by file, the last one is written to; a portion is ten characters."""

    def __init__(self, hooks: Hooks) -> None:
        self.files: dict[str, str] = {}
        self.asked: list[tuple[str, str | None]] = []
        hooks.answer("rds", "DescribeDBLogFiles", self._list)
        hooks.answer("rds", "DownloadDBLogFilePortion", self._portion)

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["FilenameContains"] == "postgresql.log"
        rows = [{"LogFileName": name, "LastWritten": place, "Size": 1} for place, name in enumerate(self.files)]
        return {"DescribeDBLogFiles": rows}

    def _portion(self, asked: dict[str, Any]) -> dict[str, Any]:
        text, marker = self.files[asked["LogFileName"]], asked.get("Marker")
        self.asked.append((asked["LogFileName"], marker))
        start = int(marker) if marker is not None else max(0, len(text) - 10)
        end = min(len(text), start + 10)
        return {"LogFileData": text[start:end], "Marker": str(end), "AdditionalDataPending": end < len(text)}


def reader(hooks: Hooks) -> Reader:
    return Reader(Door(Limits(attempts=1), make=hooks.make), Target("shop", Place(REGION)))


def test_it_goes_on_from_the_marker_and_over_a_rotation(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    logs, source = Logs(hooks), LogFiles()
    one = reader(hooks)
    logs.files[HOUR11] = "old and long: the end "
    source.collect(one, NOW)
    logs.files[HOUR11] += "of eleven "
    logs.files[HOUR12] = "and the beginning of twelve"
    (section,) = source.collect(one, NOW).sections
    assert isinstance(section, LogsFetched)
    path = source.spool.path("shop-1")
    assert path.read_text() == ": the end of eleven and the beginning of twelve"
    assert [(row.instance, row.file, row.fetched_bytes) for row in section.rows] == [
        ("shop-1", HOUR12, len(path.read_text()))
    ]
    before = len(logs.asked)
    source.collect(one, NOW)
    assert path.read_text().endswith("of twelve")
    assert logs.asked[before:] == [(HOUR12, "27")]
    source.spool.close()


def test_the_spool_is_private_bounded_and_gone_at_the_end() -> None:
    spool = Spool()
    spool.add("shop-1", "x" * (MOST_BYTES - 1))
    path = spool.path("shop-1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    spool.add("shop-1", "new content")
    assert path.read_text() == "new content"
    spool.close()
    assert not path.parent.exists()


def test_a_denied_download_is_told_with_the_mend(hooks: Hooks) -> None:
    make_cluster(boto3.client("rds"), "shop", 1)
    Logs(hooks).files[HOUR11] = "x"
    hooks.answer("rds", "DownloadDBLogFilePortion", refuse("AccessDenied"))
    with pytest.raises(Denied, match="rds:DownloadDBLogFilePortion"):
        LogFiles().collect(reader(hooks), NOW)


def test_a_member_that_may_pause_is_left_alone(hooks: Hooks, tmp_path: Path) -> None:
    client = boto3.client("rds")
    make_cluster(client, "shop", 0, ServerlessV2ScalingConfiguration={"MinCapacity": 0, "MaxCapacity": 8})
    client.create_db_instance(
        DBInstanceIdentifier="shop-1",
        DBClusterIdentifier="shop",
        DBInstanceClass="db.serverless",
        Engine="aurora-postgresql",
    )
    logs, one = Logs(hooks), reader(hooks)
    logs.files[HOUR11] = "x"
    assert LogFiles().collect(one, NOW).sections == (LogsFetched(()),)
    assert "rds:DescribeDBLogFiles" not in one.door.calls.actions()
