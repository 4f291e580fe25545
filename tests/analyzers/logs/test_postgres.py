"""Classification of PostgreSQL's log messages: texts of real servers (live/test_log_events reads them from running ones)."""

from datetime import UTC, datetime, timedelta

import pytest

from tunewright_analyzers.facts.log_events import LockWait
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.logs.count import MOST_PARTICULARS, MOST_ROWS, Count
from tunewright_analyzers.logs.entry import Entry
from tunewright_analyzers.logs.kinds import alarming_kinds
from tunewright_analyzers.logs.postgres import checkpoint, classify, deadlock, grouped, lock_wait, vacuum

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "s3cr3t"


def _entry(message: str, **more: object) -> Entry:
    given: dict[str, object] = {"database": None, "at": AT, "severity": "LOG"}
    return Entry(message, **(given | more))  # type: ignore[arg-type]


KINDS = {
    'automatic vacuum of table "shop.public.t": index scans: 1\npages: 0': "autovacuum/vacuum shop.public.t",
    'automatic aggressive vacuum to prevent wraparound of table "shop.public.t": index scans: 0': "autovacuum/wraparound_vacuum shop.public.t",
    'automatic analyze of table "shop.public.t" system usage: CPU': "autovacuum/analyze shop.public.t",
    'skipping vacuum of "t" --- lock not available': "autovacuum/skipped_locked t",
    "checkpoint starting: time": "checkpoint/timed",
    "checkpoint starting: immediate force wait": "checkpoint/requested",
    "checkpoint starting: wal": "checkpoint/requested",
    "checkpoints are occurring too frequently (9 seconds apart)": "checkpoint/too_frequent",
    'temporary file: path "base/pgsql_tmp/pgsql_tmp29165.0", size 368640': "temp_file/written",
    'temporäre Datei: Pfad »base/pgsql_tmp/pgsql_tmp1.0«, Größe 3': None,
    "process 5 still waiting for ShareLock on transaction 730 after 1000.784 ms": "lock/waiting",
    "process 5 acquired ShareLock on transaction 730 after 4003.591 ms": "lock/acquired",
    "server process (PID 77) was terminated by signal 9: Killed": "memory/process_killed",
    "server process (PID 77) was terminated by signal 11: Segmentation fault": "server/process_crashed",
    "checkpointer process (PID 77) exited with exit code 2": "server/process_crashed",
    "database system was not properly shut down; automatic recovery in progress": "server/crash_recovery",
    "database system is ready to accept connections": "server/started",
    "could not receive data from client: Connection reset by peer": "connection/lost",
    "archive command failed with exit code 1": "replication/archive_failed",
    "listening on IPv4 address": None,
    "duration: 12.5 ms  plan:\ndeadlock detected": None,
}  # fmt: skip


@pytest.mark.parametrize(("message", "kind"), KINDS.items())
def test_what_the_server_says_of_itself_is_known_by_its_text(message: str, kind: str | None) -> None:
    for state in (None, "00000") if kind and "skipped" not in kind else (None,):
        found = classify(_entry(message, sqlstate=state))
        assert (f"{found.category}/{found.kind} {found.subject}".strip() if found else None) == kind


ERRORS = [
    ("deadlock detected", "40P01", "lock/deadlock"),
    ("Verklemmung entdeckt", "40P01", "lock/deadlock"),
    ("canceling statement due to statement timeout", "57014", "cancelled/statement_timeout"),
    ("отмена оператора", "57014", "cancelled/other"),
    ('password authentication failed for user "bob"', "28P01", "authentication/password_failed"),
    ('no pg_hba.conf entry for host "10.0.0.7", user "bob"', "28000", "authentication/no_entry"),
    ("sorry, too many clients already", "53300", "connection/too_many"),
    ("out of memory", "53200", "memory/out_of_memory"),
    ("invalid page in block 5 of relation base/5/16384", "XX001", "corruption/page"),
    ("página no válida", "XX001", "corruption/data"),
    ('could not extend file "base/5/1": No space left on device', "53100", "disk/full"),
    ('duplicate key value violates unique constraint "t_pkey"', "23505", "error/constraint"),
    ("could not serialize access", "40001", "error/serialization_failure"),
    ("canceling statement due to conflict with recovery", "40001", "cancelled/recovery_conflict"),
    ("deadlock detected", "P0001", "error/raised"),
    ("terminating connection due to idle-in-transaction timeout", "25P03", "cancelled/idle_in_transaction_timeout"),
]


@pytest.mark.parametrize(("message", "state", "kind"), ERRORS)
def test_an_error_is_known_by_its_sqlstate_in_any_language(message: str, state: str, kind: str) -> None:
    found = classify(_entry(message, sqlstate=state, severity="FEHLER", database="shop"))
    assert found is not None
    assert f"{found.category}/{found.kind}" == kind


