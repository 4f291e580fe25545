"""Each rewrite that is offered gives the same rows as the original: both are run over generated rows, NULLs and doubles among them."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from reading import collect, name_of, run, section, source_of
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.sql import rewrites
from tunewright_analyzers.sql.faults import leading_wildcards
from tunewright_analyzers.sql.names import Names
from tunewright_analyzers.sql.tree import parsed

TABLES = """
CREATE TABLE customers (id int PRIMARY KEY, name text, code text NOT NULL, boss int);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int NOT NULL, coupon_id int, total numeric, quantity int, ref text);
CREATE TABLE carts (id int PRIMARY KEY, customer_id int, quantity smallint NOT NULL, key int, value int);
"""
ROUNDS = 40
Rewrite = Callable[[str, Names], str | None]


def union_all(text: str, _names: Names) -> str | None:
    """The one that needs no names."""
    return rewrites.union_all(text)


STATEMENTS: tuple[tuple[Rewrite, str], ...] = (
    (rewrites.not_exists, "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE total > $1)"),
    (rewrites.not_exists, "SELECT c.id FROM customers c WHERE c.name = $2 AND c.id NOT IN (SELECT o.customer_id FROM orders o WHERE o.ref = c.code)"),
    (rewrites.not_exists, "SELECT count(*) FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders WHERE coupon_id IS NOT NULL)"),
    (rewrites.not_exists, ("SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.id NOT IN (SELECT x.customer_id FROM orders x "
                          "JOIN carts k ON k.id = x.quantity) AND o.customer_id NOT IN (SELECT id FROM carts)")),
    (union_all, "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders UNION SELECT customer_id FROM carts)"),
    (union_all, "SELECT id FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders UNION SELECT customer_id FROM carts WHERE quantity > $1)"),
    (union_all, ("SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id "
                "UNION SELECT quantity FROM carts k WHERE k.customer_id = c.id UNION ALL SELECT id FROM carts WHERE id > $1)")),
    (union_all, "SELECT id FROM orders WHERE quantity > ALL (SELECT quantity FROM carts UNION SELECT boss FROM customers)"),
    (rewrites.exists, "SELECT DISTINCT c.id, c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total > $1"),
    (rewrites.exists, ("SELECT DISTINCT c.* FROM customers c, orders o, carts k WHERE o.customer_id = c.id AND k.customer_id = o.customer_id "
                     "AND c.name <> $2")),
    (rewrites.exists, ("SELECT DISTINCT a.id, a.code FROM customers a JOIN customers b ON b.boss = a.id OR lower(b.name) = a.name "
                     "ORDER BY a.code, a.id")),
    (rewrites.exists, "SELECT DISTINCT o.id FROM orders o CROSS JOIN carts k"),
    (rewrites.grouped_join, "SELECT c.name, (SELECT sum(o.total) FROM orders o WHERE o.customer_id = c.id) AS spent FROM customers c"),
    (rewrites.grouped_join, "SELECT id, (SELECT count(*) FROM orders WHERE customer_id = customers.id AND total > $1) FROM customers ORDER BY 1"),
    (rewrites.grouped_join, ("SELECT k.id, key, value, (SELECT max(coupon_id) AS best FROM orders o WHERE k.customer_id = o.coupon_id), "
                            "(SELECT count(o.ref) FROM orders o WHERE o.quantity = k.customer_id) AS n FROM carts k")),
    (rewrites.grouped_join, ("SELECT c.code, o.id, (SELECT avg(k.quantity) FROM carts k WHERE k.customer_id = c.boss) "
                            "FROM customers c LEFT JOIN orders o ON o.customer_id = c.id")),
    (rewrites.grouped_join, "SELECT o.*, (SELECT min(c.id) FROM customers c WHERE c.code = o.ref) AS first FROM orders o"),
)  # fmt: skip

REFUSED: tuple[tuple[Rewrite, str], ...] = (
    # One side may be NULL.
    (rewrites.not_exists, "SELECT name FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders)"),
    (rewrites.not_exists, "SELECT id FROM customers WHERE boss NOT IN (SELECT customer_id FROM orders)"),
    (rewrites.not_exists, "SELECT o.id FROM orders o LEFT JOIN customers c ON c.boss = o.id WHERE c.id NOT IN (SELECT customer_id FROM orders)"),
    (rewrites.not_exists, "SELECT id FROM customers WHERE id NOT IN (SELECT o.customer_id FROM carts k LEFT JOIN orders o ON o.quantity = k.id)"),
    # The same alias within and without; a limited list.
    (rewrites.not_exists, "SELECT id FROM customers WHERE id NOT IN (SELECT id FROM customers WHERE name = $1)"),
    (rewrites.not_exists, "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders LIMIT 2)"),
    # How often a row comes does matter.
    (union_all, "SELECT id FROM customers UNION SELECT id FROM orders"),
    (union_all, "SELECT (SELECT count(*) FROM (SELECT id FROM carts UNION SELECT id FROM orders) s)"),
    (union_all, "SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders UNION SELECT id FROM carts LIMIT 2)"),
    # DISTINCT does more than taking back doubles, or the join less than asking for a partner.
    (rewrites.exists, "SELECT DISTINCT c.name FROM customers c JOIN orders o ON o.customer_id = c.id"),
    (rewrites.exists, "SELECT DISTINCT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id"),
    (rewrites.exists, "SELECT DISTINCT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id"),
    (rewrites.exists, "SELECT DISTINCT c.id FROM customers c JOIN orders o ON o.customer_id = c.id AND random() < $1"),
    (rewrites.exists, "SELECT DISTINCT c.id FROM customers c JOIN orders o USING (id)"),
    (rewrites.exists, "SELECT DISTINCT c.id FROM customers c JOIN orders o ON o.customer_id = c.id LIMIT 3"),
    # Not all rows; types that differ; sums that depend on their order; what a group cannot give.
    (rewrites.grouped_join, "SELECT c.id, (SELECT sum(total) FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE c.name = $1"),
    (rewrites.grouped_join, "SELECT k.id, (SELECT sum(total) FROM orders o WHERE o.id = k.id) FROM carts k"),
    (rewrites.grouped_join, "SELECT c.id, (SELECT total FROM orders o WHERE o.customer_id = c.id) FROM customers c"),
    (rewrites.grouped_join, "SELECT c.id, (SELECT sum(total) FROM orders o WHERE o.customer_id > c.id) FROM customers c"),
    (rewrites.grouped_join, "SELECT c.id, (SELECT count(DISTINCT ref) FROM orders o WHERE o.customer_id = c.id) FROM customers c"),
    (rewrites.grouped_join, "SELECT c.id, (SELECT sum(total) FROM orders o WHERE o.customer_id = c.id LIMIT 0) FROM customers c"),
    (rewrites.grouped_join, "SELECT *, (SELECT sum(total) FROM orders o WHERE o.customer_id = c.id) FROM customers c"),
)  # fmt: skip


@pytest.fixture
def shop(database: str) -> str:
    """The tables, empty."""
    run(database, TABLES)
    return database


def _names(url: str) -> Names:
    return Names.of(section(collect(url, source_of("schema")), Schema), name_of(url))


def _some(chance: random.Random, values: range) -> int | None:
    return None if chance.random() < 0.25 else chance.choice(values)


def _word(chance: random.Random) -> str | None:
    return chance.choice((None, "a", "b", "A", ""))


def _fill(connection: psycopg.Connection[Any], chance: random.Random) -> None:
    """Some rows of few values, so that joins meet; now and then a table stays empty."""
    few = range(1, 7)
    connection.execute("TRUNCATE customers, orders, carts")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO customers VALUES (%s, %s, %s, %s)",
            [(at, _word(chance), _word(chance) or "a", _some(chance, few)) for at in range(1, chance.randint(1, 7))],
        )
        cursor.executemany(
            "INSERT INTO orders VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (at, chance.choice(few), _some(chance, few), _some(chance, few), _some(chance, few), _word(chance))
                for at in range(1, chance.randint(1, 12))
            ],
        )
        cursor.executemany(
            "INSERT INTO carts VALUES (%s, %s, %s, %s, %s)",
            [(at, _some(chance, few), chance.choice(few), at, at) for at in range(1, chance.randint(1, 6))],
        )


def _rows(connection: psycopg.Connection[Any], text: str, chance: random.Random) -> tuple[Counter[Any], list[str]]:
    """The rows, however ordered, and the names of the outputs."""
    filled = text.rstrip(";").replace("$1", str(chance.randint(0, 5))).replace("$2", "'a'")
    cursor = connection.execute(filled.encode())
    return Counter(cursor.fetchall()), [one.name for one in cursor.description or ()]


def _differing(url: str, pairs: list[tuple[str, str]]) -> Iterator[tuple[str, int]]:
    """Each pair whose results differ in a round, and pairs that never gave a row."""
    given: Counter[str] = Counter()
    with psycopg.connect(url, autocommit=True) as connection:
        for seed in range(ROUNDS):
            _fill(connection, random.Random(seed))
            for original, rewritten in pairs:
                before = _rows(connection, original, random.Random(seed))
                given[original] += before[0].total()
                if before != _rows(connection, rewritten, random.Random(seed)):
                    yield original, seed
    yield from ((original, -1) for original, _ in pairs if not given[original])


def test_a_rewrite_gives_the_same_rows_whatever_the_data(shop: str) -> None:
    names = _names(shop)
    pairs = []
    for rewrite, original in STATEMENTS:
        rewritten = rewrite(original, names)
        assert rewritten is not None, original
        pairs.append((original, rewritten))
    assert list(_differing(shop, pairs)) == []


def test_what_is_not_certain_to_be_equal_is_not_rewritten(shop: str) -> None:
    names = _names(shop)
    assert [text for rewrite, text in REFUSED if rewrite(text, names) is not None] == []


def test_the_generated_rows_tell_unequal_statements_apart(shop: str) -> None:
    """Without this the first test could not fail: each of these pairs is a rewrite that we refuse."""
    pairs = [
        (
            "SELECT id FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders)",
            "SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.coupon_id = c.id)",
        ),
        (
            "SELECT id FROM customers WHERE boss NOT IN (SELECT customer_id FROM orders)",
            "SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.boss)",
        ),
        (
            "SELECT id FROM customers UNION SELECT id FROM orders",
            "SELECT id FROM customers UNION ALL SELECT id FROM orders",
        ),
        (
            "SELECT DISTINCT c.name FROM customers c JOIN orders o ON o.customer_id = c.id",
            "SELECT c.name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)",
        ),
        (
            "SELECT id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c",
            (
                "SELECT c.id, s.n AS count FROM customers c "
                "LEFT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY 1) s ON s.customer_id = c.id"
            ),
        ),
    ]
    assert {original for original, _ in _differing(shop, pairs)} == {original for original, _ in pairs}


def test_a_constant_in_front_of_a_pattern_shows_in_the_servers_own_text(shop: str) -> None:
    """What queries/leading_wildcard rests on: constants are numbered behind the statement's own parameters."""
    run(shop, "CREATE EXTENSION pg_stat_statements")
    with psycopg.connect(shop, autocommit=True) as connection:
        for text in ("name LIKE '%%' || %s::text || '%%'", "name LIKE %s::text || '%%'", "code LIKE %s"):
            connection.execute(f"SELECT id FROM customers WHERE {text}".encode(), ("a",))
    seen = section(collect(shop, source_of("statements")), Statements)
    texts = [row.text for row in seen.rows if row.key.database == name_of(shop) and "LIKE" in (row.text or "")]
    found = [list(leading_wildcards(parsed(text or ""))) for text in texts]
    assert sorted(found) == [[], [], ["name"]]
