"""The passes `plans` and `index_advice` on real servers: as the monitoring role, with a log, with hypopg, without a twin."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

import reading
from tunewright_agent.analyst.analyst import TwinAnalyst
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import watch_of
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.plans import PlanOrigin, Plans
from tunewright_analyzers.facts.rewrites import RewriteCosts
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.indexes.advice import IndexAdvice
from tunewright_analyzers.recommendation import Recommendation
from tunewright_analyzers.sql.fingerprint import fingerprint

pytestmark = [pytest.mark.live, pytest.mark.slow]
SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE customers (id int PRIMARY KEY, email text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, note text);
INSERT INTO customers SELECT g, 'u' || g FROM generate_series(1, 20000) g;
INSERT INTO orders SELECT g, g % 20000, 'swordfish' FROM generate_series(1, 100000) g;
ANALYZE;
SELECT pg_stat_statements_reset();
"""
FORGET = "SELECT pg_stat_reset()"
"""In a session after the one that loaded the rows: loading is no write load."""
FLUSHED = "SELECT pg_stat_force_next_flush()"
"""Last in the session that loads: it might else book its rows when the next one has begun."""
SLOW = "SELECT * FROM orders WHERE customer_id = {}"


@pytest.fixture
def shop(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute(FLUSHED)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(FORGET)
        for number in range(30):
            connection.execute(SLOW.format(number).encode())
    return database


@contextmanager
def watched(url: str, **changes: object) -> Iterator[Watch]:
    """A watch of one database, with the statements, schema and relations read."""
    cluster = ClusterSettings(name="shop", url=url, databases=(reading.name_of(url),), **changes)
    watch = watch_of(cluster, Settings(clusters=(cluster,)), None)
    try:
        for source in watch.sources:
            watch.read(source)
        yield watch
    finally:
        watch.stop(10)


def _analyse(watch: Watch, name: str) -> None:
    assert isinstance(watch.analyst, TwinAnalyst)
    watch.analyse(next(one for one in watch.analyst.sources() if one.name == name))


def test_costly_statements_are_planned_on_the_twin_as_the_monitoring_role(postgres: EmbeddedServer, shop: str) -> None:
    with reading.as_role("granted", postgres, shop) as url, watched(url) as watch:
        _analyse(watch, "plans")
        plans = watch.latest.snapshot().section(Plans)
        assert plans is not None
        mine = [row for row in plans.rows if row.statement_id == fingerprint(SLOW.format(1))]
        assert [row.origin for row in mine] == [PlanOrigin.TWIN]
        assert mine[0].calls == 30
        assert mine[0].plan.root.cost.total > 100
        assert "swordfish" not in repr(plans)


NOT_IN = "SELECT count(*) FROM orders WHERE id NOT IN (SELECT id FROM customers WHERE email <> 'swordfish')"


def test_an_equal_form_is_offered_with_the_twins_costs_of_both(shop: str) -> None:
    reading.run(shop, *([NOT_IN] * 3))
    check = next(one for one in discover() if one.id == "queries/not_in_subquery")
    with watched(shop) as watch:
        _analyse(watch, "plans")
        latest = watch.latest.snapshot()
        window = Window(latest.cluster, latest.taken_at, latest.taken_at, latest)
        verdicts = run_check(check, window, {"calls_min": 1, "seconds_min": 0})
    (row,) = [one for one in latest.section(RewriteCosts).rows if one.statement_id == fingerprint(NOT_IN)]  # type: ignore[union-attr]
    assert "NOT EXISTS" in row.rewritten
    assert row.rewritten_cost > 0
    assert not row.same_shape
    (offered,) = [one for one in verdicts if isinstance(one, Recommendation)]
    costs = {one.label: one.value for one in offered.evidence if one.unit == "cost"}
    assert costs == {"cost as it is": round(row.cost, 2), "cost rewritten": round(row.rewritten_cost, 2)}
    assert "The planner expects it to cost" in offered.risk
    assert "swordfish" not in repr(offered)


def test_a_changed_shape_is_an_event(shop: str) -> None:
    with watched(shop) as watch:
        _analyse(watch, "plans")
        reading.run(shop, "CREATE INDEX ON orders (customer_id)")
        assert isinstance(watch.analyst, TwinAnalyst)
        watch.analyst.twins.stop()  # the next pass builds it anew, with the index
        _analyse(watch, "plans")
        events = watch.latest.snapshot().section(Events)
        assert events is not None
        subject = f"statement {fingerprint(SLOW.format(1))} in {reading.name_of(shop)}"
        assert [(one.kind, one.subject) for one in events.rows] == [("plan_changed", subject)]


def test_what_the_twin_cannot_plan_is_refused_with_both_reasons(shop: str) -> None:
    reading.run(
        shop,
        "CREATE TABLE later (a int)",
        "INSERT INTO later SELECT g FROM generate_series(1, 1000) g",
    )
    with watched(shop) as watch:
        _analyse(watch, "plans")
        reading.run(shop, "CREATE TABLE newer (a int)", "SELECT * FROM newer WHERE a = 7")
        watch.read(next(one for one in watch.sources if one.name == "statements"))
        _analyse(watch, "plans")
        plans = watch.latest.snapshot().section(Plans)
        assert plans is not None
        refused = {row.statement_id: row.because for row in plans.refused}
        because = refused[fingerprint("SELECT * FROM newer WHERE a = 7")]
        assert "on the twin" in because
        assert "superuser" in because


def test_advice_as_the_monitoring_role(postgres: EmbeddedServer, shop: str) -> None:
    with reading.as_role("granted", postgres, shop) as url, watched(url) as watch:
        _analyse(watch, "index_advice")
        advice = watch.latest.snapshot().section(IndexAdvice)
        assert advice is not None
        assert "public.orders(customer_id)" in {str(row.index).partition(" ")[0] for row in advice.rows}
        assert advice.oracle == "twin"


@pytest.fixture
def with_hypopg(start: Callable[[int], EmbeddedServer]) -> Iterator[tuple[EmbeddedServer, str]]:
    """PostgreSQL 15 and the name of a shop on it that has the extension."""
    server, name = start(15), f"h_{uuid.uuid4().hex[:12]}"
    reading.run(server.url(), f"CREATE DATABASE {name}")
    try:
        reading.run(server.url(name), *SCHEMA.split(";\n")[:-1], "CREATE EXTENSION hypopg", FLUSHED)
        reading.run(server.url(name), FORGET, *(SLOW.format(number) for number in range(30)))
        yield server, name
    finally:
        reading.run(server.url(), f"DROP DATABASE {name} WITH (FORCE)")


def _advice(url: str) -> IndexAdvice:
    with watched(url) as watch:
        _analyse(watch, "index_advice")
        advice = watch.latest.snapshot().section(IndexAdvice)
    assert advice is not None
    return advice


def test_hypopg_confirms_on_the_live_server(with_hypopg: tuple[EmbeddedServer, str]) -> None:
    server, name = with_hypopg
    with reading.role(server, name, 'GRANT pg_read_all_data, pg_monitor TO "{role}"') as url:
        confirmations = _advice(url).confirmations
    (one,) = [one for one in confirmations if str(one.index).startswith("public.orders(customer_id)")]
    assert one.oracle == "hypopg"
    assert one.statements == 1
    assert one.cost_after < one.cost_before / 10


def test_a_superuser_is_not_let_near_the_live_planner(with_hypopg: tuple[EmbeddedServer, str]) -> None:
    server, name = with_hypopg
    advice = _advice(server.url(name))
    assert advice.rows
    assert all(one.statements == 0 and "superuser" in str(one.because) for one in advice.confirmations)
