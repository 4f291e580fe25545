"""The MySQL family's real servers of the suite: builds by name, their options, a fresh database, connections."""

import functools
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymysql

import certificates
from tunewright_agent.embedded.mysql import MARIADB_118, MARIADB_1011, MYSQL_9, MYSQL_80, Build, EmbeddedMysql

BUILDS: dict[str, tuple[Build, ...]] = {
    "mysql8": (MYSQL_80, MYSQL_9),
    "mysql9": (MYSQL_9,),
    "mariadb": (MARIADB_1011,),
    "mariadb11": (MARIADB_118,),
}
"""Where a name has several builds, the later ones stand in for the first."""


@functools.cache
def certificate() -> certificates.Certificate:
    """One authority and one certificate for 127.0.0.1 and localhost, for all servers of this run."""
    return certificates.make(Path(tempfile.mkdtemp(prefix="tunewright-tls-")))


def settings(build: Build) -> dict[str, str]:
    """Options of the suite's servers: small, with TLS, and in MariaDB the instruments that MySQL has on by itself."""
    tls = certificate()
    chosen = {
        "ssl_ca": str(tls.authority),
        "ssl_cert": str(tls.certificate),
        "ssl_key": str(tls.key),
        "max_connections": "80",
    }
    if build.mariadb:
        chosen |= {
            "performance_schema_consumer_events_waits_current": "ON",
            "performance_schema_instrument": "wait/%=ON",
        }
    return chosen


def connect(url: str, **more: object) -> "pymysql.connections.Connection[pymysql.cursors.Cursor]":
    """An autocommitting connection of the driver itself, for what a test does as a user of the server."""
    place = urlsplit(url)
    return pymysql.connect(
        host=place.hostname, port=place.port or 3306, user=unquote(place.username or ""), password=unquote(place.password or ""),
        database=place.path[1:] or None, autocommit=True, **{"ssl": {"ca": str(certificate().authority)}, **more},
    )  # fmt: skip


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def fresh(server: EmbeddedMysql) -> Iterator[str]:
    """The URL (root) of a fresh, empty database, dropped afterwards."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with connect(server.url()) as admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        with connect(server.url()) as admin, admin.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
