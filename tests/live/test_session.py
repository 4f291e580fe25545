"""Connections to real servers: read only, bounded in time and number, and told apart by why they failed."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import quote

import psycopg
import pytest

import servers
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.session import Limits, Reader
from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable, Unsupported

SECRET = "s3cr3t"


@contextmanager
def _reader(url: str, limits: Limits | None = None) -> Iterator[Reader]:
    reader = Reader(url, limits or Limits())
    try:
        yield reader
    finally:
        reader.close()


def _ask(reader: Reader, text: str, database: str | None = None, seconds: float | None = None) -> object:
    with reader.session(database) as session:
        rows = session.execute(text, doing="a question", seconds=seconds)
    return next(iter(rows[0].values())) if rows else None


def _failure(url: str, limits: Limits | None = None) -> SourceError:
    with _reader(url, limits) as reader, pytest.raises(SourceError) as caught:
        _ask(reader, "SELECT 1")
    return caught.value


def _ours(postgres: EmbeddedServer, database: str | None = None) -> int:
    with psycopg.connect(postgres.url()) as admin:
        row = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tunewright' AND datname = coalesce(%s, datname)",
            (database,),
        ).fetchone()
    assert row is not None
    return int(row[0])


def _settles_at(postgres: EmbeddedServer, number: int) -> bool:
    """Whether we come to hold so many connections: a server ends a closed one in its own time."""
    end = time.monotonic() + 120
    while _ours(postgres) != number:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def _silent() -> Iterator[int]:
    """A listener that accepts TCP and never says a word; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as accepted:

        def accept() -> None:
            while True:
                try:
                    accepted.enter_context(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(120)


def test_a_session_cannot_write(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("CREATE TABLE t (i int)")
    with _reader(database) as reader:
        for text in ("INSERT INTO public.t VALUES (1)", "CREATE TABLE public.u (i int)", "TRUNCATE public.t"):
            with pytest.raises(SourceError):
                _ask(reader, text)
        assert _ask(reader, "SELECT count(*) FROM public.t") == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("statement_timeout", "7s"),
        ("lock_timeout", "250ms"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("default_transaction_read_only", "on"),
        ("application_name", "tunewright"),
        ("search_path", "pg_catalog"),
        ("client_encoding", "UTF8"),
    ],
)
def test_what_is_set_on_every_session(database: str, name: str, value: str) -> None:
    with _reader(database, Limits(statement_seconds=7, lock_seconds=0.25, idle_seconds=30)) as reader:
        assert _ask(reader, f"SHOW {name}") == value


def test_a_slow_statement_is_an_overrun_and_the_session_lives_on(database: str) -> None:
    with _reader(database, Limits(statement_seconds=0.3)) as reader:
        with pytest.raises(Overrun, match="statement_timeout"):
            _ask(reader, "SELECT pg_sleep(60)")
        assert _ask(reader, "SELECT 1") == 1


def test_a_pass_ends_at_its_deadline(database: str) -> None:
    with _reader(database) as reader:
        assert _ask(reader, "SELECT 1") == 1  # to connect may take longer
        with reader.within(0.5), pytest.raises(Overrun, match="cut"):
            _ask(reader, "SELECT pg_sleep(60)")
        with reader.within(0.0), pytest.raises(Overrun, match="used up"):
            _ask(reader, "SELECT 1")
        assert _ask(reader, "SELECT 1") == 1


def test_a_lock_is_not_queued_for(database: str) -> None:
    with psycopg.connect(database) as holder, _reader(database) as reader:
        holder.execute("CREATE TABLE t (i int)")
        holder.commit()
        holder.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Overrun, match="lock"):
            _ask(reader, "SELECT * FROM public.t")


def test_never_more_connections_than_the_cap(postgres: EmbeddedServer, database: str) -> None:
    assert _settles_at(postgres, 0)
    with _reader(database, Limits(connections=3, statement_seconds=1.5)) as reader:
        with reader.session(), reader.session(), reader.session("postgres"):
            assert _settles_at(postgres, 3)
            with pytest.raises(Overrun, match="busy"), reader.session():
                pass
        # Two idle sessions of one database and one of another: a third database displaces one.
        with reader.session("template1"):
            assert _settles_at(postgres, 3)
        with reader.session("template1"), reader.session(), reader.session("postgres"):
            assert _settles_at(postgres, 3)
    assert _settles_at(postgres, 0)


def test_one_connection_serves_many_databases(postgres: EmbeddedServer, database: str) -> None:
    assert _settles_at(postgres, 0)
    with _reader(database, Limits(connections=1)) as reader:
        names = [_ask(reader, "SELECT current_database()", name) for name in (None, "postgres", "template1", None)]
        assert names == [names[0], "postgres", "template1", names[0]]
        assert _settles_at(postgres, 1)


def test_without_a_name_the_session_is_on_the_urls_own_database(database: str) -> None:
    with _reader(database) as reader:
        home = _ask(reader, "SELECT current_database()")
        with reader.session("postgres"), reader.session():
            pass
        with reader.session() as first, reader.session() as second:
            assert first.database == second.database == home


def test_a_session_left_inside_a_transaction_is_not_used_again(database: str) -> None:
    with _reader(database) as reader:
        pid = _ask(reader, "SELECT pg_backend_pid()")
        assert _ask(reader, "SELECT pg_backend_pid()") == pid
        with reader.session() as session:
            session.execute("BEGIN", doing="a question")
        assert _ask(reader, "SELECT pg_backend_pid()") != pid


