"""The demo on MySQL from end to end, as a user would run it: every planted mistake is found, and the advice is measured."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tunewright_agent.embedded.mysql import EmbeddedMysql

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"


def test_the_demo_finds_all_and_measures_what_it_mended(mysql8: EmbeddedMysql, tmp_path: Path) -> None:
    assert mysql8.pid is not None  # the same build can be had here
    result = subprocess.run(
        [TUNEWRIGHT, "demo", "--engine", "mysql", "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr
    assert "16 of 16 planted mistakes found" in result.stdout
    measured = json.loads((tmp_path / "findings.json").read_text())["measured"]
    assert measured["after_seconds"] < 0.5 * measured["before_seconds"]
    assert "tunewright_mysql_history_list_length" in (tmp_path / "metrics.txt").read_text()
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "example.net" not in written
    assert "only-for-this-throw-away-server" not in written
