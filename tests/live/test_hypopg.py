"""HypoPG on PostgreSQL 15, where Debian packages it: plans, hiding, what it refuses, and that nothing stays behind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.whatif.hypopg import HypoPG
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError


@dataclass
class _Live:
    name: str
    url: str
    oracle: HypoPG
    index: HypotheticalIndex


@pytest.fixture
def live(start: Callable[[int], EmbeddedServer]) -> Iterator[_Live]:
    server = start(15)
    name = "hypopg_live"
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            try:
                connection.execute("CREATE EXTENSION hypopg")
            except psycopg.errors.Error:
                pytest.skip("hypopg is not packaged here")
            connection.execute("CREATE TABLE t (id int PRIMARY KEY, kind int, at timestamptz)")
            connection.execute("INSERT INTO t SELECT i, i % 1000, now() FROM generate_series(1, 50000) i")
            connection.execute("ANALYZE t")
        index = HypotheticalIndex(RelationName(name, "public", "t"), (IndexColumn("kind"),))
        yield _Live(name, server.url(name), HypoPG(Reader(server.url(name)), SourceError), index)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_hypothetical_index_is_used_and_gone_afterwards(live: _Live) -> None:
    statement = "SELECT * FROM t WHERE kind = $1"
    before = live.oracle.explain(live.name, statement)
    after = live.oracle.explain(live.name, statement, add=[live.index])
    assert after.root.cost.total < before.root.cost.total / 5
    assert str(live.index) in {node.index for node in after.root.walk()}
    assert live.oracle.explain(live.name, statement).root.cost == before.root.cost
    assert live.oracle.calls == 3
    assert live.oracle.size_bytes(live.name, live.index) > 100_000


def test_an_existing_index_is_hidden_or_the_release_is_named(live: _Live) -> None:
    key = RelationName(live.name, "public", "t_pkey")
    with psycopg.connect(live.url) as connection:
        row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'hypopg'").fetchone()
    assert row is not None
    assert live.oracle.explain(live.name, "SELECT * FROM t WHERE id = $1").root.index == "t_pkey"
    if tuple(int(part) for part in row[0].split(".")[:2]) >= (1, 4):
        assert live.oracle.explain(live.name, "SELECT * FROM t WHERE id = $1", hide=[key]).root.index is None
        assert live.oracle.explain(live.name, "SELECT * FROM t WHERE id = $1").root.index == "t_pkey"
    else:
        with pytest.raises(WhatIfError, match=r"1\.4"):
            live.oracle.explain(live.name, "SELECT * FROM t WHERE id = $1", hide=[key])


def test_what_it_refuses(live: _Live) -> None:
    partial = HypotheticalIndex(live.index.table, live.index.keys, predicate="kind IS NULL")
    with pytest.raises(WhatIfError, match="partial"):
        live.oracle.explain(live.name, "SELECT 1 FROM t", add=[partial])
    for text in ("SELECT 1; DROP TABLE t", "DROP TABLE t", "not SQL 'secret'"):
        with pytest.raises(WhatIfError) as caught:
            live.oracle.explain(live.name, text)
        assert "secret" not in str(caught.value)
    with pytest.raises(WhatIfError):
        live.oracle.explain(live.name, "SELECT * FROM missing WHERE a = $1", add=[live.index])
    assert live.oracle.explain(live.name, "SELECT * FROM t WHERE kind = $1").root.index is None


def test_without_the_extension_the_mend_is_named(database18: str) -> None:
    name = database18.partition("@/")[2].partition("?")[0]
    with pytest.raises(WhatIfError, match="CREATE EXTENSION hypopg"):
        HypoPG(Reader(database18), SourceError).explain(name, "SELECT 1")
