"""The demo on MySQL and MariaDB from end to end, as a user would run it: every planted mistake is found and nothing else above severity low, and the
advice is measured."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tunewright_agent.demo.mysql.mistakes import ASPECTS, FALSE_ALARMS, PLANTED, explained
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_analyzers.finding import Severity

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"


@pytest.mark.parametrize(("engine", "build"), [("mysql", "mysql8"), ("mariadb", "mariadb")])
def test_the_demo_finds_all_and_nothing_else_and_measures_what_it_mended(
    start_mysql: Callable[[str], EmbeddedMysql], tmp_path: Path, engine: str, build: str
) -> None:
    assert start_mysql(build).pid is not None  # the same build can be had here
    result = subprocess.run(
        [TUNEWRIGHT, "demo", "--engine", engine, "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    assert "16 of 16 planted mistakes found" in result.stdout
    document = json.loads((tmp_path / "findings.json").read_text())
    severe = [one for one in document["findings"] if Severity(one["severity"]).rank > Severity.LOW.rank]
    assert severe
    assert [
        (one["check"], one["subject"], one["summary"]) for one in severe if not explained(one["check"], one["subject"])
    ] == []
    measured = document["measured"]
    assert measured["after_seconds"] < 0.5 * measured["before_seconds"]
    assert "tunewright_mysql_history_list_length" in (tmp_path / "metrics.txt").read_text()
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "example.net" not in written
    assert "only-for-this-throw-away-server" not in written


def test_every_aspect_is_of_a_planted_mistake() -> None:
    assert {one.of for one in (*ASPECTS, *FALSE_ALARMS)} <= {one.name for one in PLANTED}
    assert not explained("plans/filtered_scan", f"statement {'0' * 16} in shop"), "the test above can fail"
    assert not explained("security/empty_password", "account dba@%")
