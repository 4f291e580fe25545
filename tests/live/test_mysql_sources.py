"""The sources of MySQL and MariaDB on real servers, by root, by the account of `tunewright grants`, and by one that may do nothing."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pymysql
import pytest

import mysql_servers
from mysql_reading import PASSWORD, SECRET, Prepared, as_account, collect, eventually, run, section, source_of, value
from tunewright_agent.embedded.mysql import EmbeddedMysql
from tunewright_agent.history.codec import dump_section, load_section
from tunewright_agent.sources.mysql.session import PACKAGE, Reader
from tunewright_agent.sources.source import Collected, Denied, SourceError, discover
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.columns import Columns, Schema
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.relations import Indexes, Sequences, Tables
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.roles import Roles
from tunewright_analyzers.facts.server_status import Errors, ServerStatus
from tunewright_analyzers.facts.sessions import Locks, Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements

SHOP = (
    "CREATE TABLE customers (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL, note text) ENGINE=InnoDB",
    (
        "CREATE TABLE orders (id tinyint unsigned AUTO_INCREMENT PRIMARY KEY, customer_id int NOT NULL, state varchar(20) NOT NULL, "
        "total decimal(10,2), KEY by_state (state(5), total), UNIQUE KEY uq (customer_id, id), "
        "CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE) ENGINE=InnoDB"
    ),
    (
        "CREATE TABLE parts (id int NOT NULL, y int NOT NULL, v varchar(50), PRIMARY KEY (id, y), KEY by_v (v)) ENGINE=InnoDB "
        "PARTITION BY RANGE (y) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)"
    ),
    "CREATE TABLE old (a int, v varchar(20) CHARACTER SET utf8mb3) ENGINE=MyISAM",
    f"INSERT INTO customers (email, note) VALUES ('{SECRET}@example.net', '{SECRET}'), ('b@example.net', 'n')",
    "INSERT INTO orders (customer_id, state, total) VALUES (1, 'open', 1), (2, 'done', 2), (2, 'done', 3)",
    "INSERT INTO parts VALUES (1, 1, 'a'), (2, 20, 'b')",
    "ANALYZE TABLE customers, orders, parts",
)


@pytest.fixture
def shop(mysql_database: str) -> str:
    """Tables of several kinds with a literal in their rows."""
    run(mysql_database, *SHOP)
    return mysql_database


def name_of(url: str) -> str:
    return urlsplit(url).path[1:]


@pytest.mark.parametrize("kind", ["root", "granted"])
def test_relations_are_read_by_those_who_may_read_no_row(mysql_family: EmbeddedMysql, shop: str, kind: str) -> None:
    """Sizes, keys, prefixes, partitions as one, use by index; the granted account sees the same and may SELECT none of it."""
    name = name_of(shop)
    run(shop, "SELECT * FROM orders WHERE customer_id = 2", "SELECT COUNT(*) FROM customers WHERE note = 'n'")
    with as_account(kind, mysql_family, name) as url:
        if kind == "granted":
            with pytest.raises(pymysql.err.OperationalError, match="denied"):
                run(url, f"SELECT * FROM {name}.orders")
        collected = collect(url, "relations", name)
        sequences = section(collect(url, "sequences", name), Sequences)
        schema = section(collect(url, "schema", name), Schema)
    assert collected.gaps == ()
    tables = {one.name.name: one for one in section(collected, Tables).rows}
    indexes = {(one.table.name, one.name.name): one for one in section(collected, Indexes).rows}
    assert set(tables) == {"customers", "orders", "parts", "old"}
    assert dict(tables["old"].options)["engine"] == "MyISAM"
    assert tables["customers"].size_bytes >= 16384
    assert tables["customers"].sequential_rows_read >= 2
    assert tables["orders"].rows_inserted == 3
    assert tables["customers"].last_analyze is not None
    by_state = indexes["orders", "by_state"]
    assert [(key.column, key.prefix_length) for key in by_state.keys] == [("state", 5), ("total", None)]
    assert by_state.definition == f"CREATE INDEX `by_state` ON `{name}`.`orders` (`state`(5), `total`)"
    assert (by_state.scans, by_state.size_bytes, by_state.is_visible) == (0, 16384, True)
    assert indexes["orders", "uq"].scans > 0
    assert indexes["orders", "uq"].is_unique
    assert indexes["orders", "PRIMARY"].is_primary
    assert indexes["parts", "by_v"].size_bytes == 2 * 16384
    assert indexes["parts", "by_v"].cardinalities[0] >= 1
    keys = {(str(one.owned_table), one.last_value, one.max_value) for one in sequences.rows}
    assert (f"{name}.orders", 3, 255) in keys
    (foreign,) = [one for one in schema.constraints if one.kind == "f"]
    assert (foreign.columns, str(foreign.referenced_table), foreign.on_delete) == (
        ("customer_id",),
        f"{name}.customers",
        "c",
    )
    assert {one.base_type for one in schema.columns if one.table.name == "orders"} == {
        "tinyint",
        "int",
        "varchar",
        "decimal",
    }


def test_an_invisible_index_is_told_from_a_visible_one(mysql_family: EmbeddedMysql, shop: str) -> None:
    word = "IGNORED" if mysql_family.build.mariadb else "INVISIBLE"
    run(shop, f"ALTER TABLE orders ALTER INDEX by_state {word}")
    found = {one.name.name: one.is_visible for one in section(collect(shop, "relations", name_of(shop)), Indexes).rows}
    assert (found["by_state"], found["uq"]) == (False, True)


def test_tables_that_are_hidden_are_counted_and_told(mysql_family: EmbeddedMysql, shop: str) -> None:
    """Without a privilege on the tables their indexes silently vanish: the gap says how many, and its mend brings them back."""
    name = name_of(shop)
    with as_account("granted", mysql_family, name) as url:
        user = urlsplit(url).username
        run(mysql_family.url(), f"REVOKE REFERENCES ON *.* FROM '{user}'@'%'")
        before = collect(url, "relations", name)
        (gap,) = before.gaps
        assert section(before, Indexes).rows == ()
        assert gap.reason.startswith("3 of 3 tables are hidden from our account")
        assert gap.mend == f"GRANT SELECT ON `{name}`.* TO '{user}'@'%';"
        assert set(gap.sections) == {"tables", "indexes"}
        run(mysql_family.url(), gap.mend)
        after = collect(url, "relations", name)
    assert after.gaps == ()
    assert len(section(after, Indexes).rows) >= 6


def test_statements_are_counted_once_and_hold_no_literal(mysql_family: EmbeddedMysql, shop: str) -> None:
    """Calls, examined rows and the statement's identity; our own statements are known by their text, for a digest holds no comment."""
    name = name_of(shop)
    for number in range(7):
        run(shop, f"SELECT id, email FROM customers WHERE note = '{SECRET}{number}'")
    with as_account("granted", mysql_family) as url:
        collect(url, "relations", name)
        statements = section(collect(url, "statements"), Statements)
    (row,) = [one for one in statements.rows if one.key.database == name and "`note` = ?" in (one.text or "")]
    assert (row.calls, row.kind, row.rows_examined, row.no_index_used) == (7, "select", 14, 7)
    assert row.exec_seconds > 0
    assert row.stats_since is not None
    assert {"relations", "session"} <= statements.own_seconds.keys()
    assert statements.own_seconds.keys() <= {one.name for one in discover(PACKAGE)} | {"session", "log_events"}
    assert statements.coverage.time_ratio == 1.0
    assert SECRET not in dump_section(statements).decode()


