"""A table without statistics that nothing would analyse, as after an upgrade: told on real servers, and no more after ANALYZE."""

from datetime import UTC, datetime

import pytest

import reading
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.recommendation import Recommendation

pytestmark = pytest.mark.live
CHECK = next(one for one in discover() if one.id == "maintenance/never_analysed")


def _judged(url: str) -> list[tuple[str, tuple[str, ...]]]:
    at = datetime.now(UTC)
    tables = reading.section(reading.collect(url, reading.source_of("relations")), Tables)
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, at, (tables,)
    )
    verdicts = run_check(CHECK, Window(ClusterId("shop"), at, at, latest))
    assert len([one for one in verdicts if isinstance(one, Finding)]) * 2 == len(verdicts)
    return [(one.subject.name, one.statements) for one in verdicts if isinstance(one, Recommendation)]


def test_it_is_told_until_it_is_analysed(database: str) -> None:
    reading.run(
        database,
        "CREATE TABLE t (id int) WITH (autovacuum_enabled = off)",
        "INSERT INTO t SELECT generate_series(1, 20000)",
    )
    # In a session of its own: what the one above counted comes at its end.
    reading.run(database, "SELECT pg_stat_reset_single_table_counters('t'::regclass)")
    assert _judged(database) == [], "nobody reads it"
    reading.run(database, "SELECT count(*) FROM t")
    found = _judged(database)
    assert found == [("public.t", ("ANALYZE public.t;",))]
    reading.run(database, *found[0][1])
    assert _judged(database) == []
