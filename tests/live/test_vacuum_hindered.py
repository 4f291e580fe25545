"""The causes of a vacuum that does not come round, made on real servers and named with their owners."""

from datetime import UTC, datetime

import psycopg
import pytest

from reading import reader, run, source_of
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.finding import Finding

pytestmark = pytest.mark.live
CHECK = next(one for one in discover() if one.id == "maintenance/vacuum_hindered")
LIMITS = {"dead_rows_min": 100.0, "horizon_age": 5.0}
"""A test has hundreds of rows and transactions, not millions."""


def _findings(url: str) -> list[Finding]:
    at, sections = datetime.now(UTC), list[Section]()
    with reader(url) as made:
        for name in ("relations", "settings", "activity", "replication"):
            sections += source_of(name).collect(made, at).sections
        version = made.server.version
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, tuple(sections)
    )
    verdicts = run_check(CHECK, Window(ClusterId("shop"), at, at, latest), LIMITS)
    return [one for one in verdicts if isinstance(one, Finding)]


def _burn(url: str, transactions: int = 20) -> None:
    run(url, *("SELECT txid_current()" for _ in range(transactions)))


def test_each_holder_of_the_horizon_is_named(database: str) -> None:
    run(
        database,
        "CREATE TABLE t (a int) WITH (autovacuum_enabled = true)",
        "INSERT INTO t SELECT generate_series(1, 2000)",
        "ANALYZE t",
    )
    with psycopg.connect(database, application_name="nightly report") as old:
        old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT count(*) FROM t")
        _burn(database)
        run(database, "UPDATE t SET a = a + 1", "VACUUM t")
        (found,) = _findings(database)
        assert "nightly report" in found.summary
        assert "held back" in found.summary
    with psycopg.connect(database) as prepared:
        prepared.execute("INSERT INTO t VALUES (1)")
        prepared.execute("PREPARE TRANSACTION 'left-behind'")
    try:
        _burn(database)
        run(database, "UPDATE t SET a = a + 1", "VACUUM t")
        (found,) = _findings(database)
        assert "the prepared transaction 'left-behind' of postgres" in found.summary
    finally:
        run(database, "ROLLBACK PREPARED 'left-behind'")
    run(database, "VACUUM t")
    assert _findings(database) == []


def test_a_table_whose_autovacuum_is_off_is_told_so(database: str) -> None:
    run(
        database,
        "CREATE TABLE t (a int) WITH (autovacuum_enabled = false)",
        "INSERT INTO t SELECT generate_series(1, 2000)",
        "ANALYZE t",
        "UPDATE t SET a = a + 1",
    )
    (found,) = _findings(database)
    assert "switched off for this table" in found.summary
