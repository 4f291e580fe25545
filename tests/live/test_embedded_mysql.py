"""The unpacked servers of the MySQL family: private, with a password, swept when their owner died, resumed over their data."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pymysql
import pytest

import mysql_servers
from tunewright_agent.embedded.mysql import EmbeddedMysql


def test_a_server_is_private_and_asks_for_its_password(mysql_family: EmbeddedMysql) -> None:
    """Mode 0700, loopback only, no login without the random password; performance_schema is on."""
    assert stat.S_IMODE(mysql_family.folder.stat().st_mode) == 0o700
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        pymysql.connect(host="127.0.0.1", port=mysql_family.port, user="root", password="")
    assert mysql_family.pid is not None
    listening = {c.laddr.ip for c in psutil.Process(mysql_family.pid).net_connections("tcp") if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}
    with mysql_servers.connect(mysql_family.url()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT user, host FROM mysql.user WHERE user IN ('root', '')")
        assert cursor.fetchall() == (("root", "localhost"),)
        cursor.execute("SELECT @@performance_schema, VERSION()")
        row = cursor.fetchone()
        assert row is not None
        assert row[0] == 1
        assert ("MariaDB" in row[1]) == mysql_family.build.mariadb


def _runs(pid: int) -> bool:
    """Whether the process still runs; one that ended and waits to be reaped by its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_data_survive_a_kill_and_an_orphan_is_swept(mariadb: EmbeddedMysql, tmp_path: Path) -> None:
    """kill -9 and resume keep a committed row; the server of an owner that was killed is stopped by the next start beside it."""
    build = mariadb.build
    with EmbeddedMysql(build, data_parent=tmp_path) as server:
        with mysql_servers.connect(server.url("mysql"), ssl=None) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop")
            cursor.execute("CREATE TABLE shop.t (a int PRIMARY KEY) ENGINE=InnoDB")
            cursor.execute("INSERT INTO shop.t VALUES (7)")
        server.kill()
        assert server.pid is None
        server.resume()
        with mysql_servers.connect(server.url("shop"), ssl=None) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT a FROM t")
            assert cursor.fetchall() == ((7,),)

    program = (
        "import pathlib, sys, time; from tunewright_agent.embedded import mysql;"
        f"s = mysql.EmbeddedMysql(mysql.MARIADB_1011, data_parent=pathlib.Path({str(tmp_path)!r})).start();"
        "print(s.pid, s.folder, flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait(120)
    assert _runs(int(pid))
    with EmbeddedMysql(build, data_parent=tmp_path):
        deadline = time.monotonic() + 120
        while _runs(int(pid)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not _runs(int(pid))
        assert not Path(folder).exists()
