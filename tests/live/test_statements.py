"""Source `statements` against what pg_stat_statements itself holds."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from reading import collect, name_of, reader, run, section, value
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import statements
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected, Unsupported
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.sql.fingerprint import fingerprint

NOW = datetime.now(UTC)


@pytest.fixture
def counted(database: str) -> str:
    """A database with the extension and a table."""
    run(database, "CREATE EXTENSION pg_stat_statements", "CREATE TABLE t (i int, v text)")
    run(database, "SELECT pg_stat_statements_reset()")
    return database


def _rows(collected: Collected, url: str) -> dict[str, Statement]:
    """Statements of that database by text."""
    database = name_of(url)
    return {row.text or "": row for row in section(collected, Statements).rows if row.key.database == database}


def _asked_for_texts(url: str) -> int:
    return int(
        value(
            url,
            "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query LIKE 'SELECT /* tunewright:statements */%min(s.query)%'",
        )
    )


def test_counters_are_those_of_the_server(counted: str) -> None:
    with psycopg.connect(counted, autocommit=True) as connection:
        for number in range(7):
            connection.execute(b"INSERT INTO t SELECT g, 'x' FROM generate_series(1, 10) g")
            connection.execute(f"SELECT * FROM t WHERE i = {number}".encode())
        connection.execute("UPDATE t SET v = 'y' WHERE i < 3")
        connection.execute("CREATE INDEX ON t (i)")
    found = _rows(collect(counted, statements.source()), counted)
    insert = found["INSERT INTO t SELECT g, $1 FROM generate_series($2, $3) g"]
    select = found["SELECT * FROM t WHERE i = $1"]
    update = found["UPDATE t SET v = $1 WHERE i < $2"]
    assert (insert.calls, insert.rows, insert.kind) == (7, 70, "insert")
    assert (select.calls, select.kind, select.own) == (7, "select", False)
    assert (update.calls, update.rows, update.kind) == (1, 14, "update")
    assert found["CREATE INDEX ON t (i)"].kind == "utility"
    with psycopg.connect(counted) as connection:
        truth = connection.execute(
            "SELECT total_exec_time / 1000, min_exec_time / 1000, max_exec_time / 1000, shared_blks_hit, shared_blks_dirtied, wal_bytes::int8"
            " FROM pg_stat_statements WHERE query LIKE 'INSERT INTO t SELECT g%'"
        ).fetchone()
    assert truth == pytest.approx(
        (
            insert.exec_seconds,
            insert.min_exec_seconds,
            insert.max_exec_seconds,
            insert.shared_blocks_hit,
            insert.shared_blocks_dirtied,
            insert.wal_bytes,
        )
    )


def test_the_id_is_the_fingerprint_whatever_the_literals(counted: str) -> None:
    run(counted, "SELECT v FROM t WHERE i = 7 AND v = 'a'", "SELECT v FROM t WHERE i IN (1, 2, 3)")
    found = _rows(collect(counted, statements.source()), counted)
    assert found["SELECT v FROM t WHERE i = $1 AND v = $2"].id == fingerprint("SELECT v FROM t WHERE i = 9 AND v = 'b'")
    listed = next(row for text, row in found.items() if " IN (" in text)
    assert listed.id == fingerprint("SELECT v FROM t WHERE i IN (5, 6)")


def test_texts_are_asked_for_once(counted: str) -> None:
    source = statements.source()
    with reader(counted) as made:
        run(counted, "SELECT i FROM t")
        source.collect(made, NOW)
        source.collect(made, NOW)  # our own statements of the first pass are new to the second
        before = _asked_for_texts(counted)
        source.collect(made, NOW)
        source.collect(made, NOW)
        asked = _asked_for_texts(counted) - before
        run(counted, "SELECT v FROM t")
        again = source.collect(made, NOW)
    assert asked <= 1  # the question of _asked_for_texts itself
    assert "SELECT v FROM t" in _rows(again, counted)


def test_a_reset_shows_in_the_coverage_and_the_period(counted: str) -> None:
    source = statements.source()
    with reader(counted) as made:
        first = section(source.collect(made, datetime.now(UTC)), Statements)
        run(counted, "SELECT pg_stat_statements_reset()", "SELECT 1 AS after_the_reset")
        collected = source.collect(made, datetime.now(UTC))
    second = section(collected, Statements)
    assert first.coverage.reset_at is not None
    assert second.coverage.reset_at is not None
    assert second.coverage.reset_at > first.coverage.reset_at
    assert second.period.start == second.coverage.reset_at
    assert second.coverage.reset_at == value(counted, "SELECT stats_reset FROM pg_stat_statements_info")
    assert _rows(collected, counted)["SELECT $1 AS after_the_reset"].calls == 1


def test_coverage_counts_entries_and_the_limit(counted: str) -> None:
    found = section(collect(counted, statements.source()), Statements)
    assert found.coverage.entries == len(found.rows)
    assert found.coverage.max_entries == int(value(counted, "SELECT current_setting('pg_stat_statements.max')"))
    assert found.coverage.evicted == value(counted, "SELECT dealloc FROM pg_stat_statements_info")


def test_our_own_cost_is_booked_to_the_source(counted: str) -> None:
    source = statements.source()
    with reader(counted) as made:
        source.collect(made, NOW)
        source.collect(made, NOW)
        found = section(source.collect(made, NOW), Statements)
    own = [row for row in found.rows if row.own]
    assert {row.own_source for row in own} >= {"statements", "server"}
    counters = [row for row in own if "pg_stat_statements(" in (row.text or "") and row.kind == "select"]
    assert sum(row.calls for row in counters) >= 2
    assert found.own_seconds["statements"] > 0


def test_without_the_extension_it_says_what_to_create(postgres: EmbeddedServer, database: str) -> None:
    with reader(database) as made, pytest.raises(Unsupported) as caught:
        statements.source().collect(made, NOW)
    assert caught.value.mend is not None
    assert "CREATE EXTENSION pg_stat_statements" in caught.value.mend


def test_texts_that_cannot_be_read_cost_no_counters(postgres: EmbeddedServer, counted: str) -> None:
    """One statement of a SQL_ASCII database makes every read of texts fail; the counters go on, and we do not ask each time."""
    other = f"bytes_{name_of(counted)}"
    run(postgres.url(), f"CREATE DATABASE {other} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    source = statements.source()
    try:
        with reader(counted) as made:
            run(counted, "SELECT i FROM t")
            known = _rows(source.collect(made, NOW), counted)
            with psycopg.connect(postgres.url(other), autocommit=True, client_encoding="SQL_ASCII") as latin:
                latin.execute(b'SELECT 1 AS "caf\xe9"')
            run(counted, "SELECT v FROM t")
            failed = source.collect(made, NOW)
            assert [("texts" in gap.reason, bool(gap.mend)) for gap in failed.gaps] == [(True, True)]
            rows = _rows(failed, counted)
            assert rows["SELECT i FROM t"].id == known["SELECT i FROM t"].id
            unread = [row for row in section(failed, Statements).rows if row.text is None]
            assert unread
            assert all(row.text_missing for row in unread)
            assert source.collect(made, NOW + timedelta(minutes=1)).gaps
            run(counted, "SELECT pg_stat_statements_reset()", "SELECT v FROM t")
            mended = source.collect(made, NOW + timedelta(minutes=16))
            assert not mended.gaps
            assert "SELECT v FROM t" in _rows(mended, counted)
    finally:
        run(postgres.url(), f"DROP DATABASE {other} WITH (FORCE)")


def test_a_database_that_refuses_does_not_hide_the_extension(postgres: EmbeddedServer, counted: str) -> None:
    """The URL's own database lacks the extension, the next refuses, the third has it."""
    names = [f"a_{name_of(counted)}", f"b_{name_of(counted)}"]
    run(postgres.url(), *(f"CREATE DATABASE {name}" for name in names))
    try:
        made = Reader(postgres.url(names[0]), include=(*names, name_of(counted)))
        assert len(made.server.databases) == 3
        run(postgres.url(), f"ALTER DATABASE {names[1]} ALLOW_CONNECTIONS false")
        server = made.server
        assert names[1] in server.databases
        collected = statements.source().collect(made, NOW)
        made.close()
        assert section(collected, Statements).rows
    finally:
        run(postgres.url(), *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))
