"""Start, watch and stop a private MySQL or MariaDB from unpacked Debian packages: for the tests, the demo and scratch servers.

The data lie in a folder of mode 0700; the server listens on 127.0.0.1 and a socket in that folder, and `root` has a random password on
both. The programs run through the packages' own dynamic loader and libraries, so the machine's release does not matter.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from tunewright_agent.embedded.ownership import EmbeddedError, mark, running_from, sweep
from tunewright_agent.embedded.packages import Packages, Pooled, unpacked
from tunewright_agent.embedded.port import free_port

START_DEADLINE_SECONDS = 90.0
STOP_DEADLINE_SECONDS = 20.0
PREFIX = "tunewright-my-"
"""How the folders of our servers are called."""


@dataclass(frozen=True, slots=True)
class Build:
    """One server of one release: its packages, and whether it is MariaDB."""

    title: str
    packages: Packages
    mariadb: bool = False


MYSQL_80 = Build(
    "MySQL 8.0",
    Packages(
        "mysql-8.0.45",
        "trixie",
        (
            "libc6", "libgcc-s1", "libstdc++6", "libicu76", "libevent-core-2.1-7t64", "libevent-pthreads-2.1-7t64", "libssl3t64",
            "libzstd1", "libprotobuf-lite32t64", "zlib1g", "liblz4-1", "libxxhash0", "libaio1t64", "libnuma1", "libedit2",
            "libtinfo6", "libbsd0", "libmd0",
        ),
        pooled=(
            Pooled(
                "pool/main/m/mysql-8.0/mysql-server-core-8.0_8.0.45-1_amd64.deb",
                "0d6227408f63c01dadce99c1639f2427cc88495a0b3ed3292a85d9c2aa64e1fd",
            ),
        ),
    ),
)  # fmt: skip
MYSQL_9 = Build("MySQL 9.7", Packages("mysql-9.7", "sid", ("mysql-server-core",), closure=True))
MARIADB_1011 = Build(
    "MariaDB 10.11", Packages("mariadb-10.11", "bookworm", ("mariadb-server-core",), closure=True), mariadb=True
)
MARIADB_118 = Build(
    "MariaDB 11.8", Packages("mariadb-11.8", "trixie", ("mariadb-server-core",), closure=True), mariadb=True
)

BOOTSTRAP = (
    "mysql_system_tables",
    "mysql_performance_tables",
    "mysql_system_tables_data",
    "maria_add_gis_sp_bootstrap",
    "mysql_sys_schema",
)
"""MariaDB's own files that make its system schema, in the order of its installer; newer releases spell them `mariadb_…`."""

THROW_AWAY = {
    "innodb_buffer_pool_size": "67108864",
    "innodb_flush_log_at_trx_commit": "2",
    "innodb_doublewrite": "OFF",
    "sync_binlog": "0",
    "performance_schema": "ON",
}
"""Data that are thrown away need to outlive a killed process, not a power cut; performance_schema is off in MariaDB unless asked for."""


def _halt(folder: Path) -> None:
    process = running_from(folder, folder / "server.pid")
    process.send_signal(signal.SIGKILL)
    process.wait(STOP_DEADLINE_SECONDS)


