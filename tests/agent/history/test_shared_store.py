"""What only the shared store does: partitions, agents side by side, a server that goes away, says no, falls silent or is another's."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import select, text

from cases import facts
from cases.case import NOW
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history import schema
from tunewright_agent.history.database import AwayError, HistoryError, Mode, RefusedError
from tunewright_agent.history.leases import Leases
from tunewright_agent.history.place import Address, database_at
from tunewright_agent.history.retention import Retention
from tunewright_agent.history.store import History
from tunewright_agent.history.stores import partitions
from tunewright_agent.history.stores.postgresql import RETRY_SECONDS, PostgresqlStore, explained
from tunewright_agent.history.stores.upsert import COPY_FROM, load
from tunewright_agent.memory import Fault, Remembered
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Coverage, Statements

pytestmark = pytest.mark.slow
SHOP, DB1 = ClusterId("shop"), InstanceId("db1:5432")
STARTED = NOW - timedelta(days=60)


def reading(minute: float, **calls: int) -> Statements:
    """Calls counted by then."""
    rows = tuple(facts.statement(name, calls=count, exec_seconds=count / 1024) for name, count in calls.items())
    return Statements(Period(STARTED, NOW + timedelta(minutes=minute)), rows, Coverage(len(rows), 5000, 0, STARTED))


def record(history: History, minute: float, cluster: ClusterId = SHOP, **calls: int) -> None:
    """One pass."""
    history.record(cluster, DB1, "one", (reading(minute, **calls),), NOW + timedelta(minutes=minute))


def parts(history: History) -> dict[str, int]:
    """Rows by partition of the deltas."""
    with history.database.reading() as connection:
        rows = connection.execute(text("SELECT tableoid::regclass::text, count(*) FROM deltas GROUP BY 1")).all()
    return {row[0]: row[1] for row in rows}


def test_points_lie_in_partitions_made_ahead_and_go_with_them(shared_store: Address) -> None:
    with History(shared_store, Retention(3600, 86400, 10 * 86400)) as history:
        assert isinstance(history.database, PostgresqlStore)
        history.database.prepare(NOW.timestamp())
        for minute in range(181):
            record(history, minute, a=minute)
        assert set(parts(history)) == {f"deltas_60_{NOW:%Y%m%d}_{NOW.hour // 6 * 6:02}00", *(
            {f"deltas_60_{NOW:%Y%m%d}_{NOW.hour // 6 * 6 + 6:02}00"} if NOW.hour % 6 + 3 >= 6 else set())}  # fmt: skip
        history.maintain(NOW + timedelta(hours=12))
        assert all(name.startswith("deltas_300_") for name in parts(history))
        with history.database.reading() as connection:
            starts = partitions.partitions(connection, partitions.RANGES[0])
        assert starts[0] > (NOW + timedelta(hours=3)).timestamp(), "what was rolled up went with its partition"
        assert starts[-1] >= (NOW + timedelta(hours=12)).timestamp(), "what will come has its place"
        history.maintain(NOW + timedelta(days=90))
        assert parts(history) == {}


def test_a_clock_that_is_far_off_finds_its_place(shared_store: Address) -> None:
    with History(shared_store) as history:
        record(history, 0, a=0)
        record(history, 60 * 24 * 365 * 3, a=7)
        assert parts(history) == {"deltas_60_default": 1} or list(parts(history).values()) == [1]
        assert history.maintain(NOW) == ()
        assert sum(parts(history).values()) == 1


def test_the_bound_drops_whole_partitions_of_the_finest_points(shared_store: Address) -> None:
    now = datetime.now(UTC)
    with History(shared_store, Retention(10**9, 10**9, 10**9)) as history:
        for day in (4, 3, 2, 1, 0):
            history.database.prepare((now - timedelta(days=day)).timestamp())
            for minute in (0, 1):
                at = now - timedelta(days=day) + timedelta(minutes=minute)
                rows = tuple(
                    facts.statement(f"{n * 7919:x}", calls=(5 - day) * 10 + minute, text=None) for n in range(50)
                )
                section = Statements(Period(STARTED, at), rows, Coverage(50, 5000, 0, STARTED))
                history.record(SHOP, DB1, "one", (section,), at)
        before = history.size_bytes
        assert history.maintain(now) == ()
        history.retention = replace(history.retention, max_bytes=before - 20_000)
        told = history.maintain(now)
        assert [("deltas_60_" in line and "history.max_size" in line) for line in told] == [True]
        assert history.size_bytes < before
        with history.database.reading() as connection:
            kept = connection.execute(select(schema.deltas.c.end).order_by(schema.deltas.c.end)).scalars().all()
        assert kept, "the newest stay"
        assert kept[-1] >= (now - timedelta(minutes=1)).timestamp()


def test_agents_that_start_at_once_make_the_tables_once(shared_store: Address) -> None:
    failures: list[BaseException] = []
    gate = threading.Barrier(4)

    def begin() -> None:
        database = database_at(shared_store, Mode.OWN)
        gate.wait()
        try:
            database.open()
        except BaseException as error:  # noqa: BLE001  # told below
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_agents_write_side_by_side_and_one_keeps_the_house(shared_store: Address) -> None:
    with History(shared_store) as one, History(shared_store) as two:

        def write(history: History, cluster: str) -> None:
            for minute in range(30):
                record(history, minute, ClusterId(cluster), a=minute, b=minute * 2)

        threads = [
            threading.Thread(target=write, args=(history, name)) for history, name in ((one, "shop"), (two, "orders"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for cluster in ("shop", "orders"):
            merged = one.merged(ClusterId(cluster), DB1, NOW, NOW + timedelta(hours=1))["statements"]
            assert isinstance(merged, Statements)
            assert {row.id: row.calls for row in merged.rows} == {"a": 29, "b": 58}
        with one.database.upkeep() as mine, two.database.upkeep() as others:
            assert (mine, others) == (True, False)
        with two.database.upkeep() as mine:
            assert mine


def test_a_null_byte_is_marked_and_costs_nothing(shared_store: Address) -> None:
    with History(shared_store) as history:
        event = Event(NOW, "restarted", "db\x001", "came back")
        history.record(SHOP, DB1, "one", (Events((event,)),), NOW)
        assert [one.subject for one in history.events(SHOP, NOW, NOW)] == ["db\N{REPLACEMENT CHARACTER}1"]


# --- what is wrong, and its mend


def test_a_reader_finds_nothing_and_makes_nothing(shared_store: Address) -> None:
    for mode in (Mode.READ, Mode.WRITE):
        with pytest.raises(HistoryError, match="holds nothing yet; `tunewright run"):
            database_at(shared_store, mode).open()


def test_a_reader_cannot_write(shared_store: Address) -> None:
    def write(history: History) -> None:
        with history.database.transaction() as connection:
            connection.execute(schema.meta.insert().values(key="x", value="y"))

    with History(shared_store), History(shared_store, mode=Mode.READ) as reader:
        with pytest.raises(HistoryError, match="only reads"):
            write(reader)
        assert reader.clusters() == frozenset()


def test_another_programs_tables_and_a_newer_format_are_said(shared_store: Address) -> None:
    with psycopg.connect(shared_store.url, autocommit=True) as admin:
        admin.execute("CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL, note text)")
        admin.execute("INSERT INTO meta VALUES ('version', 'blue', '')")
    with pytest.raises(HistoryError, match="another program's tables: name a database of its own"):
        database_at(shared_store, Mode.OWN).open()
    with psycopg.connect(shared_store.url, autocommit=True) as admin:
        admin.execute("UPDATE meta SET value = '99'")
    with pytest.raises(HistoryError, match=r"newer tunewright \(format 99\): update"):
        database_at(shared_store, Mode.OWN).open()


@contextmanager
def _role(address: Address) -> Iterator[str]:
    """The URL of a role that may do nothing."""
    with psycopg.connect(address.url, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS nobody_here")
        admin.execute("CREATE ROLE nobody_here LOGIN")
    try:
        yield address.url.replace(f"//{urlsplit(address.url).username}", "//nobody_here", 1)
    finally:
        with psycopg.connect(address.url, autocommit=True) as admin:
            admin.execute("DROP OWNED BY nobody_here; DROP ROLE nobody_here")


def test_a_role_that_may_not_is_told_what_would_help(shared_store: Address) -> None:
    with _role(shared_store) as url, pytest.raises(HistoryError, match="CREATE DATABASE tunewright OWNER"):
        database_at(Address(url), Mode.OWN).open()


def test_a_database_that_is_not_there_and_a_server_that_is_not(shared_store: Address) -> None:
    parts = urlsplit(shared_store.url)
    missing = shared_store.url.replace(parts.path, "/no_such_database", 1)
    with pytest.raises(HistoryError, match=r"does not exist"):
        database_at(Address(missing), Mode.OWN).open()
    secret = Address("postgresql://me:hush-hush@127.0.0.1:1/tunewright", lambda: "hush-hush")
    with pytest.raises(HistoryError, match=r"^postgresql://127\.0\.0\.1:1/tunewright: cannot be used now") as caught:
        database_at(secret, Mode.OWN).open()
    assert "hush" not in f"{caught.value}{secret!r}"


@pytest.mark.parametrize("url", ["postgresql://me:hu%zzsh@127.0.0.1:1/t", "postgresql://me@127.0.0.1:1/t?pasword=hush"])
def test_an_address_that_libpq_cannot_read_is_not_quoted(url: str) -> None:
    with pytest.raises(HistoryError, match="percent-encoded") as caught:
        database_at(Address(url), Mode.OWN).open()
    assert "zz" not in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("state", "kind", "mend"),
    [("22021", RefusedError, "report it"), ("28P01", HistoryError, "password_from"), ("53100", AwayError, "free some"),
     ("57014", AwayError, "deadline"), ("25006", AwayError, "primary"), ("57P01", AwayError, "tried again")],
)  # fmt: skip
def test_every_fault_has_its_mend(state: str, kind: type[HistoryError], mend: str) -> None:
    class Fault(Exception):
        sqlstate = state

    found = explained(Fault("the value 'secret' is bad") if state == "22021" else Fault("told"), "postgresql://h/d")
    assert type(found) is kind
    assert mend in str(found)
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("said", "kind", "mend"),
    [('FATAL:  password authentication failed for user "me"', HistoryError, "password_from"),
     ("fe_sendauth: no password supplied", HistoryError, "password_from"),
     ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "me", database "t", no encryption', HistoryError, "pg_hba.conf"),
     ('FATAL:  role "me" does not exist', HistoryError, "password_from"),
     ('FATAL:  database "t" does not exist', HistoryError, "CREATE DATABASE"),
     ("server does not support SSL, but SSL was required", HistoryError, "history.url"),
     ("SSL error: certificate verify failed", HistoryError, "history.url"),
     ("FATAL:  the database system is starting up", AwayError, "tried again"),
     ("FATAL:  sorry, too many clients already", AwayError, "tried again"),
     ("connection refused", AwayError, "tried again"),
     ("failed to resolve host 'database': [Errno -2] Name or service not known", AwayError, "tried again"),
     ("FATAL:  Passwort-Authentifizierung für Benutzer »me« fehlgeschlagen", AwayError, "fehlgeschlagen")],
)  # fmt: skip
def test_of_a_login_libpq_tells_words_alone(said: str, kind: type[HistoryError], mend: str) -> None:
    found = explained(psycopg.OperationalError(f"connection failed: {said}"), "postgresql://h/t")
    assert type(found) is kind
    assert mend in str(found)


# --- a server that goes away or falls silent


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    """A PostgreSQL that the test may stop."""
    with EmbeddedServer(tcp=True) as server:
        yield server


def _pids(server: EmbeddedServer) -> list[int]:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        rows = admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'tunewright history'"
        ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.live
def test_ended_connections_cost_one_call_and_nothing_is_doubled(own_server: EmbeddedServer) -> None:
    with History(Address(own_server.url())) as history:
        record(history, 0, a=0)
        record(history, 1, a=1)
        with psycopg.connect(own_server.url(), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tunewright history'"
            )
        with pytest.raises(HistoryError, match="cannot be used now"):
            record(history, 2, a=2)
        with pytest.raises(HistoryError, match="cannot be used now"):
            record(history, 2, a=2)
        time.sleep(RETRY_SECONDS)
        record(history, 2, a=2)
        record(history, 2, a=2)  # as after a commit whose answer was lost
        merged = history.merged(SHOP, DB1, NOW, NOW + timedelta(hours=1))["statements"]
        assert isinstance(merged, Statements)
        assert [row.calls for row in merged.rows] == [2]
        with history.database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM deltas")) == 2


@pytest.mark.live
def test_a_server_that_falls_silent_is_given_up_at_the_deadline(
    own_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = "tunewright_agent.history.stores.postgresql"
    with History(Address(own_server.url())) as history:
        record(history, 0, a=0)
        monkeypatch.setattr(f"{store}.WRITE_SECONDS", 1.0)
        monkeypatch.setattr(f"{store}.RETRY_SECONDS", 600.0)
        silent = _pids(own_server)
        for pid in silent:
            os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(HistoryError, match="no answer within 1 s"):
                record(history, 1, a=1)
            monkeypatch.setattr(f"{store}.WRITE_SECONDS", 500.0)
            with pytest.raises(HistoryError, match="no answer within 1 s"):
                record(
                    history, 1, a=1
                )  # the next ones do not wait for it: this one would, for longer than a test may take
        finally:
            for pid in silent:
                os.kill(pid, signal.SIGCONT)


class _Halting(dict[str, float]):
    """A row that ends the server when its value is asked for: in the middle of COPY."""

    server: EmbeddedServer

    def __getitem__(self, name: str) -> float:
        if name == "value":
            self.server.halt("immediate")
        return super().__getitem__(name)


@pytest.mark.live
def test_a_server_that_goes_in_the_middle_of_a_copy_is_away_and_nothing_of_it_stays(own_server: EmbeddedServer) -> None:
    last = _Halting(series=1, at=1e6, value=1.0)
    last.server = own_server
    rows = [*({"series": 1, "at": float(number), "value": 1.0} for number in range(COPY_FROM)), last]

    def cut(history: History) -> None:
        with history.database.transaction() as connection:
            load(connection, schema.cloud_points, ("series", "at"), rows, ("value",))

    with History(Address(own_server.url())) as history:
        with pytest.raises(AwayError):
            cut(history)
        own_server.resume()
        time.sleep(RETRY_SECONDS)
        with history.database.transaction() as connection:
            assert connection.scalar(text("SELECT count(*) FROM cloud_points")) == 0
            load(connection, schema.cloud_points, ("series", "at"), rows[:-1], ("value",))
            assert connection.scalar(text("SELECT count(*) FROM cloud_points")) == COPY_FROM


@pytest.mark.live
def test_what_was_collected_while_the_store_was_away_is_written_when_it_is_back(own_server: EmbeddedServer) -> None:
    with History(Address(own_server.url())) as history:
        memory = Remembered(history, SHOP, DB1, Fault())
        memory.record("one", (reading(0, a=0),), NOW)
        with psycopg.connect(own_server.url("postgres"), autocommit=True) as admin:
            admin.execute("CREATE DATABASE other")
        with psycopg.connect(own_server.url("other"), autocommit=True) as admin:
            admin.execute("ALTER DATABASE postgres WITH ALLOW_CONNECTIONS false")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
            for minute in range(1, 4):
                event = Events((Event(NOW + timedelta(minutes=minute), "restarted", "db1"),))
                memory.record("one", (reading(minute, a=minute), event), NOW + timedelta(minutes=minute))
            assert memory.fault.backlog.passes == 3
            assert "cannot be used now" in (memory.unwritten() or "")
            admin.execute("ALTER DATABASE postgres WITH ALLOW_CONNECTIONS true")
        time.sleep(RETRY_SECONDS)
        memory.record("one", (reading(4, a=9),), NOW + timedelta(minutes=4))
        assert memory.unwritten() is None
        points = history.series(SHOP, DB1, StatementId("a"), NOW, NOW + timedelta(hours=1))
        assert [calls for _, calls, _ in points] == [1, 1, 1, 6]
        assert len(history.events(SHOP, NOW, NOW + timedelta(hours=1))) == 3


def test_each_agent_rolls_up_what_it_holds_and_one_what_nobody_holds(shared_store: Address) -> None:
    shop, orders, gone = ClusterId("shop"), ClusterId("orders"), ClusterId("gone")
    with History(shared_store, Retention(3600, 86400 * 9, 10**9)) as one, History(shared_store) as two:
        mine, theirs = Leases(one.database, "one", 60.0), Leases(two.database, "two", 60.0)
        mine.keep(frozenset({shop}))
        theirs.keep(frozenset({orders}))
        for cluster in (shop, orders, gone):
            for minute in range(11):
                record(one, minute, cluster, a=minute)
        with two.database.upkeep():  # another is at the house
            one.maintain(NOW + timedelta(days=1), mine.scope())
        assert _resolutions(one) == {"shop": {300}, "orders": {60}, "gone": {60}}
        one.maintain(NOW + timedelta(days=1), mine.scope())
        assert _resolutions(one) == {"shop": {300}, "orders": {60}, "gone": {300}}


def _resolutions(history: History) -> dict[str, set[int]]:
    with history.database.reading() as connection:
        rows = connection.execute(select(schema.deltas.c.cluster, schema.deltas.c.resolution).distinct()).all()
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row.cluster, set()).add(row.resolution)
    return found


def test_a_reader_sees_one_state(shared_store: Address) -> None:
    with History(shared_store) as history:
        record(history, 0, a=0)
        with history.database.reading() as connection:
            before = connection.scalar(text("SELECT count(*) FROM deltas"))
            record(history, 1, a=1)
            assert connection.scalar(text("SELECT count(*) FROM deltas")) == before
        with history.database.transaction() as connection:  # and a writer after it, on the same connection, writes
            assert connection.scalar(text("SELECT count(*) FROM deltas")) == 1
            connection.execute(schema.meta.insert().values(key="x", value="y"))
