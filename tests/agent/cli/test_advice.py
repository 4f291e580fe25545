"""`findings` and `recommendations`: what the daemon remembers, read beside it, and every fault in one line with its mend."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

import states
from tunewright_agent.cli import advice  # noqa: F401  # adds its commands
from tunewright_agent.cli.app import app
from tunewright_agent.history.ledger import Ledger
from tunewright_agent.history.lives import Life
from tunewright_agent.history.stores.sqlite import SqliteFile
from tunewright_agent.reports.shapes import judgement_shape
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.facts.snapshot import Window

pytestmark = pytest.mark.slow  # some seconds together

NOW = datetime.now(UTC)
"""The commands ask the clock themselves."""


def given(minutes_ago: float = 1) -> Judgement:
    """The shop's judgement, made so long ago."""
    judgement = states.shop().instances[0].judgement
    assert judgement is not None
    return replace(judgement, judged_at=NOW - timedelta(minutes=minutes_ago))


def book(path: Path, judgement: Judgement, cluster: str = "shop") -> None:
    """As the daemon does."""
    database = SqliteFile(path)
    database.open()
    window = Window(ClusterId(cluster), NOW, NOW, states.snapshot())
    Ledger(database).judged(ClusterId(cluster), "db1:5432", judgement, window)
    database.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history with one judgement."""
    made = tmp_path / "history.db"
    book(made, given())
    return made


@pytest.fixture
def config(tmp_path: Path, path: Path) -> Path:
    """A configuration that names it."""
    made = tmp_path / "t.toml"
    made.write_text(
        f'[history]\npath = "{path}"\n[[clusters]]\nname = "shop"\nurl = "postgresql://h/d"\n', encoding="utf-8"
    )
    return made


def tunewright(*arguments: str | Path) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(one) for one in arguments])


def refused(result: Result, status: int, *fragments: str) -> None:
    """One line on stderr, that status, nothing on stdout."""
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    for fragment in fragments:
        assert fragment in line


MISSING = "c0ffee5a1b2c"


def test_findings_are_the_newest_judgement_in_the_shape_of_once(path: Path, config: Path) -> None:
    for where in (("--history", path), ("--config", config)):
        result = tunewright("findings", *where, "--format", "json")
        assert result.exit_code == 0, result.stderr
        assert json.loads(result.stdout) == json.loads(json.dumps(judgement_shape(given())))
        assert result.stderr == ""


def test_findings_for_people_are_plain_lines_elsewhere_than_on_a_terminal(path: Path) -> None:
    result = tunewright("findings", "--history", path)
    assert result.exit_code == 0
    first, *lines = result.stdout.splitlines()
    assert first.startswith("Judged ")
    assert "\x1b" not in result.stdout
    for finding in given().findings:
        assert any(
            line.startswith(f"{finding.severity}  {finding.check}") and finding.summary in line for line in lines
        )
    assert "`tunewright recommendations list`" in lines[-1]


def test_findings_by_severity_and_check(path: Path) -> None:
    found = json.loads(tunewright("findings", "--history", path, "--format", "json", "--severity", "high").stdout)
    assert {one["severity"] for one in found["findings"]} == {"high", "critical"}
    assert {one["finding"] for one in found["recommendations"]} <= {one["id"] for one in found["findings"]}
    assert found["not_judged"], "what was not judged may be severe"
    group = json.loads(tunewright("findings", "--history", path, "--format", "json", "--check", "indexes").stdout)
    assert {one["check"].partition("/")[0] for one in group["findings"] + group["not_judged"]} == {"indexes"}
    one = json.loads(tunewright("findings", "--history", path, "--format", "json", "--check", "indexes/missing").stdout)
    assert {one["check"] for one in one["findings"]} == {"indexes/missing"}
    refused(
        tunewright("findings", "--history", path, "--check", "indexes/mising"),
        2,
        "no check or group",
        "tunewright checks",
    )


def test_a_stopped_daemon_is_told_by_the_age_of_its_judgement(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    book(path, given(minutes_ago=60 * 26))
    for form in ("table", "json"):
        result = tunewright("findings", "--history", path, "--format", form)
        assert result.exit_code == 0
        (line,) = result.stderr.splitlines()
        assert line.startswith("note: shop, db1:5432: judged 26 h")
        assert "the daemon may have stopped; `tunewright run" in line
    assert "Judged 26 h" in tunewright("findings", "--history", path).stdout
    assert "judged 26 h" in tunewright("recommendations", "list", "--history", path).stderr


def test_only_the_configurations_clusters_are_shown(tmp_path: Path, path: Path, config: Path) -> None:
    book(path, replace(given(60 * 24 * 9), findings=()), cluster="abandoned")
    found = tunewright("findings", "--config", config, "--format", "json")
    assert json.loads(found.stdout) == json.loads(json.dumps(judgement_shape(given())))
    assert found.stderr == ""
    config.write_text(config.read_text().replace('name = "shop"', 'name = "other"'))
    refused(tunewright("findings", "--config", config), 1, "nothing of other has been judged yet")
    refused(tunewright("recommendations", "list", "--config", config), 1, "nothing of other has been judged yet")


def test_the_list_by_state(path: Path) -> None:
    total = len(given().recommendations)
    lines = tunewright("recommendations", "list", "--history", path).stdout.splitlines()
    assert len(lines) == total
    assert any(
        line.startswith(
            f"{MISSING}  open  shop  indexes/missing  create index: index public.orders(status, created_at)"
        )
        for line in lines
    )
    for state in ("applied", "dismissed", "withdrawn"):
        result = tunewright("recommendations", "list", "--history", path, "--state", state)
        assert (result.exit_code, result.stdout) == (0, f"No recommendation is {state}.\n")
    book(path, replace(given(0), recommendations=(), not_judged=()))
    listed = json.loads(
        tunewright("recommendations", "list", "--history", path, "--state", "all", "--format", "json").stdout
    )
    assert len(listed["recommendations"]) == total
    assert {one["state"] for one in listed["recommendations"]} <= {"withdrawn", "open"}
    (mine,) = [one for one in listed["recommendations"] if one["id"] == MISSING]
    assert [one["state"] for one in mine["life"]] == ["open", "withdrawn"]
    assert mine["cluster"] == "shop"
    assert mine["statements"][0].startswith("CREATE INDEX CONCURRENTLY")


def test_one_in_full_by_the_beginning_of_its_id(path: Path) -> None:
    text = tunewright("recommendations", "show", MISSING[:5], "--history", path).stdout
    (whole,) = [one for one in given().recommendations if one.id == MISSING]
    assert whole.expectation is not None
    for part in (
        *whole.statements,
        *whole.rollback,
        whole.risk,
        whole.caution,
        whole.expectation.metric,
        *(one.label for one in whole.evidence),
        "open       tunewright: found",
        f"{MISSING}  open  cluster shop",
    ):
        assert part in text
    shape = json.loads(tunewright("recommendations", "show", MISSING, "--history", path, "--format", "json").stdout)
    assert (shape["id"], shape["state"], shape["risk"]) == (MISSING, "open", whole.risk)


def test_dismissed_it_vanishes_with_its_finding_and_reopened_it_is_back(path: Path) -> None:
    result = tunewright("recommendations", "dismiss", MISSING[:6], "--reason", "the table goes", "--history", path)
    assert (result.exit_code, result.stdout) == (0, f"{MISSING} is dismissed and stays away until it is reopened.\n")
    found = json.loads(tunewright("findings", "--history", path, "--format", "json").stdout)
    assert MISSING not in {one["id"] for one in found["recommendations"]}
    assert "indexes/missing" not in {one["check"] for one in found["findings"]}
    assert "the table goes" in tunewright("recommendations", "show", MISSING, "--history", path).stdout
    again = tunewright("recommendations", "reopen", MISSING[:6], "--history", path)
    assert (again.exit_code, again.stdout) == (0, f"{MISSING} is open again.\n")
    found = json.loads(tunewright("findings", "--history", path, "--format", "json").stdout)
    assert MISSING in {one["id"] for one in found["recommendations"]}
    refused(tunewright("recommendations", "reopen", MISSING, "--history", path), 2, "is open, not dismissed")


def test_a_dismissal_may_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "alice")
    result = tunewright(
        "recommendations", "dismiss", MISSING, "--reason", "later", "--until", "2199-01-31", "--history", path
    )
    assert result.stdout == f"{MISSING} is dismissed and comes back on 2199-01-31 00:00 UTC.\n"
    tunewright("recommendations", "dismiss", MISSING, "--reason", "sooner", "--for", "30d", "--history", path)
    database = SqliteFile(path)
    database.open()
    entry = Ledger(database).find(MISSING)
    database.close()
    assert [(one.by, one.reason) for one in entry.events[1:]] == [("alice", "later"), ("alice", "sooner")]
    last = entry.events[-1]
    assert last.until is not None
    assert timedelta(days=29, hours=23) < last.until - NOW < timedelta(days=30, hours=1)
    assert entry.state(last.until) is Life.OPEN


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (("--reason", "  "), ("a reason is wanted", "--reason")),
        ((), ("a reason is wanted", "--reason")),
        (("--reason", "x", "--until", "2020-01-31"), ("2020-01-31 00:00 UTC is in the past",)),
        (("--reason", "x", "--until", "soon"), ("--until soon: is not a day", "write it as 2027-01-31")),
        (("--reason", "x", "--for", "30"), ("--for", "is not a duration", "5m")),
        (("--reason", "x", "--for", "9999999999w"), ("too long", "leave it out")),
        (("--reason", "x", "--for", "1d", "--until", "2199-01-01"), ("only one of --until and --for",)),
    ],
)
def test_a_dismissal_that_is_none(path: Path, arguments: tuple[str, ...], fragments: tuple[str, ...]) -> None:
    refused(tunewright("recommendations", "dismiss", MISSING, *arguments, "--history", path), 2, *fragments)


@pytest.mark.parametrize("command", [("show",), ("dismiss", "--reason", "x"), ("reopen",)])
def test_ids_that_are_none_or_many(path: Path, command: tuple[str, ...]) -> None:
    alike = tuple(
        replace(one, id=type(one.id)(f"abc{number}"), subject=replace(one.subject, name=str(number)))
        for number, one in enumerate(given().recommendations[:1] * 3)
    )
    book(path, replace(given(0), recommendations=alike))
    for wrong, said in (("zzzz", "no recommendation has the id 'zzzz'"), ("abc", "3 recommendations begin with 'abc'")):
        result = tunewright("recommendations", *command[:1], wrong, *command[1:], "--history", path)
        refused(result, 2, said, "list --state all")


COMMANDS = pytest.mark.parametrize(
    "command",
    [
        ("findings",),
        ("recommendations", "list"),
        ("recommendations", "show", MISSING),
        ("recommendations", "dismiss", MISSING, "--reason", "x"),
        ("recommendations", "reopen", MISSING),
    ],
    ids=lambda command: command[:2][-1],
)


@COMMANDS
def test_where_there_is_no_history(tmp_path: Path, command: tuple[str, ...]) -> None:
    path = tmp_path / "none.db"
    refused(tunewright(*command, "--history", path), 2, f"{path}: there is no history file", "tunewright run --config")
    assert not path.exists()
    refused(tunewright(*command), 2, "one of --config and --history is wanted")
    refused(tunewright(*command, "--history", path, "--config", path), 2, "one of --config and --history is wanted")
    refused(tunewright(*command, "--config", tmp_path / "none.toml"), 2, "none.toml: cannot be read", "example-config")


@pytest.mark.parametrize("command", [("findings",), ("recommendations", "list")])
def test_where_nothing_was_judged(tmp_path: Path, command: tuple[str, ...]) -> None:
    path = tmp_path / "fresh.db"
    database = SqliteFile(path)
    database.open()
    database.close()
    refused(tunewright(*command, "--history", path), 1, "nothing has been judged yet", "tunewright once --url")


@COMMANDS
def test_a_file_of_a_newer_release(path: Path, command: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE meta SET value = '2' WHERE key = 'version'")
        raw.commit()
    refused(tunewright(*command, "--history", path), 2, "written by a newer tunewright (format 2): update")


@COMMANDS
def test_a_damaged_file_is_left_where_it_is(path: Path, command: tuple[str, ...]) -> None:
    path.write_bytes(b"no database " * 1000)
    result = tunewright(*command, "--history", path)
    refused(result, 2, "the file is damaged", "nothing was moved or changed", "the daemon sets it aside")
    assert path.read_bytes() == b"no database " * 1000
    assert list(path.parent.glob("*damaged*")) == []


def test_a_judgement_that_cannot_be_read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE judgements SET payload = x'00'")
        raw.commit()
    refused(
        tunewright("findings", "--history", path), 2, "the newest judgement cannot be read", "daemon's next judgement"
    )


def test_what_is_logged_on_the_way_does_not_get_into_the_output(path: Path) -> None:
    structlog.reset_defaults()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE recommendations SET payload = x'00' WHERE id = ?", (MISSING,))
        raw.commit()
    result = tunewright("recommendations", "list", "--history", path, "--format", "json")
    assert MISSING not in {one["id"] for one in json.loads(result.stdout)["recommendations"]}


def test_reading_and_dismissing_while_a_daemon_writes(path: Path) -> None:
    database = SqliteFile(path)
    database.open()
    ledger, stop, booked = Ledger(database), threading.Event(), []

    def write() -> None:
        while not stop.wait(0.01):  # without a pause nobody else would ever find the file free
            ledger.judged(
                ClusterId("shop"), "db1:5432", given(0), Window(ClusterId("shop"), NOW, NOW, states.snapshot())
            )
            booked.append(1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(5):
            assert tunewright("findings", "--history", path).exit_code == 0
            assert tunewright("recommendations", "dismiss", MISSING, "--reason", "x", "--history", path).exit_code == 0
            assert tunewright("recommendations", "list", "--history", path).exit_code == 0
            assert tunewright("recommendations", "reopen", MISSING, "--history", path).exit_code == 0
    finally:
        stop.set()
        thread.join()
    assert booked
    assert len(ledger.find(MISSING).events) == 11
    database.close()


def test_hostile_names_do_not_act_on_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    book(
        path,
        replace(
            given(),
            recommendations=tuple(
                replace(one, risk="\x1b[31mred [bold]", subject=replace(one.subject, name="\x1b[2J[link]"))
                for one in given().recommendations
            ),
        ),
    )
    for command in (("list",), ("show", MISSING)):
        text = tunewright("recommendations", *command, "--history", path).stdout
        assert "\x1b" not in text
        assert "[link]" in text


def test_help_teaches() -> None:
    for command in ("findings", "recommendations"):
        text = " ".join(tunewright(command, "--help").stdout.split())
        assert f"tunewright {command}" in text
    for command in ("list", "show", "dismiss", "reopen"):
        assert "--history" in tunewright("recommendations", command, "--help").stdout


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """As in a process of its own: nobody has configured the log."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
