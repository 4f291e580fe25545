"""The query checks over what the sources read of real servers: each faulty statement is told by its check, and sound ones by none."""

from datetime import UTC, datetime

import psycopg
import pytest

from reading import reader, run, source_of
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.recommendation import Recommendation
from tunewright_analyzers.sql.fingerprint import fingerprint

TABLES = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE customers (id int PRIMARY KEY, name text, code char(4));
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, coupon_id int, total numeric);
INSERT INTO customers SELECT g, 'n' || g, 'c' FROM generate_series(1, 60) g;
INSERT INTO orders SELECT g, 1 + g % 60, g % 7, g FROM generate_series(1, 600) g;
"""
FAULTY = {
    "queries/select_star": "SELECT * FROM customers WHERE id < 9",
    "queries/not_in_subquery": "SELECT id FROM customers WHERE id NOT IN (SELECT coupon_id FROM orders)",
    "queries/or_across_tables": "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.name = 'n1' OR o.total > 590",
    "queries/implicit_cast": "SELECT o.id FROM orders o JOIN customers c ON o.total = c.id WHERE c.id < 5",
    "queries/leading_wildcard": "SELECT id FROM customers WHERE name LIKE '%%' || code",
    "queries/offset_paging": "SELECT id FROM orders ORDER BY total LIMIT 3 OFFSET 500",
    "queries/order_by_random": "SELECT id FROM orders ORDER BY random() LIMIT 1",
    "queries/count_for_existence": "SELECT count(*) > 0 FROM orders WHERE customer_id = 7",
    "queries/distinct_hides_join": "SELECT DISTINCT c.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.coupon_id = 3",
    "queries/correlated_subquery": "SELECT c.id, (SELECT sum(o.total) FROM orders o WHERE o.customer_id = c.id) FROM customers c",
    "queries/union_for_union_all": "SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders UNION SELECT coupon_id FROM orders)",
    "queries/limit_missing": "SELECT a.id FROM orders a WHERE a.total > 1",
    "queries/n_plus_one": "SELECT name FROM customers WHERE id = {}",
}
SOUND = (
    "SELECT name FROM customers WHERE code = 'c' ORDER BY id LIMIT 5",
    "SELECT customer_id, count(*) FROM orders GROUP BY customer_id HAVING count(*) > 100",
    "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total = 7)",
)
LIST = "SELECT customer_id FROM orders WHERE coupon_id = 5 AND total < 400"
WEIGHT = {"calls_min": 1, "seconds_min": 0}
OVERRIDES: dict[str, dict[str, float]] = {
    "queries/select_star": {"columns_min": 3},
    "queries/offset_paging": {"blocks_min": 1},
    "queries/count_for_existence": {"blocks_min": 1},
    "queries/correlated_subquery": {"rows_min": 50},
    "queries/limit_missing": {"rows_min": 500},
    "queries/n_plus_one": {"calls_min": 10},
}


def _work(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for name, text in FAULTY.items():
            if name != "queries/n_plus_one":
                connection.execute(text.replace("%%", "%").encode())
        for text in SOUND:
            connection.execute(text.encode())
        for (customer,) in connection.execute(LIST.encode()).fetchall():
            connection.execute(FAULTY["queries/n_plus_one"].format(customer).encode())


@pytest.fixture
def window(database: str) -> Window:
    """What schema and statements say after some bad work."""
    run(database, TABLES)
    _work(database)
    at, sections = datetime.now(UTC), list[Section]()
    with reader(database) as made:
        for name in ("schema", "statements"):
            sections += source_of(name).collect(made, at).sections
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, at, tuple(sections)
    )
    return Window(ClusterId("shop"), at, at, latest)


def test_each_faulty_statement_is_told_by_its_check_and_sound_ones_by_none(database: str, window: Window) -> None:
    name = database.rpartition("/")[2].partition("?")[0]
    found: dict[str, set[str]] = {}
    for check in discover():
        if check.id in FAULTY:
            overrides = {**({} if check.id == "queries/n_plus_one" else WEIGHT), **OVERRIDES.get(check.id, {})}
            verdicts = run_check(check, window, overrides)
            ours = [one for one in verdicts if isinstance(one, Finding) and one.subject.database == name]
            found[check.id] = {one.subject.name for one in ours}
    expected = {check: {str(fingerprint(text.replace("%%", "%").format(1)))} for check, text in FAULTY.items()}
    assert found == expected


def test_rewrites_of_what_the_server_shows_run_there(database: str, window: Window) -> None:
    given = {}
    for check in discover():
        for one in (
            run_check(check, window, WEIGHT)
            if check.id in {"queries/distinct_hides_join", "queries/union_for_union_all"}
            else ()
        ):
            if isinstance(one, Recommendation):
                given[check.id] = one.statements[0]
    assert set(given) == {"queries/distinct_hides_join", "queries/union_for_union_all"}
    with psycopg.connect(database, autocommit=True) as connection:
        for check, statement in given.items():
            before = connection.execute(FAULTY[check].encode()).fetchall()
            after = connection.execute(statement.replace("$1", "3").encode()).fetchall()
            assert sorted(before) == sorted(after)


def test_lists_of_many_lengths_are_one_shape_until_the_server_folds_them(database: str) -> None:
    run(database, TABLES)
    for length in range(1, 13):
        run(database, f"SELECT id FROM orders WHERE id IN ({', '.join(str(one) for one in range(length))})")
    at = datetime.now(UTC)
    with reader(database) as made:
        sections = source_of("statements").collect(made, at).sections
        version = made.server.version
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, sections
    )
    check = next(one for one in discover() if one.id == "queries/in_list_varies")
    name = database.rpartition("/")[2].partition("?")[0]
    verdicts = run_check(check, Window(ClusterId("shop"), at, at, latest), {"entries_min": 3})
    found = [one for one in verdicts if isinstance(one, Finding) and one.subject.database == name]
    assert [one.evidence[0].value for one in found] == ([12] if version < 180000 else [])
