"""Source `replication` on a primary, on a real standby, with slots; every source on the standby."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

import servers
from reading import attempt, collect, role, run, section, sources, value
from tunewright_agent.embedded.server import EmbeddedServer, wheel_binaries
from tunewright_agent.sources.postgres import replication
from tunewright_agent.sources.source import Collected, SourceError
from tunewright_analyzers.facts.replication import Replication

pytestmark = [pytest.mark.live, pytest.mark.slow]
_DEADLINE_SECONDS = 180.0


def _until(true: Callable[[], object]) -> None:
    end = time.monotonic() + _DEADLINE_SECONDS
    while not true():
        assert time.monotonic() < end, "the servers did not come into the state that the test needs"
        time.sleep(0.05)


@contextmanager
def _standby(primary: EmbeddedServer, backup: Path) -> Iterator[EmbeddedServer]:
    """A streaming standby made by pg_basebackup, over the slot `follower`; stopped and removed at the end."""
    standby = EmbeddedServer(tcp=True, binaries=primary.binaries)
    # The server's own start would make an empty cluster; it is given the backup of another instead.
    standby._account, standby._bin, standby.port = primary._account, primary._bin, primary.port
    standby.folder = Path(tempfile.mkdtemp(prefix="tunewright-pg-"))
    try:
        owner = primary._account
        command = [
            str(backup), "-D", str(standby.data), "-d", primary.url(), "-R", "-C", "-S", "follower", "-c", "fast", "--no-sync",
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        with (standby.data / "postgresql.auto.conf").open("a") as configuration:
            configuration.write(f"\nlisten_addresses = ''\nunix_socket_directories = '{standby.folder}'\n")
            configuration.write("hot_standby_feedback = on\nwal_receiver_status_interval = 1\n")
        if owner is not None:
            for path in (standby.folder, *standby.folder.rglob("*")):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        standby.resume()
        yield standby
    finally:
        standby.stop()
        shutil.rmtree(standby.folder, ignore_errors=True)


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[EmbeddedServer, EmbeddedServer]]:
    """A primary and its standby, caught up."""
    if not servers.available(request.param):
        pytest.skip(reason=f"PostgreSQL {request.param} is not on this machine")
    folder = servers.BINARIES[request.param] or wheel_binaries()
    if not (folder / "pg_basebackup").exists():
        pytest.skip(reason=f"pg_basebackup is not in {folder}")
    with servers.postgres(request.param) as primary:
        run(
            primary.url(),
            "CREATE EXTENSION pg_stat_statements",
            "CREATE TABLE t (id serial PRIMARY KEY, v text)",
            "INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 1000)",
            "SELECT pg_create_logical_replication_slot('idle_one', 'test_decoding')",
        )
        if request.param >= 15:
            run(primary.url(), "CREATE UNLOGGED SEQUENCE unlogged_one", "SELECT nextval('unlogged_one')")
        with _standby(primary, folder / "pg_basebackup") as standby:
            run(primary.url(), "INSERT INTO t (v) VALUES ('after')")
            _until(lambda: value(standby.url(), "SELECT count(*) = 1001 FROM t"))
            _until(
                lambda: value(primary.url(), "SELECT count(*) = 1 FROM pg_stat_replication WHERE replay_lsn = sent_lsn")
            )
            yield primary, standby


def _read(url: str) -> Replication:
    return section(collect(url, replication.source()), Replication)


def test_the_primary_sees_its_standby(pair: tuple[EmbeddedServer, EmbeddedServer]) -> None:
    primary, _ = pair
    found = _read(primary.url())
    assert not found.is_standby
    (replica,) = found.replicas
    assert (replica.state, replica.sync_state, replica.user) == ("streaming", "async", "postgres")
    assert replica.application == "walreceiver"
    assert replica.sent_lag_bytes is not None
    assert replica.replay_lag_bytes is not None
    assert replica.replay_lag_bytes >= replica.sent_lag_bytes >= 0
    assert (found.receiver_state, found.replay_lag_seconds, found.archive_failures) == (None, None, 0)


def test_slots_with_what_they_hold_back(pair: tuple[EmbeddedServer, EmbeddedServer]) -> None:
    primary, _ = pair
    run(primary.url(), "INSERT INTO t (v) SELECT repeat('y', 200) FROM generate_series(1, 20000)")
    found = {slot.name: slot for slot in _read(primary.url()).slots}
    assert set(found) == {"follower", "idle_one"}
    follower, idle = found["follower"], found["idle_one"]
    assert (follower.kind, follower.is_active, follower.is_temporary, follower.plugin) == (
        "physical",
        True,
        False,
        None,
    )
    assert (idle.kind, idle.is_active, idle.database, idle.plugin) == ("logical", False, "postgres", "test_decoding")
    assert idle.retained_bytes is not None
    assert idle.retained_bytes > 20_000 * 200
    assert idle.wal_status == "reserved"
    assert idle.catalog_xmin_age is not None
    assert (idle.inactive_since is not None) == (_major(primary) >= 17)


def _major(server: EmbeddedServer) -> int:
    return int(value(server.url(), "SELECT current_setting('server_version_num')::int / 10000"))


def test_the_standby_knows_that_it_is_one(pair: tuple[EmbeddedServer, EmbeddedServer]) -> None:
    _, standby = pair
    found = _read(standby.url())
    assert (found.is_standby, found.receiver_state, found.replicas) == (True, "streaming", ())
    assert found.replay_lag_seconds is not None
    assert found.replay_lag_seconds >= 0


def test_a_paused_replay_is_a_lag_in_bytes(pair: tuple[EmbeddedServer, EmbeddedServer]) -> None:
    primary, standby = pair
    run(standby.url(), "SELECT pg_wal_replay_pause()")
    try:
        _until(lambda: value(standby.url(), "SELECT pg_get_wal_replay_pause_state() = 'paused'"))
        run(primary.url(), "INSERT INTO t (v) SELECT repeat('z', 500) FROM generate_series(1, 2000)")
        _until(lambda: value(primary.url(), "SELECT flush_lsn - replay_lsn > 1000000 FROM pg_stat_replication"))
        (replica,) = _read(primary.url()).replicas
        lag = _read(standby.url()).replay_lag_seconds
    finally:
        run(standby.url(), "SELECT pg_wal_replay_resume()")
    assert replica.replay_lag_bytes is not None
    assert replica.replay_lag_bytes > 1_000_000
    assert lag is not None
    assert lag > 0


def test_every_source_reads_a_standby(pair: tuple[EmbeddedServer, EmbeddedServer]) -> None:
    _, standby = pair
    for source in sources():
        found = attempt(standby.url(), source)
        assert isinstance(found, Collected), f"{source.name}: {found}"
        assert found.gaps == (), source.name
        assert {type(one) for one in found.sections} == set(source.sections)


def test_what_a_stranger_may_not_see_is_a_gap(pair: tuple[EmbeddedServer, EmbeddedServer]) -> None:
    primary, standby = pair
    with role(primary, "postgres") as url:
        user = value(url, "SELECT current_user")
        _until(lambda: value(standby.url(), f"SELECT count(*) = 1 FROM pg_roles WHERE rolname = '{user}'"))
        at_standby = url.replace(str(primary.folder).replace("/", "%2F"), str(standby.folder).replace("/", "%2F"))
        for address, word in ((url, "lag"), (at_standby, "receiver")):
            found = attempt(address, replication.source())
            assert not isinstance(found, SourceError)
            (gap,) = found.gaps
            assert word in gap.reason
            assert gap.mend == f'GRANT pg_monitor TO "{user}";'
            run(primary.url(), gap.mend)
            _until(partial(_has_no_gap, address))
            run(primary.url(), f'REVOKE pg_monitor FROM "{user}"')
            _until(lambda: not value(standby.url(), f"SELECT pg_has_role('{user}', 'pg_monitor', 'MEMBER')"))


def _has_no_gap(url: str) -> bool:
    return collect(url, replication.source()).gaps == ()


def test_a_failing_archiver_is_counted() -> None:
    with servers.postgres(18, {"archive_mode": "on", "archive_command": "false"}) as server:
        before = datetime.now(UTC)
        run(server.url(), "SELECT txid_current(), pg_switch_wal()")
        _until(lambda: value(server.url(), "SELECT failed_count > 0 FROM pg_stat_archiver"))
        found = _read(server.url())
    assert found.archive_failures is not None
    assert found.archive_failures > 0
    assert found.archive_last_failed is not None
    assert found.archive_last_failed > before
    assert found.archive_last_archived is None
