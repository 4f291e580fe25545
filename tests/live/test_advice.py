"""Index advice from end to end: a workload on a real server, read by the sources, planned on the twin; then its indexes really built."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tunewright_agent.sources.postgres import relations, schema, statements
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.check import discover, run
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.indexes.advice import AdviceError, IndexAdvice, advise
from tunewright_analyzers.recommendation import Recommendation

_SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE customers (id int PRIMARY KEY, email text, region text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, status text, total numeric, created_at timestamptz, deleted_at timestamptz);
INSERT INTO customers SELECT i, 'User' || i || '@example.com', 'region' || i % 50 FROM generate_series(1, 20000) i;
INSERT INTO orders SELECT i, 1 + i % 200, CASE WHEN i % 50 = 0 THEN 'open' ELSE 'done' END, i % 1000, now() - i * interval '1 minute',
  CASE WHEN i % 3 > 0 THEN now() END FROM generate_series(1, 100000) i;
"""
_WORKLOAD = (
    "SELECT * FROM orders WHERE customer_id = {} ORDER BY created_at DESC LIMIT 10",
    "SELECT count(*) FROM orders WHERE customer_id = {}",
    "SELECT * FROM customers WHERE lower(email) = 'user{}@example.com'",
    "SELECT * FROM orders WHERE id = {}",
    "SELECT count(*) FROM orders WHERE created_at > now() - interval '{} minutes' AND status = 'open'",
)


def _window(reader: Reader) -> Window:
    now = datetime.now(UTC)
    sections: list[Section] = []
    for module in (statements, schema, relations):
        sections += module.source().collect(reader, now).sections
    snapshot = Snapshot(
        ClusterId("shop"),
        InstanceId("db"),
        Engine.POSTGRESQL,
        reader.server.version,
        Flavour.SELF_MANAGED,
        now,
        tuple(sections),
    )
    return Window(ClusterId("shop"), now - timedelta(hours=1), now, snapshot)


@pytest.mark.slow
def test_the_advice_is_what_a_person_would_give_and_it_holds(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute("VACUUM ANALYZE")
        connection.execute("SELECT pg_stat_statements_reset()")
        for number in range(1, 13):
            for text in _WORKLOAD:
                connection.execute(text.format(number).encode())
        name = connection.info.dbname
        reader = Reader(database, include=(name,))
        window = _window(reader)
        with Twin(reader, [name]) as twin:
            advice = advise(window, twin, [name], without=twin.without[name])
            again = advise(window, twin, [name])
        reader.close()
        assert advice.rows == again.rows
        advised = {str(row.index) for row in advice.rows}
        assert "public.orders(customer_id, created_at)" in advised
        assert "public.customers((lower(email)))" in advised
        assert not any(one.startswith("public.orders(id") for one in advised)
        assert all(gain.cost_after < gain.cost_before for row in advice.rows for gain in row.gains)
        _hold(connection, window, advice)


def _hold(connection: psycopg.Connection, window: Window, advice: IndexAdvice) -> None:
    """Build what the check recommends: its statements run as they stand, the sizes are near, the real plans use them."""
    check = next(one for one in discover() if one.id == "indexes/missing")
    judged = Window(window.cluster, window.start, window.end, window.latest, (advice,))
    verdicts = run(check, judged)
    recommendations = [one for one in verdicts if isinstance(one, Recommendation)]
    assert len(recommendations) == len([one for one in verdicts if isinstance(one, Finding)]) == len(advice.rows)
    for row, recommendation in zip(advice.rows, recommendations, strict=True):
        before = connection.execute("SELECT max(oid) FROM pg_class").fetchone()
        for statement in recommendation.statements:
            connection.execute(statement.encode())
        real = connection.execute(
            "SELECT pg_relation_size(oid) FROM pg_class WHERE relkind = 'i' AND oid > %s", (before[0] if before else 0,)
        ).fetchone()
        assert real is not None
        if row.index.keys[0].column:  # before ANALYZE nothing is known of an expression's values
            assert row.size_bytes == pytest.approx(real[0], rel=0.3)
    connection.execute("ANALYZE")
    plan = connection.execute(
        "EXPLAIN SELECT * FROM orders WHERE customer_id = 5 ORDER BY created_at DESC LIMIT 10"
    ).fetchall()
    assert "orders_customer_id_created_at_idx" in str(plan)
    for recommendation in recommendations:
        for statement in recommendation.rollback:
            connection.execute(statement.encode())


def test_without_its_facts_there_is_no_advice_and_the_reason_is_named(database18: str) -> None:
    reader = Reader(database18)
    now = datetime.now(UTC)
    snapshot = Snapshot(ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, now)
    window = Window(ClusterId("shop"), now, now, snapshot)
    with pytest.raises(AdviceError, match="statements"):
        advise(window, Twin(reader, ()), ["shop"])
