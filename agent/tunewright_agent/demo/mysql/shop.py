"""The shop on MySQL: its tables, rows and accounts, all with mistakes; and its work, the same statements in every run.

`build` is called once, `work` before and after the advice. Everything is made by numbers, without chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pymysql

from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.reports.shapes import Measured, MeasuredStatement
from tunewright_agent.sources.mysql import grants
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint, statement_kind
from tunewright_analyzers.sql.mysql.redact import redact_statement

DATABASE, MONITOR, PASSWORD = (
    "shop",
    "tunewright",
    "only-for-this-throw-away-server",
)  # a server of two minutes, on the loopback
SETTINGS = {
    "innodb_buffer_pool_size": "268435456",
    "performance_schema_consumer_events_waits_current": "ON",
    "performance_schema_instrument": "wait/lock/metadata/sql/mdl=ON",
    # Planted: no binary log, and commits that a crash of the machine loses.
    "skip_log_bin": "1",
    "innodb_flush_log_at_trx_commit": "2",
    "innodb_doublewrite": "ON",  # the launcher's servers are thrown away; this one is judged as if it were not
}
_ROWS = 60_000
_WIDE = ", ".join(f"a{number} int NOT NULL DEFAULT 0" for number in range(105))
TABLES = (
    (
        "CREATE TABLE customers (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL, city varchar(40) NOT NULL, phone1 varchar(20), "
        "phone2 varchar(20), phone3 varchar(20), created datetime NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
    ),
    (
        "CREATE TABLE orders (id int AUTO_INCREMENT PRIMARY KEY, customer_id int NOT NULL, status varchar(12) NOT NULL, "
        "total decimal(10,2) NOT NULL, placed datetime NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
    ),
    "CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, order_id int NOT NULL, product_id int NOT NULL, quantity int NOT NULL) ENGINE=InnoDB",
    "CREATE TABLE audit_log (at datetime NOT NULL, what varchar(100)) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3",
    "CREATE TABLE clicks (at datetime NOT NULL, page varchar(60) NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "CREATE TABLE votes (id smallint AUTO_INCREMENT PRIMARY KEY, stars tinyint NOT NULL) ENGINE=InnoDB AUTO_INCREMENT=31000",
    (
        "CREATE TABLE comments (id int AUTO_INCREMENT PRIMARY KEY, subject_type varchar(20) NOT NULL, subject_id int NOT NULL, body varchar(200)) "
        "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
    ),
    f"CREATE TABLE settings_of_users (id int AUTO_INCREMENT PRIMARY KEY, {_WIDE}) ENGINE=InnoDB",
    "CREATE TABLE numbers (n int PRIMARY KEY) ENGINE=InnoDB",
)


def doubling(known: int) -> str:
    """The statement that makes twice as many numbers of those that are known."""
    return f"INSERT INTO numbers SELECT n + {known} FROM numbers"


FILL = (
    (
        "INSERT INTO customers (email, city, created) "
        "SELECT CONCAT('c', n, '@example.net'), CONCAT('city', n % 97), '2026-01-01' + INTERVAL n MINUTE "
        "FROM numbers WHERE n <= 20000"
    ),
    (
        "INSERT INTO orders (customer_id, status, total, placed) SELECT 1 + n * 7 % 20000, IF(n % 50 = 0, 'open', 'done'), n % 900, "
        f"'2026-01-01' + INTERVAL n MINUTE FROM numbers WHERE n <= {_ROWS}"
    ),
    f"INSERT INTO items (order_id, product_id, quantity) SELECT 1 + n * 3 % {_ROWS}, 1 + n % 500, 1 + n % 4 FROM numbers WHERE n <= {_ROWS}",
    "INSERT INTO audit_log SELECT '2026-01-01', CONCAT('event ', n) FROM numbers WHERE n <= 5000",
    "INSERT INTO clicks SELECT '2026-01-01', CONCAT('/page/', n % 40) FROM numbers WHERE n <= 5000",
    "INSERT INTO votes (stars) SELECT 1 + n % 5 FROM numbers WHERE n <= 300",
    "INSERT INTO comments (subject_type, subject_id, body) SELECT IF(n % 2, 'order', 'customer'), n, 'fine' FROM numbers WHERE n <= 3000",
    "INSERT INTO settings_of_users (a0) SELECT n FROM numbers WHERE n <= 1500",
    "ANALYZE TABLE customers, orders, items, clicks, comments, settings_of_users, votes, audit_log",
)
ACCOUNTS = (
    "CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY ''",  # planted: no password
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON {DATABASE}.* TO 'app'@'%'",
    f"CREATE USER IF NOT EXISTS 'dba'@'%' IDENTIFIED BY '{PASSWORD}'",  # planted: everything, from everywhere
    "GRANT ALL ON *.* TO 'dba'@'%' WITH GRANT OPTION",
)
WORK: tuple[tuple[int, Callable[[int], str]], ...] = (
    (30, lambda n: f"SELECT id, city FROM customers WHERE email = 'c{1 + n * 37 % 20000}@example.net'"),
    (
        30,
        lambda n: (
            f"SELECT id, total FROM orders WHERE customer_id = {1 + n * 91 % 20000} ORDER BY placed DESC LIMIT 10"
        ),
    ),
    (20, lambda n: f"SELECT product_id, quantity FROM items WHERE order_id = {1 + n * 53 % _ROWS}"),
    (6, lambda n: f"SELECT COUNT(*) FROM orders WHERE status = 'open' AND total > {n % 400}"),
    (10, lambda n: f"UPDATE customers SET phone1 = '{n}' WHERE id = {1 + n % 20000}"),
)
"""(calls a round, the statement's text from a number)."""
ROUNDS = 6
METHOD = (
    "The same calls in the same order through one connection, before and after; execution time as performance_schema's digests counted it on the "
    "demo's own server."
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls and execution seconds of one statement; its text is redacted."""

    text: str
    calls: int
    seconds: float


def connect(
    server: EmbeddedMysql, user: str = "root", database: str | None = DATABASE
) -> "pymysql.connections.Connection[pymysql.cursors.Cursor]":
    """A connection to the demo's own server. Raises pymysql.MySQLError."""
    password = {"root": server.password, "app": ""}.get(user, PASSWORD)
    return pymysql.connect(
        host="127.0.0.1", port=server.port, user=user, password=password, database=database, autocommit=True,
        connect_timeout=10, read_timeout=120, write_timeout=120, program_name="shop",
    )  # fmt: skip


def _grants() -> list[str]:
    script = grants.sql(MONITOR).replace("CHANGE_ME", PASSWORD)
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    plans = f"GRANT SELECT, SHOW VIEW ON {DATABASE}.* TO '{MONITOR}'@'%'"
    return [*(one.strip() for one in "\n".join(lines).split(";\n") if one.strip()), plans]


def build(server: EmbeddedMysql, told: Callable[[float, float], None]) -> None:
    """Make the shop. Raises pymysql.MySQLError."""
    with connect(server, database=None) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {DATABASE}")
        cursor.execute(f"USE {DATABASE}")
        for statement in TABLES:
            cursor.execute(statement)
        cursor.execute("INSERT INTO numbers VALUES (1)")
        known = 1
        while known < _ROWS:
            cursor.execute(doubling(known))
            known *= 2
        for done, statement in enumerate(FILL):
            told(done, len(FILL))
            cursor.execute(statement)
        for statement in (*ACCOUNTS, *_grants()):
            cursor.execute(statement)


def work(server: EmbeddedMysql, told: Callable[[float, float], None], rounds: int = ROUNDS) -> None:
    """The shop's work, through the application's account. Raises pymysql.MySQLError."""
    with connect(server, "app") as connection, connection.cursor() as cursor:
        for number in range(rounds):
            told(number, rounds)
            for place, (calls, text) in enumerate(WORK):
                for call in range(calls):
                    cursor.execute(text(number * 1009 + place * 101 + call))
                    cursor.fetchall()


def costs(server: EmbeddedMysql) -> dict[StatementId, Cost]:
    """What each statement on the shop has cost until now. Raises pymysql.MySQLError."""
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest_text, count_star, sum_timer_wait / 1e12 FROM performance_schema.events_statements_summary_by_digest "
            f"WHERE schema_name = '{DATABASE}' AND digest_text IS NOT NULL"
        )
        found: dict[StatementId, Cost] = {}
        wanted = {fingerprint(text(1)) for _, text in WORK}
        for text, calls, seconds in cursor.fetchall():
            identity = fingerprint(text)
            if identity in wanted and statement_kind(text) != "utility":
                found[identity] = Cost(redact_statement(text), int(calls), float(seconds))
    return found


def measured(server: EmbeddedMysql, told: Callable[[float, float], None]) -> dict[StatementId, Cost]:
    """Do the work, and what each of its statements cost meanwhile."""
    before = costs(server)
    work(server, told)
    nothing = Cost("", 0, 0.0)
    return {
        identity: Cost(
            one.text,
            one.calls - before.get(identity, nothing).calls,
            one.seconds - before.get(identity, nothing).seconds,
        )
        for identity, one in costs(server).items()
    }


def compared(before: dict[StatementId, Cost], after: dict[StatementId, Cost], applied: tuple[str, ...]) -> Measured:
    """Both runs side by side."""
    nothing = Cost("", 0, 0.0)
    rows = []
    for identity in sorted({*before, *after}):
        one, two = before.get(identity, nothing), after.get(identity, nothing)
        rows.append(MeasuredStatement(identity, one.text or two.text, one.seconds, two.seconds, one.calls, two.calls))
    total = [sum(cost.seconds for cost in run.values()) for run in (before, after)]
    return Measured(total[0], total[1], tuple(rows), applied, METHOD)