def test_executions_by_the_binary_protocol_are_told_where_no_digest_has_them(
    mysql_family: EmbeddedMysql, shop: str
) -> None:
    """MySQL 8.0 and MariaDB 10.11 leave no digest of them; the gap counts them, also once the statement is closed."""
    name, before = name_of(shop), _prepared(collect(shop, "statements"))
    with mysql_servers.connect(shop) as connection:
        statement = Prepared(connection, "SELECT email FROM customers WHERE note IS NOT NULL AND id > 0")
        for _ in range(7):
            statement.execute()
    found = collect(shop, "statements")
    rows = [one for one in section(found, Statements).rows if one.key.database == name and one.kind == "select"]
    calls = sum(one.calls for one in rows if "`note` is not null" in (one.text or "").lower())
    told = [gap for gap in found.gaps if "prepared" in gap.reason]
    assert calls == 0
    (gap,) = told
    assert gap.reason.startswith(f"{before + 7} executions of prepared statements (binary protocol)")
    assert gap.sections == ("statements",)
    assert gap.mend is not None
    assert "slow log" in gap.mend


def _prepared(found: Collected) -> int:
    """How many executions the gap counts: all since the server's start, so those of other tests too."""
    return sum(int(gap.reason.split(" ")[0]) for gap in found.gaps if "prepared" in gap.reason)


