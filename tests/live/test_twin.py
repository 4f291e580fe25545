"""The twin against real servers: the same costs and plan shapes, what a restricted role leaves it without, and that production is only read."""

import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import servers
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import grants
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.statement import create_statement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError
from tunewright_analyzers.plans.reading import read_plan

pytestmark = [pytest.mark.live, pytest.mark.slow]

_SCHEMA = """
SELECT setseed(0.3);
CREATE SCHEMA audit;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FUNCTION tidy(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(trim($1)) $$;
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL, region text, mood mood, deleted_at timestamptz);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, status text, total numeric, placed_at timestamptz,
  doc jsonb, amount positive);
CREATE TABLE items (order_id bigint REFERENCES orders, line int, sku text, quantity int, PRIMARY KEY (order_id, line));
CREATE TABLE events (id bigint, at date NOT NULL, kind int, body text) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-07-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-07-01') TO ('2026-01-01');
CREATE TABLE audit.log (id int PRIMARY KEY, order_id bigint, at timestamptz, city text, zip text);
SELECT setseed(0.3);
INSERT INTO customers SELECT i, 'User' || i || '@example.com', (ARRAY['eu', 'us', 'ap'])[1 + (i % 10) / 4],
  CASE WHEN i % 3 = 0 THEN 'bad' ELSE 'good' END::mood,
  CASE WHEN i % 50 = 0 THEN now() END FROM generate_series(1, 20000) i;
INSERT INTO orders SELECT i, (power(random(), 3) * 19999)::int + 1, CASE WHEN random() < 0.97 THEN 'done' ELSE 'open' END, random() * 100,
  '2025-01-01'::timestamptz + i * interval '1 minute', jsonb_build_object('a', i % 10, 'tags', jsonb_build_array(i % 7)), 1 + i % 9
  FROM generate_series(1, 100000) i;
INSERT INTO items SELECT i / 2 + 1, i % 2, 'sku' || i % 500, i % 11 FROM generate_series(1, 100000) i;
INSERT INTO events SELECT i, '2025-01-01'::date + i % 360, i % 7, md5(i::text) FROM generate_series(1, 60000) i;
INSERT INTO audit.log SELECT i, (random() * 100000)::bigint, now() - i * interval '1 minute', 'city' || i % 200,
  'zip' || i % 200 FROM generate_series(1, 50000) i;
CREATE INDEX events_at_idx ON events (at);
CREATE INDEX orders_placed_idx ON orders (placed_at);
CREATE INDEX customers_tidy_idx ON customers (tidy(email));
CREATE INDEX orders_open_idx ON orders (customer_id) WHERE status = 'open';
CREATE INDEX orders_doc_idx ON orders USING gin (doc);
CREATE INDEX log_city_at_idx ON audit.log (city, at);
CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
"""
_STATEMENTS = (
    "SELECT * FROM orders WHERE customer_id = 7",
    "SELECT * FROM orders WHERE customer_id = 19000 AND status = 'open'",
    "SELECT * FROM orders WHERE id = 77",
    "SELECT * FROM orders WHERE id BETWEEN 100 AND 900",
    "SELECT count(*) FROM orders WHERE status = 'open'",
    "SELECT status, count(*), sum(total) FROM orders GROUP BY status",
    "SELECT customer_id, count(*) FROM orders GROUP BY customer_id",
    "SELECT * FROM orders WHERE placed_at > '2025-03-05' ORDER BY placed_at",
    "SELECT * FROM orders WHERE placed_at < '2025-01-02'",
    "SELECT * FROM orders ORDER BY placed_at DESC LIMIT 20",
    "SELECT * FROM orders ORDER BY total LIMIT 10",
    "SELECT * FROM orders WHERE doc @> '{\"a\": 3}'",
    "SELECT * FROM orders WHERE amount = 3 AND total > 90",
    "SELECT * FROM customers WHERE tidy(email) = 'x'",
    "SELECT * FROM customers WHERE region = 'eu' AND mood = 'bad'",
    "SELECT * FROM customers WHERE deleted_at IS NULL",
    "SELECT * FROM customers WHERE deleted_at IS NOT NULL ORDER BY email",
    "SELECT * FROM customers WHERE email LIKE 'User12%'",
    "SELECT o.* FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.region = 'ap' AND o.status = 'open'",
    "SELECT c.region, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.region",
    "SELECT * FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'open')",
    "SELECT * FROM items WHERE order_id IN (5, 6, 7)",
    "SELECT o.id, i.sku FROM orders o JOIN items i ON i.order_id = o.id WHERE o.customer_id = 12",
    "SELECT sku, sum(quantity) FROM items GROUP BY sku ORDER BY 2 DESC LIMIT 5",
    "SELECT * FROM items i JOIN orders o ON o.id = i.order_id JOIN customers c ON c.id = o.customer_id WHERE i.sku = 'sku7'",
    "SELECT * FROM events WHERE at = '2025-02-02'",
    "SELECT count(*) FROM events WHERE at >= '2025-08-01' AND kind = 3",
    "SELECT kind, count(*) FROM events GROUP BY kind",
    "SELECT * FROM audit.log WHERE city = 'city5' AND zip = 'zip5'",
    "SELECT * FROM audit.log WHERE city = 'city7' ORDER BY at DESC LIMIT 3",
    "SELECT * FROM open_orders WHERE customer_id = 8",
    "SELECT * FROM totals WHERE customer_id = 9",
    "UPDATE orders SET status = 'done' WHERE customer_id = 3 AND status = 'open'",
    "DELETE FROM items WHERE order_id = 44",
    "INSERT INTO audit.log SELECT id, id, placed_at, 'a', 'b' FROM orders WHERE id < 100",
    "WITH recent AS (SELECT * FROM orders WHERE placed_at > '2025-03-10') SELECT count(*) FROM recent WHERE total > 50",
)


