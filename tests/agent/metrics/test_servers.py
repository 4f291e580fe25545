"""Series that alerts wake people by: each from facts that a source brings, with its zeros, and nothing where nothing is known."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from cases import facts
from cases.case import DAY, NOW
from cases.facts import GB, ago
from exposed import Scraper, of
from tunewright_agent.sources.mysql.databases import UNCOUNTED
from tunewright_analyzers.facts.databases import Database
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.facts.replication import AuroraReplica, Replica, Replication, Slot
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, PreparedTransaction
from tunewright_analyzers.facts.snapshot import Section

SERVER = "db1:5432"


def one(name: str, *sections: Section) -> float | None:
    """The value of a metric that has one series a server; None where it has none."""
    found = of(Scraper().scrape(*sections), f"tunewright_{name}", "server")
    assert set(found) <= {SERVER}
    return found.get(SERVER)


def blocked(seconds: float) -> BlockedTime:
    return BlockedTime(None, 4711, "idle in transaction", None, "batch", "shop", 9, seconds, 1)


def test_the_longest_wait_for_a_lock_and_its_zero() -> None:
    load = ActiveSessions(DAY, 60, 1.0, (), (blocked(12.0), blocked(96.0)))
    assert one("blocked_longest_seconds", load) == 96
    assert one("blocked_longest_seconds", replace(load, blocked=())) == 0


def test_the_longest_idle_transaction_is_a_client_s() -> None:
    idle = facts.session(1, state="idle in transaction", state_change=ago(minutes=9))
    aborted = facts.session(2, state="idle in transaction (aborted)", state_change=ago(minutes=20))
    ours = facts.session(3, state="idle in transaction", state_change=ago(hours=3), own=True)
    assert one("idle_in_transaction_longest_seconds", facts.sessions(idle, aborted, ours)) == 1200
    assert one("idle_in_transaction_longest_seconds", facts.sessions(facts.session(4))) == 0


def test_autovacuum_s_workers_are_counted_and_the_launcher_is_not() -> None:
    rows = [facts.session(pid, backend_type="autovacuum worker") for pid in (1, 2)]
    found = facts.sessions(*rows, facts.session(3, backend_type="autovacuum launcher"), facts.session(4))
    assert one("autovacuum_workers", found) == 2
    assert one("autovacuum_workers", facts.sessions()) == 0


def test_the_server_s_start_is_that_of_its_own_processes() -> None:
    checkpointer = facts.session(1, backend_type="checkpointer", backend_start=ago(hours=5))
    client = facts.session(2, backend_start=ago(days=9))
    assert one("server_start_timestamp_seconds", facts.sessions(checkpointer, client)) == ago(hours=5).timestamp()
    hidden = facts.sessions(replace(checkpointer, backend_start=None), client)
    assert one("server_start_timestamp_seconds", hidden) is None, "our role may not see it"


def test_who_holds_the_horizon_back_by_kind() -> None:
    sessions = facts.sessions(
        facts.session(1, xmin_age=70),
        facts.session(2, xid_age=900, xmin_age=20),
        prepared=(PreparedTransaction("x", "shop", "app", NOW - timedelta(hours=1), 5000),),
    )
    slot = Slot("cdc", "logical", "shop", True, False, 0, "reserved", GB, None, 42_000)
    standby = Replica("r1", None, None, "streaming", "async", 0, 0, None, None, None, xmin_age=7)
    replication = Replication(False, (standby,), (slot,))
    found = of(Scraper().scrape(sessions, replication), "tunewright_horizon_age", "holder")
    assert found == {"session": 900, "prepared transaction": 5000, "slot": 42_000, "standby": 7}


def test_the_machine_counts_only_where_it_is_the_database_s() -> None:
    host = Host(8, 32 * GB, 9 * GB, GB, 0.62, 5.1, is_database_host=True)
    assert one("host_cores", host) == 8
    assert one("host_cpu_ratio", host) == pytest.approx(0.62)
    assert one("host_memory_bytes", host) == 32 * GB
    assert one("host_memory_available_bytes", host) == 9 * GB
    assert one("host_swap_used_bytes", host) == GB
    for name in ("cores", "cpu_ratio", "memory_bytes", "memory_available_bytes", "swap_used_bytes"):
        assert one(f"host_{name}", replace(host, is_database_host=False)) is None


def test_invalid_indexes_by_database_with_zeros() -> None:
    broken = facts.index("broken", is_valid=False)
    found = of(Scraper().scrape(facts.indexes(broken, facts.index())), "tunewright_indexes_invalid", "database")
    assert found == {"shop": 1}
    assert of(Scraper().scrape(facts.indexes()), "tunewright_indexes_invalid", "database") == {"shop": 0}


def test_used_shares_of_sequences_without_those_that_begin_anew() -> None:
    half = facts.sequence("half", last_value=500, max_value=1000)
    silent = (
        facts.sequence("cycling", last_value=999, max_value=1000, cycles=True),
        facts.sequence("falling", last_value=5, max_value=1000, increment=-1),
        facts.sequence("unused", last_value=None),
    )
    found = of(Scraper().scrape(facts.sequences(half, *silent)), "tunewright_sequence_used_ratio", "sequence")
    assert found == {"half": 0.5}


def test_standbys_are_counted_aurora_s_readers_too() -> None:
    standby = Replica("r1", None, None, "streaming", "async", 0, 0, None, None, None)
    assert one("replicas", Replication(False, (standby, standby))) == 2
    assert one("replicas", Replication(False)) == 0
    members = (AuroraReplica("w", True, None, None, None, NOW), AuroraReplica("r", False, 0.02, None, None, NOW))
    assert one("replicas", Replication(False, aurora=members)) == 1


def test_a_standby_says_whether_it_receives() -> None:
    assert one("standby_receiving", Replication(True, receiver_state="streaming")) == 1
    assert one("standby_receiving", Replication(True)) == 0
    assert one("standby_receiving", Replication(False)) is None, "a primary receives from nobody"


def test_what_a_slot_may_still_keep_and_when_wal_was_archived() -> None:
    slot = Slot("cdc", "logical", "shop", True, False, 0, "reserved", 3 * GB, None, None)
    found = of(Scraper().scrape(Replication(False, (), (slot,))), "tunewright_slot_safe_bytes", "slot")
    assert found == {"cdc": 3 * GB}
    archived = Replication(False, archive_last_archived=ago(minutes=2))
    assert one("archive_last_timestamp_seconds", archived) == ago(minutes=2).timestamp()
    assert one("archive_last_timestamp_seconds", Replication(False)) is None


def test_what_the_engine_does_not_count_by_database_leaves_no_series() -> None:
    """MySQL counts transactions and deadlocks for the server: a 0 by database would be a false word."""
    section = facts.databases(facts.database(commits=7, rows_inserted=3, deadlocks=0, xid_age=0))
    every = Scraper().scrape(section)
    some = Scraper().scrape(replace(section, uncounted=UNCOUNTED))
    for name in ("commits_total", "deadlocks_total", "xid_age", "block_read_seconds_total"):
        assert of(every, f"tunewright_database_{name}", "database").keys() == {"shop"}
        assert of(some, f"tunewright_database_{name}", "database") == {}
    assert of(some, "tunewright_database_rows_inserted_total", "database") == {"shop": 3}
    assert of(some, "tunewright_connections", "database").keys() == {"shop"}


def test_what_is_not_counted_is_a_field_of_a_database() -> None:
    """A name that is none would leave nothing out."""
    assert set(UNCOUNTED) <= {field.name for field in fields(Database)}


def test_what_the_log_may_tell_is_exposed_from_zero_on_where_it_is_read() -> None:
    """A counter that is born with its first event shows no increase: nobody would be woken by the first broken page."""
    name, labels = "tunewright_log_events_total", ("category", "kind")
    counted = LogEvent("memory", "out_of_memory", "shop", "", 3)
    found = of(Scraper().scrape(LogEvents(DAY, (counted,))), name, *labels)
    assert found["corruption", "page"] == found["server", "panic"] == 0
    assert found["memory", "out_of_memory"] == 3
    slow = LogEvent("slow_statement", "finished", "shop", "a" * 16, 9)
    only_slow = of(Scraper().scrape(LogEvents(DAY, (slow,), errors_read=False)), name, *labels)
    assert only_slow == {("slow_statement", "finished"): 9}
