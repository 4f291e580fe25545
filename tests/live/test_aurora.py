"""The Aurora flavour on a STAND-IN: functions of Aurora's names, with the columns of AWS's manual, made in a plain PostgreSQL.

It proves that the flavour is detected, that our SQL fits the documented signature, and that what Aurora refuses costs nothing else. It does
not prove how a real Aurora answers: no such server can be started here.
"""

from collections.abc import Iterator

import psycopg
import pytest

from aurora_standin import STAND_IN
from reading import attempt, collect, reader, run, section, sources
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import replication, throughput
from tunewright_agent.sources.source import Collected
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.snapshot import Flavour


@pytest.fixture
def aurora(database: str) -> str:
    """A database with the stand-in; it goes with the database."""
    run(database, STAND_IN)
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
