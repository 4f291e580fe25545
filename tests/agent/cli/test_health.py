"""`tunewright health` against the daemon's real pages: with and without token and TLS, and where nothing answers."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

import states
from tunewright_agent.cli import health
from tunewright_agent.cli.app import app
from tunewright_agent.web import Tls, serve

assert health.ask  # the module adds the command
_TOKEN = "s3cret-token"


@contextmanager
def _pages(**options: object) -> Iterator[int]:
    server = serve("127.0.0.1", 0, states.shop, metrics=lambda: b"", **options).start()  # type: ignore[arg-type]
    try:
        yield server.address[1]
    finally:
        server.stop(1.0)


def _settings(folder: Path, port: int, web: str = "") -> Path:
    path = folder / "tunewright.toml"
    path.write_text(
        '[[clusters]]\nname = "shop"\nurl = "postgresql://tunewright@127.0.0.1:1/shop"\n'
        f'[web]\nport = {port}\n{web}\n[history]\npath = "{folder / "history.db"}"\n'
    )
    return path


def _health(config: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["health", "--config", str(config), *more])
    return result.exit_code, result.output


@pytest.mark.parametrize(("more", "said"), [((), "healthy"), (("--ready",), "ready")])
def test_a_daemon_that_answers_is_healthy(tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    with _pages() as port:
        assert _health(_settings(tmp_path, port), *more) == (0, f"{said}\n")
    assert not (tmp_path / "history.db").exists()


def test_the_token_of_the_settings_is_sent_and_a_wrong_one_is_not_healthy(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(_TOKEN)
    with _pages(token=_TOKEN) as port:
        config = _settings(tmp_path, port, f'token_from = {{ file = "{secret}" }}')
        assert _health(config)[0] == 0
        secret.write_text("wrong")
        status, said = _health(config)
        assert (status, "401" in said, "wrong" in said) == (3, True, False)
        secret.unlink()
        assert _health(config)[0] == 2


def test_over_tls_only_its_own_certificate_is_taken(tmp_path: Path) -> None:
    for name in ("own", "other"):
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            f"/CN={name}.example.net",
        ]
        command += ["-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.crt")]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    with _pages(tls=Tls(tmp_path / "own.crt", tmp_path / "own.key")) as port:
        web = 'tls_certificate = "{0}/{1}.crt"\ntls_key = "{0}/{1}.key"'
        assert _health(_settings(tmp_path, port, web.format(tmp_path, "own")))[0] == 0
        status, said = _health(_settings(tmp_path, port, web.format(tmp_path, "other")))
        assert status == 3
        assert "does not answer" in said


def test_where_nothing_answers_it_says_where(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        status, said = _health(_settings(tmp_path, port))
    assert status == 3
    assert f"127.0.0.1:{port}" in said
