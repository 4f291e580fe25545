"""Faults of accounts and of the schema, planted on running MySQL and MariaDB servers, read by the account of `grants`, judged by the checks."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

import mysql_servers
from mysql_reading import PASSWORD, as_account, collect, run
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as judge
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.finding import Finding

pytestmark = pytest.mark.live
ACCOUNTS = {
    "security/anonymous_account": "@10.1.%",
    "security/empty_password": "nopass@10.1.%",
    "security/account_from_anywhere": "boss@%",
    "security/surplus_superusers": "cluster shop",
}
SCHEMA = (
    "CREATE TABLE products (sku varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY) ENGINE=InnoDB",
    "CREATE TABLE order_lines (id int PRIMARY KEY, sku varchar(20) CHARACTER SET latin1, customer_id char(20)) ENGINE=InnoDB",
    "CREATE TABLE customers (id int unsigned PRIMARY KEY, nick varchar(20) CHARACTER SET utf8mb3) ENGINE=MyISAM",
    "INSERT INTO customers VALUES (1, 'a')",
)


def found(engine: Engine, *sections: Section) -> dict[str, set[str]]:
    """Subjects by check, of a server that has told just these sections."""
    end = mysql_servers.now()
    snapshot = Snapshot(ClusterId("shop"), InstanceId("db1"), engine, 80045, Flavour.SELF_MANAGED, end, sections, ())
    window = Window(ClusterId("shop"), end, end, snapshot)
    told: dict[str, set[str]] = {}
    for check in discover():
        if engine in check.engines and all(any(isinstance(one, need) for one in sections) for need in check.needs):
            verdicts = judge(check, window)
            told[check.id] = {str(one.subject) for one in verdicts if isinstance(one, Finding)}
    return told


@pytest.fixture
def accounts(mysql_family: EmbeddedMysql) -> Iterator[EmbeddedMysql]:
    """Accounts that should not be; the first ones by plugin where the server has it."""
    made = ["''@'10.1.%'", "'nopass'@'10.1.%'", "'boss'@'%'", "'old'@'10.1.%'", "'boss'@'10.1.%'", "'boss'@'10.2.%'"]
    words = "IDENTIFIED BY" if mysql_family.build.mariadb else "IDENTIFIED WITH mysql_native_password BY"
    run(
        mysql_family.url(),
        f"CREATE USER {made[0]}",
        f"CREATE USER {made[1]}",
        f"CREATE USER {made[2]} IDENTIFIED BY '{PASSWORD}'",
        f"GRANT ALL ON *.* TO {made[2]}",
        f"CREATE USER {made[3]} {words} '{PASSWORD}'",
        *(f"CREATE USER {one} IDENTIFIED BY '{PASSWORD}'" for one in made[4:]),
        *(f"GRANT SUPER ON *.* TO {one}" for one in made[4:]),
    )
    try:
        yield mysql_family
    finally:
        run(mysql_family.url(), *(f"DROP USER {one}" for one in made))


def test_accounts_that_should_not_be_are_found(accounts: EmbeddedMysql) -> None:
    engine = Engine.MARIADB if accounts.build.mariadb else Engine.MYSQL
    with as_account("granted", accounts) as url:
        told = found(engine, *collect(url, "accounts").sections)
    for check, name in ACCOUNTS.items():
        assert any(name in subject for subject in told[check]), (check, told[check])
    assert len(told["security/anonymous_account"]) == 1
    old = any("old@10.1.%" in subject for subject in told["security/old_authentication"])
    assert old != accounts.build.mariadb, "what is MariaDB's usual plugin is old in MySQL"


def test_faults_of_the_schema_are_found(mysql_family: EmbeddedMysql, mysql_database: str) -> None:
    run(mysql_database, *SCHEMA)
    name = urlsplit(mysql_database).path[1:]
    engine = Engine.MARIADB if mysql_family.build.mariadb else Engine.MYSQL
    with as_account("granted", mysql_family) as url:
        told = found(engine, *collect(url, "schema", name).sections, *collect(url, "relations", name).sections)
    assert told["schema/charset_utf8mb3"] == {f"database {name}"}
    assert told["schema/reference_collation_mismatch"] == {f"column {name}.order_lines.sku in {name}"}
    assert told["schema/reference_type_mismatch"] == {f"column {name}.order_lines.customer_id in {name}"}
    assert told["schema/not_transactional"] == {f"table {name}.customers in {name}"}
