"""The N+1 pattern in the digests of real MySQL and MariaDB servers: a customer for each order of a list."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

import mysql_reading
import mysql_servers
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Finding

pytestmark = [pytest.mark.live, pytest.mark.slow]
CHECK = next(one for one in discover() if one.id == "queries/n_plus_one")
MAKE = (
    "CREATE TABLE customers (id int PRIMARY KEY, name varchar(40))",
    "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total int, FOREIGN KEY (customer_id) REFERENCES customers (id))",
    "INSERT INTO customers VALUES " + ", ".join(f"({number}, 'x')" for number in range(1, 51)),
    "INSERT INTO orders SELECT id, id, 7 FROM customers",
)


def _found(url: str, database: str) -> list[str]:
    at = datetime.now(UTC)
    sections = (
        mysql_reading.section(mysql_reading.collect(url, "statements", database), Statements),
        mysql_reading.section(mysql_reading.collect(url, "schema", database), Schema),
    )
    latest = Snapshot(ClusterId("shop"), InstanceId("db"), Engine.MYSQL, 80045, Flavour.SELF_MANAGED, at, sections)
    verdicts = run_check(CHECK, Window(ClusterId("shop"), at, at, latest), {"calls_min": 40})
    return [one.summary for one in verdicts if isinstance(one, Finding) and one.subject.database == database]


def test_one_query_for_each_row_of_another_is_told(mysql_database: str) -> None:
    url, name = mysql_database, urlsplit(mysql_database).path.removeprefix("/")
    mysql_reading.run(url, *MAKE)
    with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM orders WHERE total > 3")
        wanted = [row[0] for row in cursor.fetchall()]
        assert _found(url, name) == []
        for customer in wanted:
            cursor.execute(f"SELECT name FROM customers WHERE id = {customer}")
            cursor.fetchall()
    (summary,) = _found(url, name)
    assert "is called 50 times, once for each of the 50 rows" in summary