def _candidate(table: str, *columns: str, schema: str = "public") -> HypotheticalIndex:
    keys = tuple(IndexColumn(column) for column in columns)
    return HypotheticalIndex(RelationName("shop", schema, table), keys)


_CANDIDATES = (
    (_candidate("orders", "customer_id"), _STATEMENTS[0]),
    (
        _candidate("orders", "customer_id", "placed_at"),
        "SELECT * FROM orders WHERE customer_id = 9 ORDER BY placed_at LIMIT 5",
    ),
    (
        _candidate("orders", "status", "placed_at"),
        "SELECT * FROM orders WHERE status = 'open' AND placed_at > '2025-03-01'",
    ),
    (_candidate("customers", "region"), "SELECT * FROM customers WHERE region = 'ap'"),
    (_candidate("items", "sku"), "SELECT * FROM items WHERE sku = 'sku3'"),
    (_candidate("events", "kind", "at"), "SELECT * FROM events WHERE kind = 3 AND at = '2025-03-01'"),
    (_candidate("orders", "total"), "SELECT * FROM orders ORDER BY total LIMIT 10"),
    (_candidate("log", "order_id", schema="audit"), "SELECT * FROM audit.log WHERE order_id = 5"),
)


@dataclass
class _Source:
    server: EmbeddedServer
    log: Path

    def url(self, user: str = "postgres") -> str:
        return self.server.url("shop", user)

    def plan(self, statement: str) -> Plan:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            return self._plan(connection, statement)

    def _plan(self, connection: psycopg.Connection, statement: str) -> Plan:
        cursor = connection.execute(f"EXPLAIN (FORMAT JSON, VERBOSE) {statement}".encode())
        assert cursor.pgresult is not None
        return read_plan((cursor.pgresult.get_value(0, 0) or b"").decode(), "shop")

    def plan_with(self, index: HypotheticalIndex, statement: str) -> Plan:
        """The plan with the index really there, rolled back."""
        with psycopg.connect(self.url()) as connection:
            connection.execute(create_statement(index, "really", concurrently=False).encode())
            found = self._plan(connection, statement)
            connection.rollback()
        return found


def _sources(major: int) -> Iterator[_Source]:
    if not servers.available(major):
        pytest.skip(f"PostgreSQL {major} is not on this machine")
    settings = {"log_statement": "all", "log_line_prefix": "[%a] ", "autovacuum": "off", "random_page_cost": "1.7"}
    with servers.postgres(major, settings) as server:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute("CREATE DATABASE shop")
        with psycopg.connect(server.url("shop"), autocommit=True) as connection:
            connection.execute(_SCHEMA.encode())
            connection.execute("VACUUM ANALYZE")
        yield _Source(server, server.log)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def source(request: pytest.FixtureRequest) -> Iterator[_Source]:
    yield from _sources(request.param)