def test_the_gap_of_prepared_statements_is_of_the_last_hour(mysql_family: EmbeddedMysql, shop: str) -> None:
    """The first reading tells all since the server's start, later ones what came since: a statement that ran once is no gap for ever."""
    source, now = source_of("statements"), mysql_servers.now()
    reader = Reader(shop)

    def told(minutes: int) -> list[str]:
        gaps = source.collect(reader, now + timedelta(minutes=minutes)).gaps
        return [gap.reason for gap in gaps if "prepared" in gap.reason]

    try:
        with mysql_servers.connect(shop) as connection:
            statement = Prepared(connection, "SELECT email FROM customers WHERE note IS NOT NULL AND id > 0")
            statement.execute()
            (first,) = told(0)
            quiet = told(1)
            statement.execute()
            statement.execute()
            later = [told(minutes) for minutes in (2, 40, 60, 61)]
            over = told(130)
    finally:
        reader.close()
    assert "in no digest" in first
    assert quiet == []
    assert [one[0].split(" (")[0] for one in later] == ["2 executions of prepared statements"] * 4
    assert over == []


def test_a_full_digest_table_is_told_by_its_coverage(mysql_family: EmbeddedMysql) -> None:
    """New digests fall into the row without one: their share of the time is what the others do not cover."""
    with EmbeddedMysql(mysql_family.build, settings={"performance_schema_digests_size": "200"}) as small:
        url = small.url("mysql")
        with mysql_servers.connect(url, ssl=None) as connection, connection.cursor() as cursor:
            for number in range(260):
                cursor.execute(f"SELECT 1 AS column_{number}")
            cursor.execute("SELECT SLEEP(0.3) AS outside_of_all")
        collected = collect(url, "statements")
    coverage = section(collected, Statements).coverage
    assert coverage.max_entries == 200
    assert coverage.evicted > 0
    assert coverage.time_ratio is not None
    assert coverage.time_ratio < 0.99
    assert any("is in no digest of its own" in gap.reason for gap in collected.gaps)


def test_who_waits_for_whose_row(mysql_family: EmbeddedMysql, shop: str) -> None:
    """A blocked UPDATE names the idle transaction that blocks it; threads of the server's own are no clients."""
    name = name_of(shop)
    with mysql_servers.connect(shop) as holder, mysql_servers.connect(shop) as waiter:
        holder.begin()
        holder.cursor().execute("UPDATE customers SET note = 'x' WHERE id = 1")
        waiting = threading.Thread(
            target=lambda: waiter.cursor().execute(f"UPDATE customers SET note = '{SECRET}' WHERE id = 1")
        )
        waiting.start()
        try:
            eventually(
                lambda: (
                    value(
                        mysql_family.url(),
                        "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
                    )
                    == 1
                )
            )
            with as_account("granted", mysql_family) as url:
                sessions = section(collect(url, "activity"), Sessions)
                locks = section(collect(url, "locks"), Locks)
        finally:
            holder.rollback()
            waiting.join()
        head, blocked = holder.thread_id(), waiter.thread_id()
    by_pid = {one.pid: one for one in sessions.rows}
    assert by_pid[blocked].blocked_by == (head,)
    assert (by_pid[blocked].wait_type, by_pid[blocked].wait_event, by_pid[blocked].state) == ("Lock", "row", "active")
    assert by_pid[head].state == "idle in transaction"
    assert by_pid[head].transaction_start is not None
    assert by_pid[blocked].statement == "UPDATE `customers` SET `note` = ? WHERE `id` = ?" or mysql_family.build.mariadb
    assert SECRET not in dump_section(sessions).decode()
    assert {one.backend_type for one in sessions.rows if one.state is None}.isdisjoint({"client backend"})
    assert [one for one in sessions.rows if one.user == "event_scheduler" and one.state is not None] == []
    assert {(one.pid, one.granted) for one in locks.rows if one.relation == f"{name}.customers"} >= {
        (head, True),
        (blocked, False),
    }


