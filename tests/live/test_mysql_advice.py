"""Index advice on real MySQL and MariaDB: the ladder from the model to a clone, and what it must never touch."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

import mysql_servers
from tunewright_agent.cli import advise as _commands  # noqa: F401  # registers the command
from tunewright_agent.cli.app import app
from tunewright_agent.config.settings import ClusterSettings, HistorySettings, Settings
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.sources.mysql import statements as mysql_statements
from tunewright_agent.sources.mysql.session import Reader as MysqlReader
from tunewright_agent.wiring import INSTANCE, history_of
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.live, pytest.mark.slow]

NUMBERS = "(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n FROM digits a, digits b, digits c, digits e) t"
SCHEMA = (
    "CREATE TABLE digits (d INT PRIMARY KEY)",
    "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
    "CREATE TABLE customers (id INT PRIMARY KEY, email VARCHAR(80) NOT NULL)",
    (
        "CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT NOT NULL, status VARCHAR(12) NOT NULL, created_at DATETIME NOT NULL,"
        " total DECIMAL(10,2) NOT NULL, twice DECIMAL(12,2) AS (total * 2) STORED, KEY created_at (created_at))"
    ),
    f"INSERT INTO customers SELECT n, CONCAT('u', n, '@secret.example') FROM {NUMBERS}",
    (
        "INSERT INTO orders (customer_id, status, created_at, total) SELECT n % 2000, IF(n % 100 = 0, 'open', 'paid'),"
        f" DATE_ADD('2024-01-01', INTERVAL n MINUTE), n % 977 FROM {NUMBERS}"
    ),
    "ANALYZE TABLE customers, orders",
)
WORK = (
    ("SELECT * FROM orders WHERE customer_id = {n}", 20),
    ("SELECT id FROM customers WHERE email = 'u{n}@secret.example'", 20),
    (
        "SELECT o.id, o.total FROM orders o WHERE o.status = 'open' AND o.created_at >= '2024-01-03' ORDER BY o.created_at LIMIT 20",
        10,
    ),
    ("UPDATE orders SET total = total + 1 WHERE customer_id = {n}", 5),
)


def _fill(url: str) -> None:
    with mysql_servers.connect(url) as connection, connection.cursor() as cursor:
        for statement in SCHEMA:
            cursor.execute(statement)


@pytest.fixture
def production(mysql_database: str) -> str:
    """The URL of a database with a workload behind it."""
    _fill(mysql_database)
    with mysql_servers.connect(mysql_database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name LIKE 'events_statements%'"
        )
        for text, times in WORK:
            for n in range(times):
                cursor.execute(text.format(n=n))
                cursor.fetchall()
    return mysql_database


@pytest.fixture(scope="module")
def _others() -> Iterator[dict[str, EmbeddedMysql]]:
    running: dict[str, EmbeddedMysql] = {}
    yield running
    for one in running.values():
        one.stop()


@pytest.fixture
def other(mysql_family: EmbeddedMysql, _others: dict[str, EmbeddedMysql]) -> EmbeddedMysql:
    """A second server of the same release, that holds nothing."""
    title = mysql_family.build.title
    if title not in _others:
        try:
            _others[title] = EmbeddedMysql(
                mysql_family.build, settings=mysql_servers.settings(mysql_family.build)
            ).start()
        except EmbeddedError as error:
            pytest.skip(str(error))
    return _others[title]


def _advice(*arguments: str) -> dict[str, dict[str, object]]:
    result = CliRunner().invoke(app, ["advise", "indexes", "--format", "json", *arguments])
    assert result.exit_code == 0, result.output
    assert "secret" not in result.output
    answer = json.loads(result.stdout)
    return {one["index"].split(".", 1)[1]: one for one in answer["indexes"]}


def _databases(server: EmbeddedMysql) -> set[str]:
    with mysql_servers.connect(server.url()) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES")
        return {str(row[0]) for row in cursor.fetchall()}


def test_the_model_alone(production: str) -> None:
    found = _advice("--url", production)
    assert set(found) == {"orders(customer_id)", "customers(email)", "orders(status, created_at, total)"}
    assert {one["rung"] for one in found.values()} == {1}
    assert "no optimiser has seen it" in str(found["customers(email)"]["trust"])


def test_copied_statistics_confirm_equalities_and_say_that_they_know_nothing_of_ranges(
    production: str, other: EmbeddedMysql
) -> None:
    before = _databases(other)
    if other.build.mariadb:
        result = CliRunner().invoke(app, ["advise", "indexes", "--url", production, "--scratch", other.url()])
        assert result.exit_code != 0
        assert "--sample" in result.output
        return
    found = _advice("--url", production, "--scratch", other.url())
    assert (found["orders(customer_id)"]["rung"], found["customers(email)"]["rung"]) == (2, 2)
    ranged = found["orders(status, created_at, total)"]
    assert ranged["rung"] == 1
    assert "range" in str(ranged["notes"])
    assert _databases(other) == before


def test_a_sample_confirms_ranges_too(production: str, other: EmbeddedMysql) -> None:
    before = _databases(other)
    found = _advice("--url", production, "--scratch", other.url(), "--sample", "0.3")
    assert {one["rung"] for one in found.values()} == {3}
    for one in found.values():
        assert any(each["is_used"] and each["cost_after"] < each["cost_before"] for each in one["verified"])  # type: ignore[attr-defined]
    assert _databases(other) == before


def test_a_clone_is_asked_with_the_real_index_which_is_gone_afterwards(production: str, other: EmbeddedMysql) -> None:
    name = urlsplit(production).path[1:]
    with mysql_servers.connect(other.url()) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    _fill(other.url(name))
    try:
        found = _advice("--url", production, "--clone", other.url())
        assert {one["rung"] for one in found.values()} == {4}
        with mysql_servers.connect(other.url(name)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = %s", (name,)
            )
            assert {row[0] for row in cursor.fetchall()} == {"PRIMARY", "created_at"}
    finally:
        with mysql_servers.connect(other.url()) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.parametrize("option", ["--scratch", "--clone"])
def test_the_production_server_is_refused_as_ground(production: str, mysql_family: EmbeddedMysql, option: str) -> None:
    more = ["--sample", "0.1"] if option == "--scratch" else []
    result = CliRunner().invoke(app, ["advise", "indexes", "--url", production, option, mysql_family.url(), *more])
    assert result.exit_code != 0
    assert "production server itself" in result.output


def test_a_file_is_the_work_and_its_literals_stay_behind(production: str, tmp_path: Path) -> None:
    """A statement that never ran gets its index; the digests that did run ask for nothing here."""
    file = tmp_path / "work.sql"
    file.write_text(
        "-- weight: 50\nSELECT * FROM customers WHERE email = 'it\\'s; u7@secret.example';\nSELECT total FROM orders WHERE id = 5;\n"
    )
    assert set(_advice("--url", production, "--workload", str(file))) == {"customers(email)"}
    assert _advice("--url", production, "--workload", str(file), "--tables", "orders") == {}
    text = CliRunner().invoke(app, ["advise", "indexes", "--url", production, "--workload", str(file)])
    assert "secret" not in text.output
    nowhere = production.rsplit("/", 1)[0] + "/"
    assert CliRunner().invoke(app, ["advise", "indexes", "--url", nowhere, "--workload", str(file)]).exit_code == 2


def test_budget_and_tables(production: str) -> None:
    everything = _advice("--url", production)
    smallest = min(everything, key=lambda name: int(str(everything[name]["size_bytes"])))
    budget = round(int(str(everything[smallest]["size_bytes"])) * 1.06)
    found = _advice("--url", production, "--budget", str(budget))
    assert found
    assert sum(int(str(one["size_bytes"])) for one in found.values()) <= budget
    assert set(_advice("--url", production, "--tables", "customers", "--keep", "created_at")) == {"customers(email)"}
    assert _advice("--url", production, "--budget", "1kB") == {}


def test_from_the_daemons_history(production: str, tmp_path: Path) -> None:
    """Only what ran between the two looks of the daemon counts, though the server's digests hold more."""
    cluster = ClusterSettings(name="shop", url=production)
    settings = Settings(history=HistorySettings(path=tmp_path / "history.db"), clusters=(cluster,))
    reader = MysqlReader(production)
    with history_of(settings.history) as history:
        for ago in (60, 0):
            at = mysql_servers.now() - timedelta(seconds=ago)
            found = mysql_statements.source().collect(reader, at)
            history.record(ClusterId("shop"), INSTANCE, reader.server.identity, found.sections, at)
            if ago:
                with mysql_servers.connect(production) as connection, connection.cursor() as cursor:
                    for n in range(20):
                        cursor.execute(f"SELECT * FROM orders WHERE customer_id = {n}")
                        cursor.fetchall()
    reader.close()
    config = tmp_path / "tunewright.toml"
    config.write_text(f'[history]\npath = "{tmp_path}/history.db"\n[[clusters]]\nname = "shop"\nurl = "{production}"\n')
    assert set(_advice("--config", str(config), "--since", "40s")) == {"orders(customer_id)"}
    assert CliRunner().invoke(app, ["advise", "indexes", "--url", production, "--since", "1h"]).exit_code == 2