@pytest.fixture(scope="module")
def twin(source: _Source) -> Iterator[Twin]:
    reader = Reader(source.url())
    with Twin(reader, ["shop"]) as built:
        yield built
    reader.close()


def _kinds(plan: Plan) -> list[str]:
    return [f"{node.label} {node.relation} {node.join_type}" for node in plan.root.walk()]


def _major(source: _Source) -> int:
    with psycopg.connect(source.url()) as connection:
        return connection.info.server_version // 10000


def test_costs_and_shapes_are_those_of_the_source(source: _Source, twin: Twin) -> None:
    errors, same, told = [], 0, []
    for statement in _STATEMENTS:
        real, ours = source.plan(statement), twin.explain("shop", statement)
        errors.append(abs(ours.root.cost.total - real.root.cost.total) / real.root.cost.total)
        same += _kinds(real) == _kinds(ours)
        if errors[-1] > 0.01 or _kinds(real) != _kinds(ours):
            told.append(f"{statement}: {real.root.cost.total} {ours.root.cost.total} {_kinds(real)} {_kinds(ours)}")
    assert len(errors) >= 30
    assert statistics.median(errors) < 0.01, "\n".join(told)
    assert same / len(errors) >= (0.95 if _major(source) == 18 else 0.8), "\n".join(told)
    assert twin.without["shop"] == ()


def test_a_hypothetical_index_costs_what_a_real_one_costs(source: _Source, twin: Twin) -> None:
    errors, told = [], []
    for index, statement in _CANDIDATES:
        real, ours = source.plan_with(index, statement), twin.explain("shop", statement, add=[index])
        errors.append(abs(ours.root.cost.total - real.root.cost.total) / real.root.cost.total)
        told.append(f"{index} {statement}: {real.root.cost.total} {ours.root.cost.total}")
        assert str(index) in {node.index for node in ours.root.walk()}, told[-1]
        assert ours.root.cost.total < twin.explain("shop", statement).root.cost.total, told[-1]
    assert statistics.median(errors) < 0.01, "\n".join(told)
    assert max(errors) < 0.1, "\n".join(told)


def test_an_existing_index_can_be_hidden_and_comes_back(twin: Twin) -> None:
    statement = "SELECT * FROM orders WHERE placed_at > '2025-03-10'"
    key = RelationName("shop", "public", "orders_placed_idx")
    seen = twin.explain("shop", statement).root
    assert twin.explain("shop", statement, hide=[key]).root.cost.total > seen.cost.total
    assert twin.explain("shop", f"{statement} ", hide=[]).root.index == "orders_placed_idx"
    with pytest.raises(WhatIfError, match="no index"):
        twin.explain("shop", statement, hide=[RelationName("shop", "public", "none")])


def test_settings_of_one_explain_do_not_stay(twin: Twin) -> None:
    statement = "SELECT * FROM orders WHERE id = 78"
    off = (("enable_indexscan", "off"), ("enable_bitmapscan", "off"))
    assert twin.explain("shop", statement, settings=off).root.cost.total > 1000
    assert twin.explain("shop", statement).root.cost.total < 20


def test_normalised_statements_are_planned(twin: Twin) -> None:
    for statement in (
        "SELECT * FROM orders WHERE placed_at > now() - interval $1 AND status = $2",
        "SELECT * FROM orders WHERE id IN ($1 /*, ... */) AND $2 IS NOT NULL",
        "SELECT extract($1 from placed_at) FROM orders WHERE status = ?",
        "SELECT * FROM log WHERE at > $1 LIMIT $2",
    ):
        assert twin.explain("shop", statement).root.cost.total > 0


def test_what_the_twin_refuses_names_the_reason_and_no_literal(twin: Twin) -> None:
    for text, reason in (
        ("SELECT 1; DROP TABLE orders", "single"),
        ("DROP TABLE orders", "single"),
        ("SELECT 'secret", "parse"),
        ("SELECT * FROM nowhere WHERE a = 'secret'", "does not exist"),
        ("SELECT * FROM orders WHERE id = 'secret'", "Representation"),
    ):
        with pytest.raises(WhatIfError, match=reason) as caught:
            twin.explain("shop", text)
        assert "secret" not in str(caught.value)
    with pytest.raises(WhatIfError, match="cannot be made"):
        twin.size_bytes("shop", _candidate("orders", "no_such_column"))
    with pytest.raises(WhatIfError, match="no database"):
        twin.explain("elsewhere", "SELECT 1")