def test_a_queue_for_a_metadata_lock_has_its_head(mysql8: EmbeddedMysql, mysql8_database: str) -> None:
    """An open transaction blocks ALTER TABLE, and that a SELECT: the chain is told link by link."""
    run(mysql8_database, "CREATE TABLE t (a int PRIMARY KEY)")
    with (
        mysql_servers.connect(mysql8_database) as holder,
        mysql_servers.connect(mysql8_database) as alters,
        mysql_servers.connect(mysql8_database) as reads,
    ):
        holder.begin()
        holder.cursor().execute("SELECT * FROM t")
        threads = [
            threading.Thread(target=lambda: alters.cursor().execute("ALTER TABLE t ADD b int")),
            threading.Thread(target=lambda: reads.cursor().execute("SELECT * FROM t")),
        ]
        pending = "SELECT COUNT(*) FROM performance_schema.metadata_locks WHERE lock_status = 'PENDING'"
        try:
            for number, thread in enumerate(threads, 1):
                thread.start()
                eventually(lambda number=number: value(mysql8.url(), pending) == number)
            sessions = section(collect(mysql8.url(), "activity"), Sessions)
        finally:
            holder.rollback()
            for thread in threads:
                thread.join()
        ids = (holder.thread_id(), alters.thread_id(), reads.thread_id())
    by_pid = {one.pid: one for one in sessions.rows}
    assert by_pid[ids[1]].blocked_by == (ids[0],)
    assert by_pid[ids[2]].blocked_by == (ids[1],)
    assert (by_pid[ids[1]].wait_type, by_pid[ids[1]].wait_event) == ("Lock", "table metadata")


def test_settings_status_replication_and_databases(mysql_family: EmbeddedMysql, shop: str) -> None:
    """Each by the granted account; no secret among the settings; the history list comes from InnoDB's metrics."""
    with as_account("granted", mysql_family) as url:
        collected = {name: collect(url, name) for name in ("settings", "status", "replication", "databases", "errors")}
    assert {name: one.gaps for name, one in collected.items() if one.gaps} == {}
    settings = section(collected["settings"], Settings)
    assert settings.number("innodb_buffer_pool_size") == 67108864
    assert settings.on("performance_schema")
    assert settings.get("innodb_page_size") is not None
    assert settings.number("lock_wait_timeout") > 1  # the server's own, not our session's
    assert not [one.name for one in settings.rows if "password" in one.name or "secret" in one.name]
    status = section(collected["status"], ServerStatus)
    assert status.gauge("trx_rseg_history_len") is not None
    assert (status.count("questions") or 0) > 0
    assert status.count("threads_connected") is None
    replication = section(collected["replication"], Replication)
    assert (replication.is_standby, replication.channels) == (False, ())
    assert replication.binary_log is (not mysql_family.build.mariadb)
    databases = section(collected["databases"], Databases)
    assert "commits" in databases.uncounted
    assert "rows_inserted" not in databases.uncounted
    (database,) = [one for one in databases.rows if one.name == name_of(shop)]
    assert database.size_bytes is not None
    assert database.size_bytes > 0
    assert database.rows_inserted >= 5
    if not mysql_family.build.mariadb:
        assert section(collected["errors"], Errors).rows
    for one in collected.values():
        for part in one.sections:
            assert load_section(part.name, dump_section(part)) == part


