"""Connections to MySQL and MariaDB: TLS that verifies, deadlines, read-only sessions, secrets that stay where they are, IAM tokens."""

import socket
import struct
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import certificates
import mysql_servers
from mysql_reading import run, value
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.sources.mysql.address import Address, read
from tunewright_agent.sources.mysql.connection import Limits
from tunewright_agent.sources.mysql.iam import RENEW_SECONDS, Tokens
from tunewright_agent.sources.mysql.session import Reader, numbered
from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable
from tunewright_analyzers.facts.snapshot import Engine, Flavour

SECRET = "pa55-w0rd"


def test_what_the_server_says_of_itself(mysql_family: EmbeddedMysql) -> None:
    """Engine, release, flavour and an identity that two readers agree on."""
    one, two = Reader(mysql_family.url()), Reader(mysql_family.url())
    server = one.server
    assert server.engine is (Engine.MARIADB if mysql_family.build.mariadb else Engine.MYSQL)
    assert server.version == (101118 if mysql_family.build.mariadb else 80045) or server.major >= 8
    assert server.flavour is Flavour.SELF_MANAGED
    assert server.performance_schema
    assert server.identity == two.server.identity
    one.close()
    two.close()


def test_releases_are_ordered() -> None:
    assert [numbered(one) for one in ("8.0.45-1", "9.7.4-2", "10.11.18-MariaDB-0+deb12u1", "8.0.mysql_aurora.3.04.0")] == [
        80045, 90704, 101118, 80000,
    ]  # fmt: skip


def test_tls_verifies_the_chain_and_the_name(mysql_family: EmbeddedMysql) -> None:
    """The right authority and name pass; another authority, or another name of the same machine, do not."""
    right, wrong = mysql_servers.certificate().authority, certificates.make(Path(tempfile.mkdtemp())).authority
    url = mysql_family.url()
    with Reader(f"{url}?ssl_ca={right}").session() as session:
        (row,) = session.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'", doing="cipher")
        assert row["Value"]
    with pytest.raises(Denied, match="could not prove who it is"), Reader(f"{url}?ssl_ca={wrong}").session():
        pass
    other = url.replace("@127.0.0.1:", "@127.1:")
    with pytest.raises(Denied, match="could not prove who it is"), Reader(f"{other}?ssl_ca={right}").session():
        pass
    with Reader(f"{other}?ssl_ca={right}&ssl_mode=VERIFY_CA").session() as session:
        assert session.usable
    with pytest.raises(Denied, match="could not prove"), Reader(f"{url}?ssl_ca={wrong}&ssl_mode=VERIFY_CA").session():
        pass


def test_a_session_writes_nothing_and_ends_in_time(mysql_family: EmbeddedMysql) -> None:
    """Root's own session may not insert; a statement is cut at its pass's end, and the next one works again."""
    run(
        mysql_family.url(),
        "CREATE DATABASE IF NOT EXISTS guarded",
        "CREATE TABLE IF NOT EXISTS guarded.t (a int) ENGINE=InnoDB",
    )
    reader = Reader(mysql_family.url(), Limits(connections=1, statement_seconds=5))
    with pytest.raises(SourceError, match="1792"), reader.session() as session:
        session.execute("INSERT INTO guarded.t VALUES (1)", doing="insert")
    with pytest.raises(Overrun, match="the connection was cut"), reader.within(0.5), reader.session() as session:
        session.execute("SELECT SLEEP(20)", doing="sleep")
    with (
        pytest.raises(Overrun, match="our own connections are busy"),
        reader.session(),
        reader.within(0.1),
        reader.session(),
    ):
        pass
    with reader.session() as session:
        assert session.execute("SELECT 1 AS one", doing="one") == [{"one": 1}]
    assert value(mysql_family.url(), "SELECT COUNT(*) FROM guarded.t") == 0
    reader.close()


