"""The bloat of tables on real servers: as much as pgstattuple measures, and gone after what is advised."""

from datetime import UTC, datetime

import psycopg
import pytest

import reading
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.recommendation import Recommendation

pytestmark = [pytest.mark.live, pytest.mark.slow]
CHECK = next(one for one in discover() if one.id == "maintenance/table_bloated")
LEAST = {"least_bytes": 500_000.0}
MAKE = (
    "CREATE TABLE fixed (id bigint, a int, b int) WITH (autovacuum_enabled = off)",
    "CREATE TABLE varied (id bigint, label text, amount numeric) WITH (autovacuum_enabled = off)",
    "INSERT INTO fixed SELECT g, g, g FROM generate_series(1, 100000) g",
    "INSERT INTO varied SELECT g, repeat('x', g % 90), g % 1000 FROM generate_series(1, 50000) g",
    "VACUUM ANALYZE fixed, varied",
)


def _judged(url: str) -> tuple[dict[str, float], list[str]]:
    """By table: its empty share; and what is advised."""
    at = datetime.now(UTC)
    tables = reading.section(reading.collect(url, reading.source_of("relations")), Tables)
    schema = reading.section(reading.collect(url, reading.source_of("schema")), Schema)
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, at, (tables, schema)
    )
    verdicts = run_check(CHECK, Window(ClusterId("shop"), at, at, latest), LEAST)
    shares = {
        one.subject.name: float(next(part.value for part in one.evidence if part.label == "empty share"))
        for one in verdicts
        if isinstance(one, Finding)
    }
    return shares, [text for one in verdicts if isinstance(one, Recommendation) for text in one.statements]


def test_an_emptied_table_is_told_as_empty_as_it_is_and_a_rewritten_one_not(database: str) -> None:
    reading.run(database, *MAKE, "CREATE EXTENSION pgstattuple")
    assert _judged(database)[0] == {}
    reading.run(database, "DELETE FROM fixed WHERE id % 5 > 0", "DELETE FROM varied WHERE id % 5 > 0")
    reading.run(database, "VACUUM (ANALYZE, TRUNCATE off) fixed, varied")
    shares, advised = _judged(database)
    assert set(shares) == {"public.fixed", "public.varied"}
    with psycopg.connect(database) as connection:
        for name, share in shares.items():
            row = connection.execute("SELECT free_percent FROM pgstattuple(%s)", (name,)).fetchone()
            assert row is not None
            assert share == pytest.approx(row[0] / 100, abs=0.1), name
    reading.run(database, *advised)
    assert _judged(database) == ({}, [])
