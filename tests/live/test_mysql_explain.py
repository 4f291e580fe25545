"""The guarded EXPLAIN on real MySQL and MariaDB: nothing changes whatever is given to it, and nothing that executes or writes is ever sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest

import mysql_servers
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.sources.mysql.explain import explain
from tunewright_agent.sources.source import Denied, SourceError
from tunewright_analyzers.facts.plans import NodeKind
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.statements import hide
from tunewright_analyzers.sql.mysql.guard import Refused

pytestmark = pytest.mark.live

SCHEMA = """
CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT NOT NULL, note VARCHAR(50) NOT NULL,
  KEY customer_id (customer_id), KEY note (note));
CREATE TABLE touched (n INT NOT NULL);
INSERT INTO orders (customer_id, note) SELECT a.n, CONCAT('note', b.n) FROM (SELECT 1 n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) a,
  (SELECT 1 n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) b;
CREATE FUNCTION touch(x INT) RETURNS INT DETERMINISTIC MODIFIES SQL DATA BEGIN INSERT INTO touched VALUES (x); RETURN x; END;
CREATE VIEW plain AS SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id;
CREATE VIEW armed AS SELECT o.*, touch(o.id) AS t FROM orders o WHERE o.id = touch(1);
CREATE VIEW nested AS SELECT * FROM armed
"""
HOSTILE = (
    "SELECT * FROM orders WHERE id = touch(1)",
    "SELECT touch(1)",
    "SELECT * FROM armed",
    "SELECT * FROM nested WHERE id = 1",
    "SELECT * FROM plain p JOIN nested n ON n.customer_id = p.customer_id",
    "SELECT (SELECT touch(2)) FROM orders",
    "SELECT 1 /*! , touch(3) */",
    "SELECT SLEEP(30)",
    "SELECT 1; DELETE FROM orders",
    "UPDATE orders SET note = 'gone' WHERE id = touch(4)",
    "DELETE FROM orders WHERE touch(id) > 0",
    "INSERT INTO touched VALUES (touch(5))",
    "CALL nothing()",
    "SELECT * FROM orders INTO OUTFILE '/tmp/tunewright_never'",
    "SELECT 'a\\\\', touch(6), '",
)  # fmt: skip
WRITES = (
    "UPDATE orders SET note = 'gone' WHERE customer_id = 3",
    "DELETE FROM orders WHERE note = 'note1'",
    "INSERT INTO touched SELECT customer_id FROM orders WHERE note = 'note2'",
    "REPLACE INTO touched SELECT customer_id FROM orders",
    "SELECT * FROM orders WHERE id = 3 FOR UPDATE",
)


class _Session:
    """The protocol of explain over a bare connection of the driver."""

    def __init__(self, connection: "pymysql.connections.Connection[Any]") -> None:
        self.connection = connection

    def execute(self, text: str) -> Sequence[Mapping[str, Any]]:
        try:
            with self.connection.cursor(pymysql.cursors.DictCursor) as cursor:
                cursor.execute(text)
                return list(cursor.fetchall())
        except pymysql.Error as error:
            raise SourceError(str(error)) from error


def _statements(text: str) -> Iterator[str]:
    """Split at the ends of lines that end a statement: the function's body holds semicolons of its own."""
    yield from (one for one in text.strip().split(";\n"))


@pytest.fixture
def place(mysql_database: str, mysql_family: EmbeddedMysql) -> Iterator[tuple[_Session, Engine, str]]:
    """A session (root, so that only the guard stands between it and the tables), the engine, the database."""
    with mysql_servers.connect(mysql_database) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET GLOBAL log_bin_trust_function_creators = 1")
            for one in _statements(SCHEMA):
                cursor.execute(one)
        engine = Engine.MARIADB if mysql_family.build.mariadb else Engine.MYSQL
        yield _Session(connection), engine, urlsplit(mysql_database).path[1:]


def _counts(session: _Session) -> list[tuple[Any, ...]]:
    rows = session.execute(
        "SELECT (SELECT COUNT(*) FROM orders) a, (SELECT COUNT(*) FROM touched) b, (SELECT GROUP_CONCAT(note ORDER BY id) FROM orders) c"
    )
    return [tuple(row.values()) for row in rows]


