"""Publishing against a STAND-IN for Grafana's API (tests/grafana_standin.py says what it plays; it is not Grafana): idempotent, dry, bounded."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grafana_standin import TOKEN, Standin, standin
from tunewright_agent.cli import dashboards as _commands  # noqa: F401  # adds its commands
from tunewright_agent.cli.app import app
from tunewright_dashboards.export import export, shipped
from tunewright_dashboards.grafana import Grafana, PublishError
from tunewright_dashboards.publish import Done, Folder, publish

pytestmark = pytest.mark.slow  # some seconds together

UIDS = {one.uid for one in shipped()}


@pytest.fixture
def grafana() -> Iterator[Standin]:
    with standin() as running:
        yield running


def done(server: Standin, **more: object) -> list[Done]:
    outcomes = publish(Grafana(server.url, TOKEN), Folder(), **more)  # type: ignore[arg-type]
    assert {one.uid for one in outcomes} == UIDS
    return [one.done for one in outcomes]


def test_the_first_time_creates_all_and_the_second_nothing(grafana: Standin) -> None:
    assert set(done(grafana)) == {Done.CREATED}
    assert grafana.folders == {"tunewright": "Tunewright"}
    assert set(grafana.dashboards) == UIDS
    before = len(grafana.written)
    assert set(done(grafana)) == {Done.UNCHANGED}
    assert len(grafana.written) == before


def test_a_dry_run_only_reads(grafana: Standin) -> None:
    assert set(done(grafana, dry_run=True)) == {Done.CREATED}
    assert grafana.written == []
    assert len(grafana.calls) == len(UIDS) + 1


def test_what_somebody_changed_or_moved_is_put_right(grafana: Standin) -> None:
    done(grafana)
    grafana.dashboards["tunewright-fleet"]["title"] = "mine"
    grafana.folder_of["tunewright-query"] = "elsewhere"
    outcomes = {one.uid: one.done for one in publish(Grafana(grafana.url, TOKEN), Folder())}
    assert {uid for uid, what in outcomes.items() if what is Done.UPDATED} == {"tunewright-fleet", "tunewright-query"}
    assert grafana.dashboards["tunewright-fleet"]["title"] == "Tunewright / Fleet"
    assert set(done(grafana)) == {Done.UNCHANGED}


def test_the_data_source_is_chosen(grafana: Standin) -> None:
    done(grafana, source="prom-1")
    for board in grafana.dashboards.values():
        chosen = [one["current"] for one in board["templating"]["list"] if one["type"] == "datasource"]
        assert chosen == [{"selected": True, "text": "prom-1", "value": "prom-1"}]
    assert set(done(grafana, source="prom-1")) == {Done.UNCHANGED}


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        ("/api/folders/tunewright", (500, b'{"message": "boom\\u001b[31m"}'), r"status 500\): boom\[31m"),
        ("/api/folders", (400, b"{}"), "did not take the folder Tunewright"),
        ("/api/dashboards/db", (400, b'{"message": "bad"}'), r"did not take the dashboard .* \(status 400\): bad"),
        ("/api/dashboards/uid/tunewright-cluster", (502, b"<html>"), "does not speak Grafana's API"),
        ("/api/folders/tunewright", (302, b""), "redirects us"),
        ("/api/folders/tunewright", (403, b"{}"), "role Editor"),
    ],
)
def test_a_refusal_is_said_with_its_mend(grafana: Standin, path: str, answer: tuple[int, bytes], says: str) -> None:
    grafana.refuse[path] = answer
    with pytest.raises(PublishError, match=says):
        publish(Grafana(grafana.url, TOKEN), Folder())


def test_without_the_token_it_is_refused_and_no_message_has_a_token(grafana: Standin) -> None:
    for token in (None, "wrong-secret", "with\nnewline-secret", "with ütf-secret"):
        with pytest.raises(PublishError) as raised:
            publish(Grafana(grafana.url, token), Folder())
        assert "secret" not in str(raised.value) + repr(Grafana(grafana.url, token))
        assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["grafana:3000", "ftp://h", "http://", "http://[", "http://h:port", "http://a:secret@h", "http://h?x=1", ""]
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(PublishError) as raised:
        Grafana(url, TOKEN).call("GET", "/api/folders/x")
    assert "address" in str(raised.value)
    assert "secret" not in str(raised.value)


@contextmanager
def talking(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that takes one connection and does with it what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            taken, _ = listening.accept()
            with taken:
                answer(taken)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(120)
        assert not thread.is_alive()


def trickle(first: bytes, more: bytes) -> Callable[[socket.socket], None]:
    """Answers that begin and never end, until the other side hangs up."""
    pause = threading.Event()

    def answer(taken: socket.socket) -> None:
        try:
            taken.sendall(first)
            while True:
                taken.sendall(more)
                pause.wait(0.05)
        except OSError:
            return

    return answer


def silence(taken: socket.socket) -> None:
    """Reads and says nothing, until the other side hangs up."""
    while taken.recv(4096):
        pass


@pytest.mark.parametrize(
    "answer",
    [
        silence,
        trickle(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        trickle(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
    ids=["silence", "endless headers", "slow body", "body without end"],
)
def test_an_answer_that_does_not_end_is_cut_at_the_deadline(answer: Callable[[socket.socket], None]) -> None:
    with (
        talking(answer) as url,
        pytest.raises(PublishError, match=r"no answer within 0\.6 s"),
    ):
        Grafana(url, TOKEN, call_seconds=0.6).call("GET", "/api/folders/x")


def test_nobody_there_is_said() -> None:
    with pytest.raises(PublishError, match="Connection refused"):
        Grafana("http://127.0.0.1:1").call("GET", "/api/folders/x")


def test_the_files_are_exported_as_they_are(tmp_path: Path) -> None:
    written = export(tmp_path / "new" / "folder")
    assert {path.name for path in written} == {one.name for one in shipped()}
    assert all(path.read_text() == one.text for path, one in zip(written, shipped(), strict=True))


def test_the_commands(grafana: Standin, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(app, ["dashboards", "export", str(tmp_path)]).exit_code == 0
    assert {path.name for path in tmp_path.glob("*.json")} == {one.name for one in shipped()}
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    told = ["dashboards", "publish", "--grafana", grafana.url, "--token-file", str(token), "--format", "json"]
    dry = json.loads(run(app, [*told, "--dry-run"]).stdout)
    assert dry["dry_run"] is True
    assert not grafana.dashboards
    made = json.loads(run(app, told).stdout)
    assert {one["uid"] for one in made["dashboards"] if one["done"] == "created"} == UIDS == set(grafana.dashboards)
    by_environment = run(app, told[:4], env={"GRAFANA_TOKEN": TOKEN})
    assert by_environment.exit_code == 0
    assert by_environment.stdout.count("unchanged") == len(UIDS)


def test_a_failure_of_the_command_is_one_line(grafana: Standin, tmp_path: Path) -> None:
    run = CliRunner().invoke
    refused = run(app, ["dashboards", "publish", "--grafana", grafana.url], env={"GRAFANA_TOKEN": ""})
    assert refused.exit_code == 3
    assert refused.stderr.startswith("error: Grafana refuses us")
    assert refused.stderr.count("\n") == 1
    missing = run(app, ["dashboards", "publish", "--grafana", grafana.url, "--token-file", str(tmp_path / "none")])
    assert missing.exit_code == 2
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert run(app, ["dashboards", "export", str(blocked / "under")]).exit_code == 2