def test_accounts_are_told_without_a_hash(mysql_family: EmbeddedMysql) -> None:
    """Root and the granted account read the same of each account; the stranger is told what to run."""
    root = mysql_family.url()
    run(
        root,
        "CREATE USER 'open_door'@'%' IDENTIFIED BY ''",
        f"CREATE USER 'app'@'10.%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT SUPER ON *.* TO 'app'@'10.%'",
    )
    try:
        with as_account("granted", mysql_family) as url:
            found = collect(url, "accounts")
            mine = urlsplit(url).username
            roles = section(found, Roles)
            text = "".join(dump_section(one).decode() for one in found.sections)
        accounts = {one.name: one for one in section(found, Accounts).rows}
        direct = {one.name for one in section(collect(root, "accounts"), Accounts).rows}
        with as_account("stranger", mysql_family) as url, pytest.raises(Denied) as denied:
            collect(url, "accounts")
    finally:
        run(root, "DROP USER 'open_door'@'%'", "DROP USER 'app'@'10.%'")
    assert direct == set(accounts) - {f"{mine}@%"}
    assert (accounts["open_door@%"].has_password, accounts["app@10.%"].has_password) == (False, True)
    assert "super" in accounts["app@10.%"].privileges
    assert (accounts["app@10.%"].user_connections, accounts["open_door@%"].user_connections) == (0, 0)
    assert (accounts[f"{mine}@%"].user_connections or 0) > 0
    assert (app := roles.get("app@10.%")) is not None
    assert app.is_superuser
    assert [(one.user, one.is_encrypted) for one in roles.sessions if one.user.startswith(str(mine))] == [
        (f"{mine}@%", True)
    ]
    assert "$A$" not in text
    assert "*" + "2" * 3 not in text
    assert denied.value.mend is not None
    assert "tunewright grants --engine mysql" in denied.value.mend


def test_a_stranger_is_told_the_grant_of_each_source(mysql_family: EmbeddedMysql, shop: str) -> None:
    """Whatever a source cannot read is denied or a gap with the exact statement, and that statement brings it: never an empty section."""
    with as_account("stranger", mysql_family) as url:
        reader = Reader(url)
        mends: set[str] = set()
        for one in discover(PACKAGE):
            try:
                gaps = one.collect(reader, mysql_servers.now()).gaps
            except SourceError as error:
                gaps = (one.gap(error, mysql_servers.now()),)
            mends |= {gap.mend or f"no mend for {one.name}: {gap.reason}" for gap in gaps}
        user = urlsplit(url).username
        reader.close()
        assert f"GRANT SELECT ON performance_schema.* TO '{user}'@'%';" in mends
        assert f"GRANT PROCESS ON *.* TO '{user}'@'%';" in mends
        assert f"GRANT SELECT ON mysql.innodb_index_stats TO '{user}'@'%';" in mends
        assert not [one for one in mends if one.startswith("no mend")]
        assert SECRET not in "".join(mends)


def test_histograms_give_frequencies_and_no_value(mysql8_database: str) -> None:
    run(
        mysql8_database,
        "CREATE TABLE h (v varchar(30), n int)",
        f"INSERT INTO h VALUES ('{SECRET}', 1), ('{SECRET}', 2), ('{SECRET}', 3), ('other', 4), (NULL, 5)",
        "ANALYZE TABLE h UPDATE HISTOGRAM ON v, n WITH 4 BUCKETS",
    )
    found = section(collect(mysql8_database, "columns", name_of(mysql8_database)), Columns)
    by_column = {one.column: one for one in found.rows}
    assert by_column["v"].common_frequencies[0] == pytest.approx(0.6)
    assert by_column["v"].null_ratio == pytest.approx(0.2)
    assert by_column["v"].distinct == 2
    assert by_column["n"].distinct == 5
    assert SECRET not in dump_section(found).decode()


