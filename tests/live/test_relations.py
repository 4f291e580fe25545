"""Sources `relations` and `schema` against real servers: odd names, odd indexes, locks, roles."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from reading import run
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import relations, schema
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import Index, Indexes, Table, Tables

HOSTILE = 'a "b"; DROP TABLE x --%s{schema}'


def _name(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.info.dbname


def _reader(url: str) -> Reader:
    return Reader(url, include=(_name(url),))


def _tables(collected: Collected) -> dict[str, Table]:
    section = next(one for one in collected.sections if isinstance(one, Tables))
    return {row.name.name: row for row in section.rows}


def _indexes(collected: Collected) -> dict[str, Index]:
    section = next(one for one in collected.sections if isinstance(one, Indexes))
    return {row.name.name: row for row in section.rows}


def _collect(url: str) -> Collected:
    return relations.source().collect(_reader(url), datetime.now(UTC))


@contextmanager
def _held(url: str, table: str) -> Iterator[None]:
    with psycopg.connect(url) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        holder.rollback()


@contextmanager
def _login(server: EmbeddedServer, *grants: str) -> Iterator[str]:
    name = f"r_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        for grant in grants:
            admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(grant), sql.Identifier(name)))
        try:
            yield name
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_names_come_back_as_they_are(database: str) -> None:
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    run(
        database,
        f"CREATE SCHEMA {quoted}",
        f'CREATE TABLE {quoted}."Select" ("user" int PRIMARY KEY, "Ünïcode Ω" text)',
        f'CREATE INDEX "Mixed" ON {quoted}."Select" ("Ünïcode Ω")',
    )
    collected = _collect(database)
    table, index = _tables(collected)["Select"], _indexes(collected)["Mixed"]
    assert (table.name.schema, index.columns, index.table) == (HOSTILE, ("Ünïcode Ω",), table.name)
    assert not collected.gaps


def test_every_kind_of_index(database: str) -> None:
    run(
        database,
        'CREATE TABLE t (id int PRIMARY KEY, a text, b int, c text COLLATE "C", j jsonb, EXCLUDE USING btree (b WITH =))',
        "CREATE INDEX ordered ON t (a DESC, b NULLS FIRST) INCLUDE (c)",
        'CREATE INDEX shaped ON t (lower(a), a text_pattern_ops, c COLLATE "POSIX") WHERE b > 5',
        "CREATE INDEX gin ON t USING gin (j jsonb_path_ops)",
        "CREATE UNIQUE INDEX nulls ON t (b) NULLS NOT DISTINCT",
        "ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey",
        "CLUSTER t USING t_pkey",
    )
    found = _indexes(_collect(database))
    first, second = found["ordered"].keys
    assert (first.descending, first.nulls_first, second.descending, second.nulls_first) == (True, True, False, True)
    assert found["ordered"].included == ("c",)
    expression, pattern, collated = found["shaped"].keys
    assert (expression.column, expression.expression) == (None, "lower(a)")
    assert (pattern.opclass, collated.collation, found["shaped"].predicate) == ("text_pattern_ops", "POSIX", "b > 5")
    assert (found["gin"].method, found["gin"].keys[0].opclass) == ("gin", "jsonb_path_ops")
    assert found["nulls"].is_unique
    assert found["nulls"].nulls_not_distinct
    primary = found["t_pkey"]
    assert (primary.is_primary, primary.constraint, primary.is_replica_identity, primary.is_clustered) == (
        True, "t_pkey", True, True,
    )  # fmt: skip
    assert found["t_b_excl"].is_exclusion
    assert found["t_b_excl"].constraint == "t_b_excl"


def test_partitions_views_and_options(database: str) -> None:
    run(
        database,
        "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10) WITH (fillfactor = 70, autovacuum_enabled = off)",
        "CREATE TABLE pd PARTITION OF p DEFAULT",
        "CREATE INDEX pi ON p (b)",
        "CREATE UNLOGGED TABLE u (i int)",
        "CREATE TEMPORARY TABLE gone (i int)",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one",
    )
    collected = _collect(database)
    tables, indexes = _tables(collected), _indexes(collected)
    assert {name: table.kind for name, table in tables.items()} == {"p": "p", "p1": "r", "pd": "r", "u": "r", "m": "m"}
    assert tables["p1"].parent == tables["pd"].parent == tables["p"].name
    assert (tables["p1"].partition_bound, tables["pd"].partition_bound) == ("(bound)", "DEFAULT")
    assert dict(tables["p1"].options) == {"fillfactor": "70", "autovacuum_enabled": "off"}
    assert tables["u"].is_unlogged
    assert {str(one.parent) for one in indexes.values() if one.parent} == {"public.pi"}
    assert tables["p"].size_bytes == 0
    assert indexes["pi"].size_bytes == 0


def test_sizes_and_counters(database: str) -> None:
    run(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, v text) WITH (autovacuum_enabled = off)",
        "ALTER TABLE t ALTER v SET STORAGE EXTERNAL",
        "INSERT INTO t SELECT g, repeat('x', CASE WHEN g <= 10 THEN 9000 ELSE 10 END) FROM generate_series(1, 5000) g",
        "DELETE FROM t WHERE id > 4000",
        "UPDATE t SET v = 'y' WHERE id > 3990",
        "SET enable_seqscan = off; SELECT * FROM t WHERE id = 7",
        "VACUUM ANALYZE t",
    )
    with psycopg.connect(database) as connection:
        row = connection.execute(
            "SELECT pg_relation_size('t'), pg_indexes_size('t'), pg_relation_size(reltoastrelid) + pg_indexes_size(reltoastrelid)"
            " FROM pg_class WHERE oid = 't'::regclass"
        ).fetchone()
    table = _tables(_collect(database))["t"]
    assert row is not None
    assert (table.size_bytes, table.index_bytes, table.toast_bytes) == (
        row[0],
        row[1],
        pytest.approx(row[2], abs=2 * 8192),
    )
    assert (table.rows_inserted, table.rows_deleted, table.rows_updated) == (5000, 1000, 10)
    assert (table.vacuums, table.analyzes, table.row_estimate) == (1, 1, 4000)
    assert table.last_vacuum is not None
    assert table.all_visible_pages > 0
    assert table.index_scans >= 1


def test_a_locked_table_costs_nobody_else(database: str) -> None:
    run(
        database,
        "CREATE TABLE free (i int PRIMARY KEY)",
        "CREATE TABLE held (i int PRIMARY KEY, v text DEFAULT 'x', CHECK (v <> 'y'))",
        "CREATE INDEX held_part ON held (lower(v)) WHERE i > 7",
        "CREATE INDEX held_plain ON held (v)",
    )
    source, reader = relations.source(), _reader(database)
    with _held(database, "held"):
        started = time.monotonic()
        first = source.collect(reader, datetime.now(UTC))
        assert time.monotonic() - started < 8, "waited for the lock"
        catalogue = schema.source().collect(reader, datetime.now(UTC))
    assert set(_tables(first)) == {"free", "held"}
    found = _indexes(first)
    assert set(found) == {"free_pkey", "held_pkey", "held_part", "held_plain"}
    assert found["free_pkey"].definition.startswith("CREATE UNIQUE INDEX")
    assert found["held_plain"].columns == ("v",)
    assert found["held_part"].predicate is not None  # unknown, but not taken for an index without one
    assert ["public.held" in gap.reason for gap in first.gaps] == [True]
    section = catalogue.sections[0]
    assert isinstance(section, Schema)
    assert {column.name for column in section.columns if column.table.name == "held"} == {"i", "v"}
    assert ["public.held" in gap.reason for gap in catalogue.gaps] == [True]


def test_texts_of_a_locked_table_are_remembered(database: str) -> None:
    run(database, "CREATE TABLE held (i int, v text)", "CREATE INDEX part ON held (lower(v)) WHERE i > 7")
    source, reader = relations.source(), _reader(database)
    before = _indexes(source.collect(reader, datetime.now(UTC)))["part"]
    with _held(database, "held"):
        collected = source.collect(reader, datetime.now(UTC))
    after = _indexes(collected)["part"]
    assert (after.definition, after.keys, after.predicate) == (before.definition, before.keys, before.predicate)
    assert not collected.gaps


def test_roles_without_rights_still_see_the_relations(postgres: EmbeddedServer, database: str) -> None:
    run(database, "CREATE SCHEMA s", "CREATE TABLE s.t (i int PRIMARY KEY)", "REVOKE ALL ON SCHEMA s FROM PUBLIC")
    for grants in ((), ("pg_monitor",)):
        with _login(postgres, *grants) as role:
            collected = _collect(postgres.url(_name(database), role))
            assert set(_tables(collected)) == {"t"}
            assert set(_indexes(collected)) == {"t_pkey"}
            assert not collected.gaps


def test_a_database_that_refuses_costs_only_itself(postgres: EmbeddedServer, database: str) -> None:
    other = f"closed_{uuid.uuid4().hex[:8]}"
    run(database, "CREATE TABLE t (i int)", f'CREATE DATABASE "{other}"')
    reader = Reader(database, include=(_name(database), other))
    try:
        assert other in reader.server.databases
        run(database, f'ALTER DATABASE "{other}" ALLOW_CONNECTIONS false')
        collected = relations.source().collect(reader, datetime.now(UTC))
        assert set(_tables(collected)) == {"t"}
        assert [(gap.database, set(gap.sections)) for gap in collected.gaps] == [(other, {"tables", "indexes"})]
    finally:
        reader.close()
        run(postgres.url(), f'DROP DATABASE "{other}"')


@pytest.mark.slow
def test_two_thousand_tables(database18: str) -> None:
    run(
        database18,
        "DO $$ BEGIN FOR i IN 1..2000 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v text)', i);"
        " IF i %% 200 = 0 THEN COMMIT; END IF; END LOOP; END $$".replace("%%", "%"),
    )
    collected = _collect(database18)
    assert len(_tables(collected)) == len(_indexes(collected)) == 2000
