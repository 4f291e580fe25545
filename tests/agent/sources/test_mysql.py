"""The pure parts of MySQL's sources: who waits for whose metadata lock, what a column can hold, addresses, whose each SQL file is."""

from importlib.resources import files
from pathlib import Path

import pytest

from tunewright_agent.sources.mysql.activity import kind_of, state_of, wait_of
from tunewright_agent.sources.mysql.address import read
from tunewright_agent.sources.mysql.metadata_locks import MetadataLock, blockers
from tunewright_agent.sources.mysql.sequences import largest
from tunewright_agent.sources.mysql.session import PACKAGE
from tunewright_agent.sources.mysql.statements import BOOKED_TO, is_cut, own_statements
from tunewright_agent.sources.source import Unavailable, discover
from tunewright_analyzers.sql.mysql.fingerprint import executed

T, U = ("TABLE", "shop", "t"), ("TABLE", "shop", "u")


def _lock(pid: int, mode: str, granted: bool, subject: tuple[str, str, str] = T) -> MetadataLock:
    return MetadataLock(subject, mode, granted, pid)


@pytest.mark.parametrize(
    ("locks", "waits"),
    [
        ([_lock(1, "SHARED_READ", True), _lock(2, "EXCLUSIVE", False)], {2: (1,)}),
        (  # a reader behind DDL that waits: the granted reader is no obstacle to it, the DDL is
            [_lock(1, "SHARED_READ", True), _lock(2, "EXCLUSIVE", False), _lock(3, "SHARED_READ", False)],
            {2: (1,), 3: (2,)},
        ),
        ([_lock(1, "SHARED_WRITE", True), _lock(2, "SHARED_NO_WRITE", False)], {2: (1,)}),
        ([_lock(1, "SHARED_WRITE", True), _lock(2, "SHARED_UPGRADABLE", True)], {}),
        ([_lock(1, "SHARED_READ", True), _lock(2, "EXCLUSIVE", False, U)], {}),
        ([_lock(1, "SHARED_READ", True), _lock(4, "SHARED_READ", True), _lock(2, "EXCLUSIVE", False)], {2: (1, 4)}),
        (
            [_lock(1, "INTENTION_EXCLUSIVE", True, ("GLOBAL", "", "")), _lock(2, "SHARED", False, ("GLOBAL", "", ""))],
            {},
        ),
        ([_lock(1, "SHARED_READ", True), _lock(1, "EXCLUSIVE", False)], {}),  # nobody waits for himself
    ],
)
def test_who_waits_for_whose_metadata_lock(locks: list[MetadataLock], waits: dict[int, tuple[int, ...]]) -> None:
    assert blockers(locks) == waits


@pytest.mark.parametrize(
    ("column", "most"),
    [
        ("tinyint", 127),
        ("tinyint(3) unsigned", 255),
        ("smallint", 32767),
        ("mediumint unsigned", 2**24 - 1),
        ("int(11)", 2**31 - 1),
        ("int unsigned", 2**32 - 1),
        ("bigint", 2**63 - 1),
        ("bigint(20) unsigned", 2**64 - 1),
        ("float", 2**24),
        ("double", 2**53),
    ],
)
def test_what_an_auto_increment_can_hold(column: str, most: int) -> None:
    assert largest(column) == most


def test_addresses() -> None:
    found = read("mysql://a%40b:p%2Fw@db.example:3307/shop?ssl_ca=/etc/ca.pem")
    assert (found.host, found.port, found.user, found.password, found.database) == (
        "db.example",
        3307,
        "a@b",
        "p/w",
        "shop",
    )
    assert (found.ssl_mode, found.ssl_ca, found.verifies) == ("VERIFY_IDENTITY", Path("/etc/ca.pem"), True)
    assert "p/w" not in repr(found)
    assert (read("mysql://h").ssl_mode, read("mysql://h").port) == ("PREFERRED", 3306)
    assert read("mysql://h?ssl_mode=verify-ca").ssl_mode == "VERIFY_CA"
    assert read("mariadb://h?socket=/run/s.sock&ssl_ca=/x").context() is None
    for wrong in (
        "mysql://h:port",
        "mysql://h?ssl_mode=x",
        "mysql://h?charset=latin1",
        "mysql://h?iam_region=x&ssl_mode=PREFERRED",
    ):
        with pytest.raises(Unavailable):
            read(wrong)


def test_every_sql_file_is_booked_to_a_source() -> None:
    """What a statement of ours costs must be found under the source on whose behalf it is sent: a forgotten file would cost nobody."""
    sources = {one.name for one in discover(PACKAGE)} | {"log_events"}
    names = {one.name.removesuffix(".sql") for one in (files(PACKAGE) / "sql").iterdir() if one.name.endswith(".sql")}
    assert set(BOOKED_TO) <= names
    assert {BOOKED_TO.get(name, name) for name in names} <= sources
    assert set(own_statements().values()) <= sources | {"session"}


def _row(**values: object) -> dict[str, object]:
    return {"command": "Query", "account": "app", "thread_name": "thread/sql/one_connection", **values}


def test_threads_of_the_server_s_own_are_no_clients() -> None:
    assert kind_of(_row()) == "client backend"
    assert kind_of(_row(account="event_scheduler", thread_name="thread/sql/event_scheduler")) == "event_scheduler"
    assert (
        kind_of(_row(account=None, command="Daemon", thread_name="thread/sql/compress_gtid_table"))
        == "compress_gtid_table"
    )
    assert kind_of(_row(account="rep", command="Binlog Dump GTID")) == "walsender"
    assert kind_of(_row(account="system user", command="Connect", thread_name="thread/sql/slave_sql")) == "slave_sql"
    assert state_of(_row(command="Daemon"), in_transaction=False) is None
    assert state_of(_row(command="Sleep"), in_transaction=True) == "idle in transaction"
    assert state_of(_row(command="Sleep"), in_transaction=False) == "idle"
    assert state_of(_row(command="Execute"), in_transaction=True) == "active"


def test_waits_have_a_type() -> None:
    assert wait_of("wait/io/file/innodb/innodb_data_file") == ("IO", "innodb/innodb_data_file")
    assert wait_of("wait/synch/mutex/innodb/log_sys_mutex") == ("Synch", "mutex/innodb/log_sys_mutex")
    assert wait_of("wait/lock/table/sql/handler") == ("Lock", "table/sql/handler")
    assert wait_of("wait/io/socket/sql/client_connection") == ("Client", "sql/client_connection")
    assert wait_of("wait/new/thing") == ("Other", "new/thing")


def test_texts_near_the_limit_are_told() -> None:
    assert is_cut("SELECT `a` , ...", 1024)
    assert is_cut("x" * 1000, 1024)
    assert not is_cut("SELECT ?", 1024)


def test_what_a_prepared_statement_runs_is_that_statement() -> None:
    """MySQL 9 writes it behind EXECUTE; SQL's own EXECUTE of a name is no statement of its own."""
    assert executed("EXECUTE SELECT `a` FROM `t`") == "SELECT `a` FROM `t`"
    assert executed("execute with `c` as (select ?) select ?").startswith("with")
    for text in ("EXECUTE `q`", "SELECT `execute` FROM `t`", "EXECUTE IMMEDIATE ?", "EXECUTE `select`"):
        assert executed(text) == text
