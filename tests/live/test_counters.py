"""Sources `databases`, `throughput` and `settings` against work of a known size."""

import uuid

import psycopg
import pytest

from reading import collect, name_of, role, run, section, value
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import databases, settings, throughput
from tunewright_analyzers.facts.databases import Database, Databases, Throughput
from tunewright_analyzers.facts.settings import Settings


def _database(url: str) -> Database:
    name = name_of(url)
    return next(row for row in section(collect(url, databases.source()), Databases).rows if row.name == name)


def _major(url: str) -> int:
    return int(value(url, "SELECT current_setting('server_version_num')::int / 10000"))


def _flush(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    if connection.info.server_version >= 150000:
        connection.execute("SELECT pg_stat_force_next_flush()")


def test_counters_of_a_database(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (i int)")
        connection.execute("INSERT INTO t SELECT generate_series(1, 500)")
        connection.execute("UPDATE t SET i = -i WHERE i <= 20")
        connection.execute("DELETE FROM t WHERE i > 490")
        connection.execute("SET work_mem = '64kB'; SET enable_hashagg = off")
        connection.execute("SELECT count(*) FROM (SELECT g FROM generate_series(1, 100000) g ORDER BY g DESC) x")
        for _ in range(3):
            with pytest.raises(psycopg.Error):
                connection.execute("SELECT 1 / 0")
        _flush(connection)
        connection.execute("SELECT 1")
        found = _database(database)
        size = value(database, "SELECT pg_database_size(current_database())")
    assert 500 <= found.rows_inserted < 600  # rows of the catalogue are counted too
    assert (found.rows_updated, found.rows_deleted) == (20, 10)
    assert found.rollbacks == 3
    assert found.commits >= 5
    assert found.temp_files >= 1
    assert found.temp_bytes > 1_000_000
    assert found.connections >= 1
    assert found.size_bytes == pytest.approx(size, rel=0.05)
    assert found.active_seconds is not None
    assert found.active_seconds > 0
    assert found.xid_age > 0
    assert (found.deadlocks, found.conflicts) == (0, 0)


def test_every_database_that_ages_is_there(database: str) -> None:
    found = section(collect(database, databases.source()), Databases)
    names = {row.name for row in found.rows}
    assert {"postgres", "template1", name_of(database)} <= names
    assert "template0" not in names
    assert found.max_connections == int(value(database, "SHOW max_connections"))
    assert found.reserved_connections == 3


def test_a_size_that_is_hidden_is_a_gap(postgres: EmbeddedServer, database: str) -> None:
    name = name_of(database)
    with role(postgres, "postgres") as url:
        run(database, f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        collected = collect(url, databases.source())
        row = next(row for row in section(collected, Databases).rows if row.name == name)
        assert row.size_bytes is None
        (gap,) = collected.gaps
        assert gap.mend is not None
        run(database, gap.mend)
        assert collect(url, databases.source()).gaps == ()


def test_wal_checkpoints_and_io(database: str) -> None:
    before = section(collect(database, throughput.source()), Throughput)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT g, repeat('x', 100) AS v FROM generate_series(1, 50000) g")
        for _ in range(20):
            connection.execute("INSERT INTO t VALUES (0, '')")
        connection.execute("CHECKPOINT")
        _flush(connection)
        connection.execute("SELECT 1")
    after = section(collect(database, throughput.source()), Throughput)
    assert before.wal_bytes is not None
    assert after.wal_bytes is not None
    assert after.wal_bytes - before.wal_bytes > 50_000 * 100
    assert before.checkpoints_requested is not None
    assert after.checkpoints_requested is not None
    assert after.checkpoints_requested > before.checkpoints_requested
    assert after.buffers_allocated is not None
    assert after.period.start <= after.period.end
    assert before.transactions is not None
    assert after.transactions is not None
    assert after.transactions - before.transactions >= 21  # one for each transaction that wrote
    kinds = {(row.backend_type, row.object) for row in after.io}
    if _major(database) >= 16:
        assert ("client backend", "relation") in kinds
        assert after.backend_buffers_written is None or _major(database) < 17
    else:
        assert kinds == set()
        assert after.backend_buffers_written is not None


def test_a_reset_begins_the_period_anew(database: str) -> None:
    run(database, "SELECT pg_stat_reset_shared('wal')")
    reset = value(database, "SELECT stats_reset FROM pg_stat_wal")
    assert section(collect(database, throughput.source()), Throughput).period.start == reset


def test_overrides_and_what_is_private(database: str) -> None:
    name, user = name_of(database), f"u_{uuid.uuid4().hex[:8]}"
    run(
        database,
        f"CREATE ROLE {user}",
        f"ALTER ROLE {user} SET work_mem = '64MB'",
        f"ALTER DATABASE {name} SET random_page_cost = 1.1",
        f"ALTER DATABASE {name} SET app.key = 'classified'",
        f"ALTER ROLE {user} IN DATABASE {name} SET statement_timeout = 7000",
    )
    try:
        found = section(collect(database, settings.source()), Settings)
    finally:
        run(database, f"DROP ROLE {user}")
    mine = {
        (row.database, row.role, row.name): row.value for row in found.roles if name == row.database or user == row.role
    }
    assert mine == {
        (None, user, "work_mem"): "64MB",
        (name, None, "random_page_cost"): "1.1",
        (name, None, "app.key"): "(set)",
        (name, user, "statement_timeout"): "7000",
    }


def test_settings_are_those_of_the_server(database: str) -> None:
    found = section(collect(database, settings.source()), Settings)
    work_mem = found.get("work_mem")
    assert work_mem is not None
    assert (work_mem.unit, work_mem.kind, work_mem.context, work_mem.pending_restart) == (
        "kB",
        "integer",
        "user",
        False,
    )
    connections = found.get("max_connections")
    assert connections is not None
    assert (connections.value, connections.context, connections.source) == ("60", "postmaster", "configuration file")
    assert found.on("fsync", default=True) is False