def test_a_lost_connection_is_told_and_forgotten(mysql_family: EmbeddedMysql) -> None:
    """KILL of our session: the call that had it says so, and the next call opens another."""
    reader = Reader(mysql_family.url())
    with reader.session() as session:
        (row,) = session.execute("SELECT CONNECTION_ID() AS id", doing="id")
    run(mysql_family.url(), f"KILL {row['id']}")
    with pytest.raises(Unavailable), reader.session() as session:
        session.execute("SELECT 1", doing="one")
    with reader.session() as session:
        assert session.execute("SELECT 2 AS two", doing="two") == [{"two": 2}]
    reader.close()


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        (lambda url: url.replace("root:", "root:x"), Denied, "login refused"),
        (lambda url: url.replace("root:", "nobody:"), Denied, "login refused"),
        (lambda _url: f"mysql://root:{SECRET}@127.0.0.1:1", Unavailable, "cannot connect"),
        (lambda _url: f"mysql://root:{SECRET}@no.such.host.invalid", Unavailable, "cannot connect"),
        (lambda _url: f"mysql://root:{SECRET}@127.0.0.1:notaport", Unavailable, "cannot be read"),
        (lambda url: f"{url}?ssl_mode=MAYBE", Unavailable, "ssl_mode"),
        (lambda url: f"{url}?sslmode=require", Unavailable, "option that we do not know"),
        (lambda url: f"{url}?ssl_ca=/nonexistent.pem", Unavailable, "certificates"),
        (lambda url: f"{url}?iam_region=eu-west-1&ssl_mode=REQUIRED", Unavailable, "prove its name"),
    ],
)
def test_why_a_connection_could_not_be_had(mariadb: EmbeddedMysql, change, kind: type[SourceError], said: str) -> None:  # type: ignore[no-untyped-def]
    """Each in one line with its mend, and never a part of the password."""
    with pytest.raises(kind, match=said) as failed, Reader(change(mariadb.url())).session():
        pass
    assert failed.value.mend
    text = f"{failed.value.reason} {failed.value.mend}"
    assert SECRET not in text
    assert mariadb.password not in text


@contextmanager
def answering(*packets: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that sends these packets, one after each it hears; what it heard. It stands for one that is hostile or hangs: no real server is."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as wire:  # the client may hang up at any packet
            wire.settimeout(5)
            for packet in packets:
                wire.sendall(packet)
                heard.append(wire.recv(65536))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        listener.close()
        thread.join(120)


def _packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


def _greeting(plugin: bytes) -> bytes:
    capabilities = 0xFFFF & ~0x0800  # all but TLS
    body = (
        b"\x0a8.0.45\x00" + struct.pack("<I", 7) + b"12345678\x00" + struct.pack("<HBHH", capabilities, 45, 2, 0x00FF)
    )
    return _packet(0, body + bytes([21]) + b"\x00" * 10 + b"123456789012\x00" + plugin + b"\x00")


@pytest.mark.parametrize("wanted", [b"mysql_clear_password", b"dialog"])
@pytest.mark.parametrize("plugin", [b"mysql_native_password", b"mysql_clear_password"])
def test_a_server_that_asks_for_the_password_in_clear_does_not_get_it(plugin: bytes, wanted: bytes) -> None:
    switch = _packet(2, b"\xfe" + wanted + b"\x00\x02Password: ")
    with answering(_greeting(plugin), switch) as (port, heard):
        reader = Reader(f"mysql://root:{SECRET}@127.0.0.1:{port}")
        with pytest.raises(SourceError), reader.session():
            pass
    assert heard
    assert SECRET.encode() not in b"".join(heard)


def test_a_server_that_never_answers_is_left() -> None:
    with (
        answering(b"") as (port, _),
        pytest.raises(Unavailable),
        Reader(f"mysql://root:{SECRET}@127.0.0.1:{port}", Limits(connect_seconds=1, statement_seconds=0.2)).session(),
    ):
        pass


def test_iam_tokens_are_renewed_before_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 signs on this machine; the same token for ten minutes, then another, and it is no password of the URL's."""
    for name, given in (
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", ""),
    ):
        monkeypatch.setenv(name, given)
    now, asked = [0.0], list[Address]()
    address = read("mysql://tunewright@db.example.net:3306/?iam_region=eu-west-1")
    assert address.verifies
    signed = Tokens(address)()
    assert signed.startswith("db.example.net:3306/?Action=connect&DBUser=tunewright&")
    assert "X-Amz-Expires=900" in signed
    assert SECRET not in signed

    def sign(one: Address) -> str:
        asked.append(one)
        return f"token {len(asked)}"

    tokens = Tokens(address, clock=lambda: now[0], sign=sign)
    assert (tokens(), tokens()) == ("token 1", "token 1")
    now[0] = RENEW_SECONDS - 1
    assert tokens() == "token 1"
    now[0] = RENEW_SECONDS
    assert tokens() == "token 2"
    assert RENEW_SECONDS <= 900 - 300