def test_without_a_sqlstate_an_error_is_known_by_its_text_and_else_counted_as_unknown() -> None:
    known = classify(_entry("deadlock detected", severity="ERROR"))
    other = classify(_entry(f"relation {SECRET} does not exist", severity="ERROR"))
    assert known is not None
    assert other is not None
    assert (known.kind, other.category, other.kind) == ("deadlock", "error", "unknown")
    assert SECRET not in other.sample


@pytest.mark.parametrize(
    "more",
    [
        {"database": "shop"},
        {"backend_type": "client backend"},
        {"statement": "do $$ … $$"},
        {"context": "PL/pgSQL function f() line 1 at RAISE"},
    ],
)
def test_a_user_cannot_speak_for_the_server(more: dict[str, object]) -> None:
    assert classify(_entry("checkpoint starting: time", **more)) is None
    assert classify(_entry("server process (PID 1) was terminated by signal 11", **more)) is None


def test_a_warning_of_a_user_is_no_event() -> None:
    assert (
        classify(
            _entry(
                "page verification failed, calculated checksum 1 but expected 2", severity="WARNING", sqlstate="01000"
            )
        )
        is not None
    )
    assert classify(_entry("nothing to see", severity="WARNING", sqlstate="01000")) is None


def test_a_sample_leaves_out_what_is_quoted_and_what_no_rule_knows() -> None:
    for message, state in (
        (f'password authentication failed for user "{SECRET}"', "28P01"),
        (f'role "{SECRET}" does not exist', "28000"),
        (f'invalid input syntax for type integer: "{SECRET}"', "22P02"),
        (f"{SECRET} was raised", "P0001"),
        (f'temporary file: path "{SECRET}/pgsql_tmp1", size 5', "00000"),
    ):
        found = classify(_entry(message, sqlstate=state))
        assert found is not None
        assert found.sample
        assert SECRET not in repr(found)


DETAIL = f"""Process 29195 waits for ShareLock on transaction 729; blocked by process 29194.
Process 29194 waits for ShareLock on transaction 730; blocked by process 29195.
Process 29195: update t set b='{SECRET}'
where a=1
Process 29194: delete from u where b='{SECRET}'"""


def test_a_deadlock_names_its_statements_in_the_order_of_waiting() -> None:
    found = deadlock(_entry("deadlock detected", detail=DETAIL, database="shop"), AT)
    assert found is not None
    assert [one.statement for one in found.waiters] == ["update t set b=? where a=?", "delete from u where b=?"]
    assert {(one.mode, one.locked) for one in found.waiters} == {("ShareLock", "transaction")}
    assert SECRET not in repr(found)
    assert deadlock(_entry("Verklemmung entdeckt", detail="Prozess 1 wartet auf ShareLock"), AT) is None


def test_parts_of_the_stderr_log_are_put_together() -> None:
    parts = [
        _entry("deadlock detected", severity="ERROR", pid=7),
        _entry(DETAIL, severity="DETAIL", pid=7),
        _entry("See server log", severity="HINT", pid=7),
        _entry("while updating tuple", severity="CONTEXT", pid=7),
        _entry("update t", severity="STATEMENT", pid=7),
        _entry("checkpoint starting: time", pid=9),
        _entry("lost its message", severity="DETAIL", pid=8),
    ]
    one, two = grouped(parts)
    assert (one.detail, one.context, one.statement) == (DETAIL, "while updating tuple", "update t")
    assert two.message == "checkpoint starting: time"


def test_parts_in_another_language_are_not_counted_as_further_errors() -> None:
    parts = [
        _entry("Verklemmung entdeckt", severity="FEHLER", pid=7, sqlstate="40P01"),
        _entry("Prozess 7 wartet", severity="DETAIL", pid=7, sqlstate="40P01"),
        _entry("update t", severity="ANWEISUNG", pid=7, sqlstate="40P01"),
        _entry("Verklemmung entdeckt", severity="FEHLER", pid=8, sqlstate="40P01", at=AT + timedelta(seconds=1)),
    ]
    assert len(list(grouped(parts))) == 2


def test_a_lock_wait_says_who_held_the_lock() -> None:
    entry = _entry(
        "process 29189 still waiting for AccessShareLock on relation 16384 of database 5 after 1002.251 ms at character 22",
        detail="Process holding the lock: 29187, 4. Wait queue: 29189.",
        statement=f"select '{SECRET}' from t",
    )
    found = lock_wait(entry, AT)
    assert isinstance(found, LockWait)
    assert found.holders == (29187, 4)
    assert not found.ended
    assert (found.waiter.mode, found.waiter.locked) == ("AccessShareLock", "relation 16384 of database 5")
    assert found.waiter.statement == "select ? from t"