def test_a_client_that_polls_too_often_hides_lock_waits_on_mariadb_and_that_is_told(
    mariadb: EmbeddedMysql, mariadb_database: str
) -> None:
    """MariaDB renews innodb_trx only where nobody has read it for 0.1 s: with a poller every 20 ms our reading stands still."""
    run(mariadb_database, *SHOP)

    def told() -> list[str]:
        collected = collect(mariadb_database, "locks")
        return [gap.reason for gap in collected.gaps if Sessions.name in gap.sections]

    assert told() == []
    for _ in range(ATTEMPTS):
        with _pollers(mariadb) as end, _waits_for_a_row(mariadb_database):
            if not told():
                continue  # all pollers stood still for a moment (a busy machine): since then the wait is seen
            end()
            eventually(lambda: not told())
            seen = section(collect(mariadb_database, "locks"), Locks)
        break
    assert any(not one.granted for one in seen.rows)


ATTEMPTS = 20


@contextmanager
def _pollers(server: EmbeddedMysql) -> Iterator[Callable[[], None]]:
    """Clients that read InnoDB's transactions every 20 ms, until the end or what is given is called."""
    over = threading.Event()

    def poll() -> None:
        with mysql_servers.connect(server.url()) as connection, connection.cursor() as cursor:
            while not over.wait(0.02):
                cursor.execute("SELECT COUNT(*) FROM information_schema.innodb_trx")

    threads = [threading.Thread(target=poll) for _ in range(3)]

    def end() -> None:
        over.set()
        for thread in threads:
            thread.join()

    for thread in threads:
        thread.start()
    time.sleep(0.3)
    try:
        yield end
    finally:
        end()


@contextmanager
def _waits_for_a_row(url: str) -> Iterator[None]:
    """One session waits for the row that another has changed."""
    with mysql_servers.connect(url) as holder, mysql_servers.connect(url) as waiter:
        holder.begin()
        holder.cursor().execute("UPDATE customers SET note = 'x' WHERE id = 1")
        waiting = threading.Thread(
            target=lambda: waiter.cursor().execute("UPDATE customers SET note = 'y' WHERE id = 1")
        )
        waiting.start()
        try:
            waits = "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'Innodb_row_lock_current_waits'"
            eventually(lambda: value(url, waits) != "0")
            yield
        finally:
            holder.rollback()
            waiting.join()


@pytest.fixture
def replica(mysql8: EmbeddedMysql) -> Iterator[EmbeddedMysql]:
    """A second MySQL that replays the first one's binary log."""
    with EmbeddedMysql(mysql8.build, settings={"server_id": "2", "read_only": "ON"}) as second:
        yield second


@pytest.mark.slow
def test_a_replica_whose_applier_stopped(mysql8: EmbeddedMysql, replica: EmbeddedMysql) -> None:
    """Running, then with its SQL thread stopped: fetching goes on, applying does not. The source sees who reads its log."""
    run(
        mysql8.url(),
        f"CREATE USER IF NOT EXISTS 'rep'@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT REPLICATION SLAVE ON *.* TO 'rep'@'%'",
    )
    with mysql_servers.connect(mysql8.url()) as connection, connection.cursor(pymysql.cursors.DictCursor) as cursor:
        cursor.execute("SHOW MASTER STATUS")
        at = cursor.fetchone()
    assert at is not None
    with mysql_servers.connect(replica.url("mysql"), ssl=None) as admin, admin.cursor() as cursor:
        cursor.execute(
            f"CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={mysql8.port}, SOURCE_USER='rep', SOURCE_PASSWORD='{PASSWORD}', "
            f"SOURCE_SSL=1, SOURCE_LOG_FILE='{at['File']}', SOURCE_LOG_POS={at['Position']}"
        )
        cursor.execute("START REPLICA")

        def channel() -> tuple[bool, bool]:
            (one,) = section(collect(replica.url(), "replication"), Replication).channels
            return one.fetches, one.applies

        eventually(lambda: channel() == (True, True))
        followed = section(collect(mysql8.url(), "replication"), Replication)
        assert [one.user for one in followed.replicas] == ["rep"]
        cursor.execute("STOP REPLICA SQL_THREAD")
        eventually(lambda: channel() == (True, False))
    found = section(collect(replica.url(), "replication"), Replication)
    assert found.is_standby
    assert found.is_read_only
    assert found.channels[0].encrypted
