"""The Aurora flavour on a STAND-IN: functions of Aurora's names, with the columns of AWS's manual, made in a plain PostgreSQL.

It proves that the flavour is detected, that our SQL fits the documented signature, and that what Aurora refuses costs nothing else. It does
not prove how a real Aurora answers: no such server can be started here.
"""

from collections.abc import Iterator

import psycopg
import pytest

from reading import attempt, collect, reader, run, section, sources
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import replication, throughput
from tunewright_agent.sources.source import Collected
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.snapshot import Flavour

# Aurora keeps these in pg_catalog, where a plain server lets nobody create; the search path of our sessions is pg_catalog alone, so
# the stand-in goes there by allow_system_table_mods.
_STAND_IN = """
SET allow_system_table_mods = on;
CREATE FUNCTION pg_catalog.aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '16.4.1' $$;
CREATE FUNCTION pg_catalog.aurora_replica_status() RETURNS TABLE (
  server_id text, session_id text, durable_lsn bigint, highest_lsn_rcvd bigint, current_read_lsn bigint, cur_replay_latency_in_usec bigint,
  active_txns int, is_current boolean, last_transport_error int, last_error_timestamp timestamptz, last_update_timestamp timestamptz,
  feedback_xmin xid, feedback_epoch int, replica_lag_in_msec int, log_stream_speed_in_kib_per_second float8, log_buffer_sequence_number bigint,
  oldest_read_view_trx_id int, oldest_read_view_lsn bigint, pending_read_ios int, read_ios int, iops int, cpu float8) LANGUAGE sql AS $$
  VALUES
    ('writer-1', 'MASTER_SESSION_ID', 10::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::int, true, 0, NULL::timestamptz, now(),
     NULL::xid, NULL::int, NULL::int, NULL::float8, NULL::bigint, NULL::int, NULL::bigint, NULL::int, NULL::int, NULL::int, 12.5::float8),
    ('reader-1', '5f3a', 10, 10, 10, 18000, 0, true, 0, NULL, now(), pg_snapshot_xmin(pg_current_snapshot())::text::xid, 0,
     18, 1.0, 1, 0, 1, 0, 0, 0, 3.0),
    ('reader-2', '5f3b', 10, 10, 10, 40, 0, true, 0, NULL, now(), '0'::xid, 0, NULL, NULL, NULL, 0, 1, 0, 0, 0, NULL) $$;
"""


@pytest.fixture
def aurora(database: str) -> str:
    """A database with the stand-in; it goes with the database."""
    run(database, _STAND_IN)
    return database


def _replication(url: str) -> Replication:
    return section(collect(url, replication.source()), Replication)


def test_the_flavour_is_detected(aurora: str) -> None:
    with reader(aurora) as made:
        assert (made.server.flavour, made.server.aurora_version) == (Flavour.AURORA, "16.4.1")


def test_members_with_their_lag(aurora: str) -> None:
    writer, first, second = _replication(aurora).aurora
    assert (writer.server, writer.is_writer, writer.lag_seconds, writer.cpu_ratio) == ("writer-1", True, None, 0.125)
    assert (first.server, first.is_writer, first.lag_seconds, first.cpu_ratio) == ("reader-1", False, 0.018, 0.03)
    assert first.feedback_xmin_age is not None
    assert 0 <= first.feedback_xmin_age < 1000
    assert (second.feedback_xmin_age, second.lag_seconds, second.cpu_ratio) == (None, None, None)
    assert writer.last_update is not None


def test_what_aurora_does_not_count_is_none_and_not_nought(aurora: str) -> None:
    found = section(collect(aurora, throughput.source()), Throughput)
    assert (found.wal_bytes, found.checkpoints_timed, found.buffers_allocated) == (None, None, None)
    replicas = _replication(aurora)
    assert (replicas.replay_lag_seconds, replicas.archive_failures, replicas.receiver_state) == (None, None, None)


def test_every_source_reads_it(aurora: str) -> None:
    run(aurora, "CREATE EXTENSION pg_stat_statements")
    for source in sources():
        found = attempt(aurora, source)
        assert isinstance(found, Collected), f"{source.name}: {found}"
        assert found.gaps == (), source.name


def test_a_status_function_that_fails_costs_only_the_members(aurora: str) -> None:
    run(aurora, "SET allow_system_table_mods = on; DROP FUNCTION pg_catalog.aurora_replica_status()")
    collected = collect(aurora, replication.source())
    assert section(collected, Replication).aurora == ()
    (gap,) = collected.gaps
    assert "aurora_replica_status" in gap.reason
    assert gap.sections == ("replication",)


@pytest.fixture
def managed(postgres: EmbeddedServer) -> Iterator[str]:
    """A server with RDS's own role: a stand-in too."""
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE rds_superuser")
        yield postgres.url()
        admin.execute("DROP ROLE rds_superuser")


def test_rds_is_told_by_its_role(managed: str) -> None:
    with reader(managed) as made:
        assert (made.server.flavour, made.server.aurora_version) == (Flavour.RDS, None)


def test_a_plain_server_is_neither(database: str) -> None:
    with reader(database) as made:
        assert made.server.flavour is Flavour.SELF_MANAGED