@dataclass(slots=True)
class EmbeddedMysql:
    """A private MySQL or MariaDB: a context manager that starts it and, unless `keep`, stops it and removes its data.

    `settings` are server options (underscores, values as in an option file) and win over those of throw-away servers.
    """

    build: Build = MYSQL_80
    settings: Mapping[str, str] = field(default_factory=dict)
    data_parent: Path | None = None
    keep: bool = False
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    folder: Path = field(init=False, default=Path("/nonexistent"))
    port: int = field(init=False, default=0)
    _root: Path = field(init=False, default=Path("/nonexistent"))
    _process: "subprocess.Popen[bytes] | None" = field(init=False, default=None)

    @property
    def socket(self) -> Path:
        """The server's Unix socket."""
        return self.folder / "server.sock"

    @property
    def log(self) -> Path:
        """The server's error log."""
        return self.folder / "server.log"

    @property
    def pid(self) -> int | None:
        """The server's process id, None where it does not run."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def url(self, database: str = "", user: str = "root", password: str | None = None) -> str:
        """A URL over TCP; the password is root's unless given."""
        secret = quote(self.password if password is None else password, safe="")
        return f"mysql://{quote(user, safe='')}:{secret}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def start(self) -> Self:
        """Make the data directory and start the server. Raises EmbeddedError within two minutes where it cannot."""
        self._root = unpacked(self.build.packages)
        parent = self.data_parent or Path(tempfile.gettempdir())
        sweep(parent, PREFIX, _halt)
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        if not self.keep:
            mark(self.folder)
        try:
            self._initialise()
            self.port = free_port()
            self._launch(["--init-file", str(self._first_statements())])
            (self.folder / "first.sql").unlink()
        except BaseException:
            self.stop()
            raise
        return self

    def _program(self) -> list[str]:
        """The server through its own loader, with what every start has in common."""
        loader = next(
            (path for name in ("usr/lib64", "lib64") if (path := self._root / name / "ld-linux-x86-64.so.2").exists()),
            None,
        )
        if loader is None:
            raise EmbeddedError(
                f"{self.build.title}: the packages in {self._root} hold no dynamic loader for this machine"
            )
        libraries = [
            self._root / part for part in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/mysql/private")
        ]
        share = self._root / "usr/share" / ("mariadb" if (self._root / "usr/share/mariadb").exists() else "mysql")
        return [
            str(loader), "--library-path", ":".join(map(str, libraries)),
            str(self._root / "usr/sbin" / ("mariadbd" if self.build.mariadb else "mysqld")),
            "--no-defaults", f"--basedir={self._root / 'usr'}", f"--datadir={self.folder / 'data'}", f"--lc-messages-dir={share}",
            f"--character-sets-dir={share / 'charsets'}", f"--pid-file={self.folder / 'server.pid'}", f"--tmpdir={self.folder}",
            *(["--user=root"] if os.geteuid() == 0 else []),
        ]  # fmt: skip

    def _initialise(self) -> None:
        if not self.build.mariadb:
            self._once(["--initialize-insecure"], b"")
            return
        (self.folder / "data").mkdir()
        share = self._root / "usr/share"
        statements = [b"CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"]
        for name in BOOTSTRAP:
            spelled = [*share.glob(f"*/{name}.sql"), *share.glob(f"*/{name.replace('mysql_', 'mariadb_', 1)}.sql")]
            statements += [path.read_bytes() for path in spelled[:1]]
        self._once(["--bootstrap"], b"".join(statements))

    def _once(self, options: list[str], entered: bytes) -> None:
        try:
            with self.log.open("ab") as log:
                subprocess.run(
                    [*self._program(), *options], input=entered, stdout=log, stderr=log, check=True, cwd="/",
                    timeout=START_DEADLINE_SECONDS,
                )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedError(f"{self.build.title}: {options[0]} failed: {error}\n{self._said()}") from error

    def _first_statements(self) -> Path:
        """root's password, set before the first connection is let in. MariaDB's own files make more roots, without one: they go."""
        path = self.folder / "first.sql"
        path.touch(mode=0o600)
        others = (
            "DELETE FROM mysql.global_priv WHERE user IN ('root', '') AND host <> 'localhost';\nFLUSH PRIVILEGES;\n"
        )
        path.write_text(
            (others if self.build.mariadb else "") + f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{self.password}';\n"
        )
        return path

    def _launch(self, more: list[str]) -> None:
        own = {
            "port": str(self.port),
            "bind_address": "127.0.0.1",
            "socket": str(self.socket),
            "secure_file_priv": "NULL",
        }
        if self.build.mariadb:
            del own["secure_file_priv"]  # has no NULL there: an empty folder of our own
            own["secure_file_priv"] = str(self.folder / "data" / "mysql")
        else:
            own |= {"mysqlx": "OFF", "plugin_dir": str(self._root / "usr/lib/mysql/plugin")}
        options = [
            f"--{name.replace('_', '-')}={value}" for name, value in {**THROW_AWAY, **own, **self.settings}.items()
        ]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program(), *options, *more], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise EmbeddedError(f"{self.build.title} ended at its start\n{self._said()}")
            if self._accepts():
                return
            time.sleep(0.05)
        raise EmbeddedError(f"{self.build.title} did not answer within {START_DEADLINE_SECONDS:.0f} s\n{self._said()}")

    def _accepts(self) -> bool:
        """Whether the server greets on its port: its greeting is sent only when it is ready for clients."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.settimeout(2)
                return bool(connection.recv(1))
        except OSError:
            return False

    def _said(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def resume(self) -> None:
        """Start the server over existing data (after `halt` or `kill`)."""
        self._launch([])

    def halt(self) -> None:
        """Stop the server in order and keep its data."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9: for fault tests."""
        self._signal(signal.SIGKILL)

    def _signal(self, sign: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(sign)
        try:
            self._process.wait(STOP_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_DEADLINE_SECONDS)

    def stop(self) -> None:
        """Stop the server at once and remove its folder. Safe to call twice."""
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