def test_an_older_server_is_promised_no_skip_scan(source: _Source, twin: Twin) -> None:
    index = _candidate("events", "kind", "id")
    statement = "SELECT * FROM events WHERE id = 4711"
    ours = twin.explain("shop", statement, add=[index])
    used = str(index) in {node.index for node in ours.root.walk()}
    assert used == (_major(source) >= 18)


def test_answers_are_cached(twin: Twin) -> None:
    twin.explain("shop", _STATEMENTS[0])
    before = twin.calls
    twin.explain("shop", _STATEMENTS[0])
    assert twin.calls == before


def test_user_code_runs_without_rights_on_the_twin(source: _Source) -> None:
    """An immutable function is evaluated when it is planned: on the twin it must not be able to run a program."""
    with psycopg.connect(source.url(), autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION evil(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS"
            " $$ BEGIN COPY (SELECT 1) TO PROGRAM 'cat > /tmp/tunewright-evil'; RETURN 1; END $$"
        )
    with Twin(Reader(source.url()), ["shop"]) as twin, pytest.raises(WhatIfError):
        twin.explain("shop", "SELECT * FROM orders WHERE id = evil(7)")
    assert not Path("/tmp/tunewright-evil").exists()


def test_production_is_only_read(source: _Source) -> None:
    start = source.log.stat().st_size
    reader = Reader(source.url())
    with Twin(reader, ["shop"]) as twin:
        twin.explain("shop", _STATEMENTS[0], add=[_CANDIDATES[0][0]])
    reader.close()
    logged = source.log.read_text()[start:]
    statements = re.findall(r"^\[tunewright\] LOG:  (?:statement|execute <unnamed>): (\w+)", logged, re.MULTILINE)
    assert len(statements) > 10
    assert set(statements) == {"SELECT"}
    assert "ERROR" not in logged


def test_the_private_folder_is_private_and_goes_even_after_an_error(source: _Source) -> None:
    folders = []

    def _fail() -> None:
        with Twin(Reader(source.url()), ["shop"]) as twin:
            folders.append(twin.folder)
            assert twin.folder.stat().st_mode & 0o077 == 0
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        _fail()
    assert not folders[0].exists()


@pytest.fixture
def restricted(source: _Source) -> Iterator[Callable[[bool], Reader]]:
    """A Reader as a role without any right on tables, or as the role of `tunewright grants`."""

    def reader(granted: bool) -> Reader:
        with psycopg.connect(source.url(), autocommit=True) as admin:
            if granted:
                admin.execute(grants.sql("watcher").encode())
            else:
                admin.execute("CREATE ROLE nobody_much LOGIN")
        return Reader(source.url("watcher" if granted else "nobody_much"))

    yield reader
    with psycopg.connect(source.url(), autocommit=True) as admin:
        for role in ("nobody_much", "watcher"):
            if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                admin.execute(f"DROP OWNED BY {role}")
                admin.execute(f"DROP ROLE {role}")


def test_without_rights_the_twin_says_what_it_lacks(source: _Source, restricted: Callable[[bool], Reader]) -> None:
    with Twin(restricted(False), ["shop"]) as twin:
        assert any("tunewright grants" in line for line in twin.without["shop"])
        plain = twin.explain("shop", "SELECT * FROM orders WHERE id = 77").root
        assert plain.index == "orders_pkey"


def test_the_granted_role_gets_the_same_costs_without_reading_a_row(
    source: _Source, restricted: Callable[[bool], Reader]
) -> None:
    with Twin(restricted(True), ["shop"]) as twin:
        assert not any("statistics" in line for line in twin.without["shop"])
        for statement in _STATEMENTS[:10]:
            real = source.plan(statement).root.cost.total
            assert twin.explain("shop", statement).root.cost.total == pytest.approx(real, rel=0.01)
    with psycopg.connect(source.url("watcher")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM orders")