def test_whatever_is_given_nothing_changes_and_nothing_that_runs_is_sent(place: tuple[_Session, Engine, str]) -> None:
    session, engine, database = place
    before = _counts(session)
    session.execute("SET GLOBAL log_output = 'TABLE'")
    session.execute("TRUNCATE TABLE mysql.general_log")
    session.execute("SET GLOBAL general_log = 1")
    try:
        for text in HOSTILE:
            with pytest.raises((Refused, SourceError)):
                explain(session, engine, database, text)
        for text in WRITES:
            assert explain(session, engine, database, text).root.cost.total >= 0
    finally:
        session.execute("SET GLOBAL general_log = 0")
    sent = [
        (row["argument"].decode() if isinstance(row["argument"], bytes) else str(row["argument"])).upper()
        for row in session.execute("SELECT argument FROM mysql.general_log WHERE command_type = 'Query'")
    ]
    explained = [text for text in sent if "EXPLAIN" in text.split()[0:1]]
    assert len(explained) == len(WRITES)
    assert all("FORMAT=JSON SELECT" in text for text in explained)
    first_words = {text.split()[0] for text in sent if text.split()}
    assert first_words <= {"SELECT", "SET", "USE", "START", "EXPLAIN", "SHOW", "ROLLBACK"}
    assert not any("ANALYZE" in text for text in sent)
    assert _counts(session) == before


def test_the_plan_of_a_write_is_that_of_its_reading(place: tuple[_Session, Engine, str]) -> None:
    session, engine, database = place
    session.execute("ANALYZE TABLE orders")
    plan = explain(session, engine, database, "DELETE o FROM orders AS o WHERE o.customer_id = 3")
    scan = next(node for node in plan.root.walk() if node.relation)
    assert (str(scan.relation), scan.alias) == (f"{database}.orders", "o")
    assert plan.engine is engine


def test_a_conversion_that_keeps_an_index_from_use_is_known_from_the_servers_warning(
    place: tuple[_Session, Engine, str],
) -> None:
    session, engine, database = place
    plan = explain(session, engine, database, "SELECT * FROM orders WHERE note = 5")
    assert plan.refused_indexes == (("note", "note"),)
    assert next(node for node in plan.root.walk() if node.relation).kind is NodeKind.SEQUENTIAL_SCAN


def test_the_session_is_left_as_it_was(place: tuple[_Session, Engine, str]) -> None:
    session, engine, database = place
    session.execute("SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'")
    with pytest.raises((Refused, SourceError)):
        explain(session, engine, database, "SELECT * FROM no_such_table WHERE a = 'secret'")
    assert session.execute("SELECT @@sql_mode AS m")[0]["m"] == "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"
    assert session.execute("SELECT @@in_transaction AS t")[0]["t"] == 0 if engine is Engine.MARIADB else True


def test_an_error_tells_no_literal_and_a_missing_right_its_grant(place: tuple[_Session, Engine, str]) -> None:
    session, engine, database = place
    with pytest.raises(SourceError) as failed:
        explain(session, engine, database, "SELECT no_such_column FROM orders WHERE note = 'secret'")
    assert "secret" not in str(failed.value)
    session.execute("DROP USER IF EXISTS weak")
    session.execute("CREATE USER weak IDENTIFIED BY 'weak'")
    try:
        host, port = session.connection.host, session.connection.port
        with (
            mysql_servers.connect(f"mysql://weak:weak@{host}:{port}/") as connection,
            pytest.raises((Denied, SourceError)) as denied,
        ):
            explain(_Session(connection), engine, database, "SELECT * FROM orders WHERE note = 'secret'")
        assert "secret" not in str(denied.value)
    finally:
        session.execute("DROP USER weak")


def test_the_advised_histogram_statement_runs(place: tuple[_Session, Engine, str]) -> None:
    session, engine, database = place
    statement = {
        Engine.MYSQL: "ANALYZE TABLE `{}`.`orders` UPDATE HISTOGRAM ON `customer_id` WITH 100 BUCKETS",
        Engine.MARIADB: "ANALYZE TABLE `{}`.`orders` PERSISTENT FOR COLUMNS (`customer_id`) INDEXES ()",
    }[engine]
    rows = session.execute(statement.format(database))
    assert not [row for row in rows if row["Msg_type"] == "Error"]


def test_an_index_is_hidden_and_shown_again_as_advised(place: tuple[_Session, Engine, str]) -> None:
    session, engine, database = place
    table = RelationName(database, database, "orders")
    hidden, shown = hide(table, "note", engine)
    session.execute(hidden)
    assert "note" not in str(explain(session, engine, database, "SELECT * FROM orders WHERE note = 'note1'").root.index)
    session.execute(shown)
    assert explain(session, engine, database, "SELECT id FROM orders WHERE note = 'note1'").root.index == "note"
