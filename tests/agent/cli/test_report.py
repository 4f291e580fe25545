"""`report`: every form, several files as one fleet, and every fault in one line with its mend."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import month
from month import Month
from tunewright_agent.cli import report as command  # noqa: F401  # adds its command
from tunewright_agent.cli.app import app
from tunewright_agent.history.store import History
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = pytest.mark.slow
END = month.START + 20 * month.HOUR


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty hours of the shop."""
    made = tmp_path_factory.mktemp("report") / "history.db"
    with History(made) as history:
        Month(history).run(END)
    return made


def run(*arguments: object) -> Result:
    """What the command says."""
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_markdown_on_standard_output(path: Path) -> None:
    told = run("--history", path, "--since", "10h", "--until", END.isoformat())
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(
        "# Tunewright report: shop / db1:5432: 2 Nov 2026 10:00 UTC to 2 Nov 2026 20:00 UTC\n"
    )
    assert "SELECT region, sum\\(total\\)" not in told.stdout
    assert "SELECT region, sum(total)" in told.stdout


@pytest.mark.parametrize(
    ("ending", "begins"), [("html", b"<!doctype html>"), ("md", b"# Tunewright"), ("json", b"{\n")]
)
def test_a_file_by_its_ending(path: Path, tmp_path: Path, ending: str, begins: bytes) -> None:
    target = tmp_path / f"report.{ending}"
    told = run("--history", path, "--until", END.isoformat(), "--out", target)
    assert told.exit_code == 0, told.output
    assert target.read_bytes().startswith(begins)
    assert "1 server" in told.stderr


def test_two_files_are_a_fleet(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with History(other) as history:
        made = Month(history)
        made.memory.cluster = ClusterId("orders")
        made.run(month.START + 3 * month.HOUR)
    target = tmp_path / "fleet.json"
    told = run("--history", path, "--history", other, "--until", END.isoformat(), "--out", target)
    assert told.exit_code == 0, told.output
    shape = json.loads(target.read_text())
    assert {one["name"] for one in shape["clusters"]} == {"shop / db1:5432", "orders / db1:5432"}
    assert len(shape["fleet"]["blocks"][0]["rows"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--history", "HISTORY", "--out", "report.doc"), "give one of .html, .md, .json, .pdf"),
        (("--history", "HISTORY", "--since", "soon"), "--since"),
        (("--history", "HISTORY", "--since", "1h"), "between 6h and 180d"),
        (("--history", "HISTORY", "--until", "2026-11-30"), "needs a zone"),
        (("--history", "HISTORY", "--out", "/nowhere/report.md"), "cannot be written"),
        (("--history", "/nowhere.db"), "there is no history file"),
        ((), "one of --config and --history"),
    ],
)
def test_faults_in_one_line(path: Path, arguments: tuple[str, ...], said: str) -> None:
    told = run(*(str(path) if one == "HISTORY" else one for one in arguments))
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.output
    assert told.stderr.count("\n") == 1