def test_a_connection_that_the_server_ended_is_replaced_unseen(database: str) -> None:
    with _reader(database) as reader, psycopg.connect(database, autocommit=True) as admin:
        pid = _ask(reader, "SELECT pg_backend_pid()")
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert _ask(reader, "SELECT pg_backend_pid()") != pid


def test_a_listener_that_never_answers_is_left(request: pytest.FixtureRequest) -> None:
    with _silent() as port, _reader(f"postgresql://u@127.0.0.1:{port}/x") as reader:
        with reader.within(2), pytest.raises(Unavailable) as caught:
            _ask(reader, "SELECT 1")
        assert caught.value.mend is not None


def test_a_wrong_password_is_denied_and_not_told(postgres: EmbeddedServer) -> None:
    error = _failure(f"postgresql://postgres:{SECRET}@127.0.0.1:{postgres.port}/postgres")
    assert isinstance(error, Denied)
    assert SECRET not in f"{error} {error.mend}"
    assert "postgres" in error.reason
    assert error.mend is not None
    assert "password" in error.mend


@pytest.mark.parametrize(
    "url",
    [
        f"postgres//u:{SECRET}@127.0.0.1/x",
        f"postgresql://u:{SECRET}@x@127.0.0.1/x",
        f"postgresql://u:x@{SECRET}@127.0.0.1/x",
        f"postgresql://u:x/{SECRET}@127.0.0.1/x",
        f"postgresql://u:%zz{SECRET}@127.0.0.1/x",
        f"postgresql://u:x@[{SECRET}/x",
        f"host=127.0.0.1 password='{SECRET}",
        f"host=127.0.0.1 port={SECRET}",
        f"host=127.0.0.1 {SECRET}",
    ],
)
def test_settings_that_cannot_be_read_are_not_quoted(url: str) -> None:
    error = _failure(url)
    assert isinstance(error, Unavailable)
    assert SECRET not in f"{error} {error.mend}"
    assert error.mend is not None


@pytest.mark.parametrize(
    ("kind", "part", "word"),
    [
        (Unavailable, "no_such_database", "existing database"),
        (Denied, "no_such_role", "tunewright grants"),
        (Unavailable, "no_such_host", "host"),
        (Unavailable, "no_such_port", "port"),
    ],
)
def test_who_or_what_does_not_exist(postgres: EmbeddedServer, kind: type[SourceError], part: str, word: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    url = {
        "no_such_database": postgres.url("nowhere"),
        "no_such_role": postgres.url(user="nobody_at_all"),
        "no_such_host": "postgresql://u:s3cr3t@db.invalid/x",
        "no_such_port": f"postgresql://u:s3cr3t@127.0.0.1:{free}/x",
    }[part]
    error = _failure(url)
    assert isinstance(error, kind)
    assert error.mend is not None
    assert word in error.mend
    assert SECRET not in error.reason


def test_a_connection_limit_is_named(postgres: EmbeddedServer) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
        try:
            error = _failure(postgres.url(user="crowded"))
        finally:
            admin.execute("DROP ROLE crowded")
    assert isinstance(error, Unavailable)
    assert error.mend is not None
    assert "CONNECTION LIMIT" in error.mend


def test_bytes_that_are_no_text_are_unsupported(postgres: EmbeddedServer) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        try:
            with _reader(postgres.url("bytes")) as reader, pytest.raises(Unsupported, match="UTF-8"):
                _ask(reader, "SELECT E'caf\\xe9'::text")
        finally:
            admin.execute("DROP DATABASE bytes WITH (FORCE)")


def test_an_error_of_data_is_named_without_the_value(database: str) -> None:
    with _reader(database) as reader, pytest.raises(SourceError) as caught:
        _ask(reader, f"SELECT '{SECRET}'::text::int")
    assert SECRET not in str(caught.value)
    assert "22P02" in caught.value.reason


@pytest.mark.slow
@pytest.mark.parametrize("major", [18, 15])
def test_a_killed_server_is_unavailable_and_then_back(major: int) -> None:
    if not servers.available(major):
        pytest.skip(reason=f"PostgreSQL {major} is not on this machine")
    with servers.postgres(major) as server, _reader(server.url()) as reader:
        first = reader.server
        with reader.session() as session, reader.session("template1"):
            server.kill()
            with pytest.raises(Unavailable):
                session.execute("SELECT 1", doing="a question")
        with pytest.raises(Unavailable) as caught:
            _ask(reader, "SELECT 1")
        assert caught.value.mend is not None
        server.resume()
        assert _ask(reader, "SELECT 1") == 1
        assert _ask(reader, "SELECT 1", "template1") == 1
        reader.forget()
        assert reader.server.started_at > first.started_at


def test_a_url_with_an_encoded_password_works(postgres: EmbeddedServer) -> None:
    word = "p@s:s/w?o#r%d é"
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE encoded LOGIN PASSWORD '{word}'".encode())
        try:
            with _reader(f"postgresql://encoded:{quote(word, safe='')}@127.0.0.1:{postgres.port}/postgres") as reader:
                assert reader.server.user == "encoded"
        finally:
            admin.execute("DROP ROLE encoded")
