"""Plans of ordinary statements on the live server, and what stays behind: nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

import reading
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.explain import explain
from tunewright_agent.sources.postgres.guard import HARMLESS_EXTENSIONS, Refused
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unsupported
from tunewright_analyzers.facts.plans import NodeKind

SHOP = """
CREATE SCHEMA "the Shop";
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN short AS text CHECK (length(VALUE) < 100);
CREATE TABLE customers (id serial PRIMARY KEY, name text NOT NULL CHECK (name <> ''), mood mood DEFAULT 'good', code short,
  tags text[], data jsonb, at timestamptz NOT NULL DEFAULT now(), key uuid DEFAULT gen_random_uuid(),
  lower_name text GENERATED ALWAYS AS (lower(name)) STORED, EXCLUDE USING gist (int4range(id, id, '[]') WITH &&));
CREATE INDEX ON customers (lower(name)) WHERE mood = 'good';
CREATE STATISTICS s (dependencies) ON mood, code FROM customers;
CREATE TABLE "the Shop".orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int REFERENCES customers,
  total numeric(10, 2) CHECK (total >= 0), at date DEFAULT current_date);
CREATE TABLE measured (at date, value float8) PARTITION BY RANGE (at);
CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE VIEW big AS SELECT c.*, o.total FROM customers c JOIN "the Shop".orders o ON o.customer_id = c.id WHERE o.total > 100;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END';
CREATE TRIGGER stamp BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION stamp();
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON customers USING (name <> current_setting('app.hidden', true));
"""
MAY = 'GRANT pg_read_all_data, pg_write_all_data TO "{role}"'
ORDINARY = (
    "SELECT * FROM customers WHERE id = $1",
    """SELECT c.name, count(*), sum(o.total) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id
    WHERE o.at BETWEEN $1 AND $2 GROUP BY c.name HAVING count(*) > $3 ORDER BY 2 DESC LIMIT $4 OFFSET $5""",
    'SELECT * FROM "the Shop".orders WHERE at > now() - interval $1 AND extract($2 from at) = $3',
    "SELECT * FROM customers WHERE lower(name) = lower($1) AND mood = $2 OR name LIKE $3 OR name ~* $4",
    "SELECT data -> $1, data ->> $2, data #>> $3 FROM customers WHERE data @> $4 AND data ? $5",
    "SELECT * FROM customers WHERE id IN ($1, $2, $3) OR tags && $4 OR id = ANY ($5)",
    "SELECT * FROM customers WHERE id IN ($1 /*, ... */)",
    "SELECT * FROM customers WHERE code = ? AND id = ?",
    "SELECT name, row_number() OVER (PARTITION BY mood ORDER BY at DESC), lag(id) OVER (ORDER BY id) FROM customers",
    "WITH RECURSIVE r AS (SELECT $1::int AS n UNION ALL SELECT n + 1 FROM r WHERE n < $2) SELECT * FROM r",
    "SELECT coalesce(name, $1), nullif(id, $2), greatest(id, $3), CASE id WHEN $4 THEN $5 ELSE $6 END FROM customers",
    "SELECT * FROM customers c JOIN orders o USING (id) WHERE EXISTS (SELECT FROM measured m WHERE m.at = o.at AND m.value = $1)",
    "SELECT * FROM big WHERE total > $1",
    "SELECT * FROM measured WHERE at >= $1 AND at < $2",
    "SELECT string_agg(name, $1 ORDER BY id), array_agg(DISTINCT mood), percentile_cont($2) WITHIN GROUP (ORDER BY id) FROM customers",
    "SELECT to_char(at, $1), date_trunc($2, at), substring(name from $3 for $4), position($5 in name), trim(name) FROM customers",
    "SELECT random(), clock_timestamp(), gen_random_uuid(), nextval($1), current_date, current_user",
    "SELECT * FROM unnest($1::int[], $2::text[]) AS u (a, b)",
    "SELECT $1",
    "INSERT INTO customers (name, mood) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id",
    "INSERT INTO orders (customer_id, total) SELECT id, $1 FROM customers WHERE name = $2",
    "UPDATE customers SET name = $1, data = jsonb_set(data, $2, $3) WHERE id = $4 RETURNING *",
    "DELETE FROM orders USING customers c WHERE c.id = customer_id AND c.at < now() - $1::interval",
    """MERGE INTO orders o USING customers c ON c.id = o.customer_id WHEN MATCHED THEN UPDATE SET total = $1
    WHEN NOT MATCHED THEN INSERT (customer_id) VALUES (c.id)""",
    "SELECT * FROM customers WHERE id = $1 FOR UPDATE SKIP LOCKED",
    "SELECT * FROM customers WHERE name = 'a literal' AND id IN (1, 2) -- with a comment",
)


@contextmanager
def _shop(server: EmbeddedServer, url: str, grants: str = MAY, more: str = "") -> Iterator[tuple[Reader, str]]:
    reading.run(url, SHOP + more)
    name = reading.name_of(url)
    with reading.role(server, name, grants) as user, reading.reader(user) as reader:
        yield reader, name


def test_ordinary_statements_have_a_plan(postgres: EmbeddedServer, database: str) -> None:
    with _shop(postgres, database) as (reader, name):
        failed = {}
        for statement in ORDINARY:
            try:
                assert explain(reader, name, statement).root.cost.total >= 0
            except (Refused, SourceError) as error:
                failed[statement] = str(error)
        assert not failed


def test_the_plan_is_generic_and_nothing_was_executed(postgres: EmbeddedServer, database: str) -> None:
    with _shop(postgres, database) as (reader, name):
        plan = explain(reader, name, "SELECT * FROM customers WHERE id = $1")
        assert plan.root.kind in {NodeKind.INDEX_SCAN, NodeKind.BITMAP_HEAP_SCAN}
        assert plan.root.actual_rows is None
        explain(reader, name, "INSERT INTO customers (name) VALUES ($1)")
    assert reading.value(database, "SELECT count(*) FROM customers") == 0
    assert reading.value(database, "SELECT is_called FROM customers_id_seq") is False


def test_texts_of_pg_stat_statements_have_a_plan(postgres: EmbeddedServer, database: str) -> None:
    reading.run(database, "CREATE EXTENSION pg_stat_statements")
    with _shop(postgres, database) as (reader, name):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
            for text in (
                "SELECT * FROM customers WHERE id IN (1, 2, 3, 4) AND at > date '2020-01-01' + interval '1 day'",
                "SELECT extract(year FROM at) FROM customers WHERE name = 'x' LIMIT 3",
                "UPDATE customers SET name = 'y' WHERE id = 1",
            ):
                connection.execute(text.encode())
            rows = connection.execute(
                "SELECT query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
                " WHERE datname = current_database() AND query LIKE '%customers%'"
            ).fetchall()
        assert len(rows) == 3
        for (text,) in rows:
            assert explain(reader, name, text).root


def test_harmless_extensions_do_not_stand_in_the_way(postgres: EmbeddedServer, database: str) -> None:
    available = reading.value(database, "SELECT array_agg(name) FROM pg_available_extensions")
    installed = sorted(
        (HARMLESS_EXTENSIONS | {"dblink", "postgres_fdw", "tablefunc", "pg_stat_statements"}) & set(available)
    )
    assert {"citext", "hstore", "pg_trgm", "btree_gist", "dblink"} <= set(installed)
    more = "".join(f'CREATE EXTENSION "{one}";' for one in installed)
    more += "CREATE TABLE extended (c citext PRIMARY KEY, h hstore, l ltree, n text);"
    more += "CREATE INDEX ON extended USING gin (n gin_trgm_ops); CREATE INDEX ON extended USING gist (n, l);"
    with _shop(postgres, database, more=more) as (reader, name):
        for statement in (
            ORDINARY[0],
            "SELECT * FROM extended WHERE c = $1 AND h -> $2 = $3 AND l <@ $4 ORDER BY c",
            "SELECT similarity(n, $1) FROM extended WHERE n % $2",
            "INSERT INTO extended (c) VALUES ($1)",
        ):
            assert explain(reader, name, statement).root
        for statement in ("SELECT dblink_exec($1)", "SELECT * FROM crosstab($1) AS c (a int, b int)"):
            with pytest.raises(Refused, match="of the extension"):
                explain(reader, name, statement)


def test_a_function_passes_only_where_it_is_allowed_by_its_schema_and_name(
    postgres: EmbeddedServer, database: str
) -> None:
    more = "".join(
        f"CREATE FUNCTION {name}(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x';"
        for name in ("f", '"the Shop".f')
    )
    with _shop(postgres, database, more=more) as (reader, name):
        for allow in ((), ("public.f",), ("the Shop.f",), ("f", "other.f")):
            with pytest.raises(Refused, match="allow_functions"):
                explain(reader, name, "SELECT f($1)", allow=frozenset(allow))
        assert explain(reader, name, "SELECT f($1)", allow=frozenset({"public.f", "the Shop.f"})).root
        with pytest.raises(Refused):
            explain(reader, name, "SELECT pg_sleep($1)", allow=frozenset({"pg_catalog.pg_sleep"}))


def test_what_an_allowed_function_returns_is_looked_at(postgres: EmbeddedServer, database: str) -> None:
    more = (
        "CREATE TYPE pair AS (x int); CREATE FUNCTION f() RETURNS pair IMMUTABLE LANGUAGE sql AS 'SELECT ROW(1)::pair';"
        "CREATE FUNCTION g(p pair) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE CAST (pair AS int) WITH FUNCTION g(pair);"
    )
    with _shop(postgres, database, more=more) as (reader, name), pytest.raises(Refused, match=r"public\.g"):
        explain(reader, name, "SELECT f()::int", allow=frozenset({"public.f"}))


def test_a_missing_right_comes_with_its_grant(postgres: EmbeddedServer, database: str) -> None:
    with _shop(postgres, database, "") as (reader, name):
        for statement in ("SELECT * FROM orders WHERE id = $1", 'SELECT * FROM "the Shop".orders WHERE id = $1'):
            with pytest.raises(Denied) as caught:
                explain(reader, name, statement)
            assert caught.value.mend is not None
            assert 'GRANT USAGE ON SCHEMA "the Shop" TO "R ' in caught.value.mend
            assert 'GRANT SELECT ON "the Shop".orders TO "R ' in caught.value.mend
        reading.run(database, caught.value.mend)
        assert explain(reader, name, "SELECT * FROM orders WHERE id = $1").root
        with pytest.raises(Denied, match="twin") as caught:
            explain(reader, name, "DELETE FROM orders WHERE id = $1")
        assert caught.value.mend is None


def test_a_lock_ends_in_an_overrun_and_nothing_queues(postgres: EmbeddedServer, database: str) -> None:
    with _shop(postgres, database) as (reader, name), psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE customers")
        with pytest.raises(Overrun, match="lock"):
            explain(reader, name, "SELECT * FROM customers WHERE id = $1")
        assert explain(reader, name, "SELECT * FROM orders WHERE id = $1").root
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        assert reading.value(database, waiting) == 0


def test_errors_quote_no_literal(postgres: EmbeddedServer, database: str) -> None:
    secret = reading.SECRET
    with _shop(postgres, database) as (reader, name):
        for text in (f"SELECT '{secret}'::regclass", f"SELECT '{secret}'::int", f"SELECT to_tsvector('{secret}', 'x')"):
            with pytest.raises(SourceError) as caught:
                explain(reader, name, text)
            assert secret not in f"{caught.value} {caught.value.mend}"
        with pytest.raises(Unsupported, match="nowhere"):
            explain(reader, name, "SELECT * FROM nowhere")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM customers WHERE id = $1",
        "SELECT $1",
        "SELECT * FROM nowhere WHERE a = $1",
        "SELECT 'x'::int",
        "SELECT pg_sleep($1)",
        "SELECT 1; SELECT 2",
    ],
)
def test_the_session_goes_back_clean(statement: str, postgres: EmbeddedServer, database: str) -> None:
    asked = (
        "SELECT pg_backend_pid(), (SELECT count(*) FROM pg_prepared_statements) AS prepared,"
        " (SELECT array_agg(name || '=' || setting ORDER BY name) FROM pg_settings) AS settings"
    )
    with _shop(postgres, database) as (reader, name):
        assert reader.server.major >= 13  # read first, so that there is one session only
        with reader.session(name) as session:
            before = session.execute(asked, doing="a question")
        with suppress(Refused, SourceError):
            explain(reader, name, statement)
        with reader.session(name) as session:
            assert session.usable
            after = session.execute(asked, doing="a question")
        assert set(after[0]["settings"]) ^ set(before[0]["settings"]) == set()
        assert after == before


def test_a_connection_that_is_cut_meanwhile_is_no_puzzle(postgres: EmbeddedServer, database: str) -> None:
    with _shop(postgres, database) as (reader, name), psycopg.connect(database) as holder:
        with reader.session(name) as session:
            pid = session.execute("SELECT pg_backend_pid() AS pid", doing="a question")[0]["pid"]
        holder.execute("LOCK TABLE pg_cast")
        ended = threading.Timer(0.05, lambda: reading.run(postgres.url(), f"SELECT pg_terminate_backend({pid}, 60000)"))
        ended.start()
        with pytest.raises(SourceError):
            explain(reader, name, "SELECT 1")
        ended.join()
        holder.rollback()
        assert explain(reader, name, "SELECT 1").root