VACUUM = """automatic vacuum of table "postgres.public.t": index scans: 2
pages: 0 removed, 275 remain, 29 scanned (10.55% of total), 0 eagerly scanned
tuples: 3 removed, 1944 remain, 17 are dead but not yet removable
removable cutoff: 765, which was 0 XIDs old when operation ended
delay time: 1500.000 ms
avg read rate: 11.194 MB/s, avg write rate: 7.463 MB/s
buffer usage: 114 hits, 3 reads, 2 dirtied
system usage: CPU: user: 0.00 s, system: 0.00 s, elapsed: 12.51 s"""


def test_a_vacuum_tells_its_time_its_scans_and_what_it_could_not_remove() -> None:
    found = vacuum(_entry(VACUUM), "postgres.public.t", AT)
    assert found is not None
    assert (found.seconds, found.index_scans, found.removed_rows, found.unremovable_rows) == (12.51, 2, 3, 17)
    assert found.delay_seconds == 1.5
    assert (found.blocks_hit, found.blocks_read, found.blocks_dirtied) == (114, 3, 2)
    older = vacuum(_entry(VACUUM.replace("3 reads", "3 misses")), "postgres.public.t", AT)
    assert older is not None
    assert older.blocks_read == 3
    silent = vacuum(_entry(VACUUM.replace("buffer usage", "usage")), "postgres.public.t", AT)
    assert silent is not None
    assert silent.blocks_read is None
    assert vacuum(_entry("automatic vacuum of table"), "postgres.public.t", AT) is None


def test_counts_add_up_and_are_bounded() -> None:
    count = Count(AT)
    for number in range(MOST_ROWS + 10):
        count.add(_entry(f'automatic vacuum of table "shop.public.t{number}": index scans: 1'), AT)
    count.add(_entry('temporary file: path "base/pgsql_tmp/pgsql_tmp1.0", size 100'), AT)
    count.add(_entry('temporary file: path "base/pgsql_tmp/pgsql_tmp1.1", size 50', at=AT + timedelta(seconds=9)), AT)
    section = count.section(AT + timedelta(minutes=1), 0, 0)
    assert len(section.rows) <= MOST_ROWS + 2
    assert sum(row.count for row in section.of("autovacuum")) == MOST_ROWS + 10
    (files,) = section.of("temp_file")
    assert (files.count, files.bytes, files.last_at) == (2, 150, AT + timedelta(seconds=9))
    assert section.read_to == AT + timedelta(seconds=9)


def test_a_storm_of_deadlocks_is_counted_by_its_statements_beyond_the_particulars_that_are_kept() -> None:
    count = Count(AT)
    turned = DETAIL.replace("29195", "1").replace("29194", "29195").replace("Process 1", "Process 29194")
    for detail in (DETAIL, turned) * MOST_PARTICULARS:
        count.add(_entry("deadlock detected", detail=detail, database="shop", sqlstate="40P01"), AT)
    section = count.section(AT, 0, 0)
    assert len(section.deadlocks) == MOST_PARTICULARS
    (row,) = section.of("lock", "deadlock")
    assert (row.count, row.subject) == (2 * MOST_PARTICULARS, section.deadlocks[0].statements)
    assert len(row.subject.split(" and ")) == 2


def test_the_kinds_that_alerts_watch_are_those_that_the_engine_s_log_can_tell() -> None:
    postgres = alarming_kinds(Engine.POSTGRESQL)
    assert {("corruption", "page"), ("server", "panic"), ("lock", "deadlock"), ("memory", "out_of_memory")} <= set(
        postgres
    )
    assert not {category for category, _ in postgres} & {"autovacuum", "checkpoint", "error", "temp_file"}
    assert ("wraparound", "refuses_writes") not in alarming_kinds(Engine.MARIADB)
    assert ("lock", "deadlock") in alarming_kinds(Engine.MYSQL)


DONE = (
    "checkpoint complete: wrote 44 buffers (0.3%), wrote 3 SLRU buffers; 1 WAL file(s) added, 12 removed, 33 recycled; write=26.9 s, sync=0.01 s, "
    "total=27.0 s; sync files=9, longest=0.004 s, average=0.001 s; distance=540672 kB, estimate=540672 kB; lsn=0/1A2B3C4, redo lsn=0/1A00000"
)


def test_a_checkpoint_tells_what_it_did_with_wal_files() -> None:
    found = checkpoint(_entry(DONE), AT)
    assert found is not None
    assert (found.files_added, found.files_removed, found.files_recycled) == (1, 12, 33)
    assert found.distance_bytes == 540672 * 1024
    assert checkpoint(_entry(DONE.replace("checkpoint", "restartpoint")), AT) is None
    assert checkpoint(_entry(DONE.partition(";")[0]), AT) is None
    count = Count(AT)
    count.add(_entry(DONE), AT)
    assert count.section(AT, 0, 0).checkpoints == (found,)
