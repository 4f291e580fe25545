"""What the choice of indexes asks the twin in bulk is what it would be told one by one: sizes, refusals, prices."""

import psycopg
import pytest

from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError

pytestmark = [pytest.mark.live, pytest.mark.slow]

_SCHEMA = """
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, status text, total numeric, placed_at timestamptz, doc jsonb);
CREATE TABLE events (id bigint, at date NOT NULL, kind int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
INSERT INTO orders SELECT i, i % 700, CASE WHEN i % 50 = 0 THEN 'open' ELSE 'done' END, i % 1000, '2025-01-01'::timestamptz + i * interval '1 minute',
  jsonb_build_object('a', i % 10) FROM generate_series(1, 60000) i;
INSERT INTO events SELECT i, '2025-01-01'::date + i % 360, i % 7 FROM generate_series(1, 20000) i;
"""
_STATEMENTS = (
    "SELECT total FROM orders WHERE customer_id = 5",
    "SELECT * FROM orders WHERE status = 'open' AND placed_at > '2025-02-01' ORDER BY placed_at LIMIT 5",
    "SELECT count(*) FROM events WHERE kind = $1",
    "SELECT * FROM orders WHERE lower(status) = $1",
    "UPDATE orders SET total = 0 WHERE customer_id = $1",
)


def _indexes(database: str) -> tuple[HypotheticalIndex, ...]:
    orders, events = RelationName(database, "public", "orders"), RelationName(database, "public", "events")

    def plain(*columns: str) -> tuple[IndexColumn, ...]:
        return tuple(IndexColumn(column) for column in columns)

    return (
        HypotheticalIndex(orders, plain("customer_id")),
        HypotheticalIndex(orders, plain("customer_id"), ("total",)),
        HypotheticalIndex(orders, plain("customer_id", "placed_at")),
        HypotheticalIndex(orders, plain("placed_at"), predicate="status = 'open'"),
        HypotheticalIndex(orders, (IndexColumn(None, "lower(status)"),)),
        HypotheticalIndex(orders, plain("doc"), method="gin"),
        HypotheticalIndex(events, plain("kind")),
    )


def _impossible(database: str) -> tuple[HypotheticalIndex, ...]:
    orders = RelationName(database, "public", "orders")
    return (
        HypotheticalIndex(orders, (IndexColumn(None, "random()"),)),
        HypotheticalIndex(orders, (IndexColumn("total", opclass="gin_trgm_ops"),), method="gin"),
        HypotheticalIndex(RelationName(database, "public", "nothing"), (IndexColumn("x"),)),
    )


def test_made_at_once_they_are_what_they_are_one_by_one(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute("VACUUM ANALYZE")
        name = connection.info.dbname
    reader = Reader(database, include=(name,))
    indexes = _indexes(name)
    with Twin(reader, [name]) as single, Twin(reader, [name]) as batch:
        refused = batch.make_all(name, (*indexes, *_impossible(name)))
        assert set(refused) == set(_impossible(name))
        for index in _impossible(name):
            with pytest.raises(WhatIfError):
                single.size_bytes(name, index)
        assert batch.make_all(name, indexes) == {}
        for index in indexes:
            assert batch.size_bytes(name, index) == single.size_bytes(name, index)
        used: set[str] = set()
        for text in _STATEMENTS:
            for add in ((), *((one,) for one in indexes), indexes):
                plan = single.explain(name, text, add=add)
                price = batch.price(name, text, add=add)
                assert price.cost == pytest.approx(plan.root.cost.total, rel=0.001)
                assert price.indexes == {node.index for node in plan.root.walk() if node.index}
                used |= price.indexes
        assert {str(one) for one in indexes if one.method == "btree"} <= used | {str(indexes[0])}
    reader.close()


def test_prices_are_kept_and_refusals_carry_no_literal(database18: str) -> None:
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute("ANALYZE")
        name = connection.info.dbname
    reader = Reader(database18, include=(name,))
    with Twin(reader, [name]) as twin:
        first = twin.price(name, _STATEMENTS[0])
        asked = twin.calls
        assert twin.price(name, _STATEMENTS[0]) == first
        assert twin.calls == asked
        for text in ("SELECT * FROM nothing WHERE a = 'secret'", "SELECT 1; DROP TABLE orders", "DROP TABLE orders"):
            with pytest.raises(WhatIfError) as caught:
                twin.price(name, text)
            assert "secret" not in str(caught.value)
    reader.close()
