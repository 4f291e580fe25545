"""Properties of the whole adviser with a real planner: made-up workloads over a real schema, the twin as the oracle.

Each example is a workload drawn by hypothesis; the twin is built once. The properties of the choice alone, with many more examples, are in
tests/analyzers/indexes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reading import run
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import relations, schema
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Section, Snapshot, Window
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.indexes.advice import IndexAdvice, advise
from tunewright_analyzers.indexes.existing import serves
from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.workload import MOST_PARSED, MOST_STATEMENTS

pytestmark = [pytest.mark.live, pytest.mark.slow]

_SCHEMA = """
CREATE TABLE parcel (id bigint PRIMARY KEY, sender int, state text, weight numeric(8,2), sent_at timestamptz, lost_at timestamptz);
CREATE TABLE scan (id bigint PRIMARY KEY, parcel_id bigint, depot smallint, seen_at timestamptz, note text);
INSERT INTO parcel SELECT i, i % 900, CASE WHEN i % 40 = 0 THEN 'held' ELSE 'done' END, i % 700, '2025-01-01'::timestamptz + i * interval '1 minute',
  CASE WHEN i % 90 = 0 THEN now() END FROM generate_series(1, 40000) i;
INSERT INTO scan SELECT i, i % 40000, i % 60, '2025-01-01'::timestamptz + i * interval '20 seconds', 'n' || i % 50 FROM generate_series(1, 80000) i;
CREATE INDEX scan_depot ON scan (depot, seen_at);
"""
_COLUMNS = {
    "parcel": ("sender", "state", "weight", "sent_at", "lost_at", "id"),
    "scan": ("parcel_id", "depot", "seen_at", "note", "id"),
}
_CONDITIONS = ("{0} = ${1}", "{0} > ${1}", "{0} IS NOT NULL", "{0} < ${1}")


@dataclass(frozen=True)
class _Depot:
    """One database, what was read of it, and its twin."""

    database: str
    facts: tuple[Section, ...]
    twin: Twin
    version: int

    def window(self, texts: list[tuple[str, float]]) -> Window:
        end = datetime.now(UTC)
        rows = tuple(
            Statement(
                StatementKey(self.database, "app", number),
                StatementId(f"s{number}"),
                text,
                text.split()[0].lower(),
                100,
                seconds,
                100,
            )
            for number, (text, seconds) in enumerate(texts)
        )
        work = Statements(Period(end - timedelta(hours=1), end), rows, Coverage(len(rows), 5000, 0, None))
        taken = Snapshot(
            ClusterId("post"), InstanceId("db"), Engine.POSTGRESQL, self.version, Flavour.SELF_MANAGED, end,
            (*self.facts, work),
        )  # fmt: skip
        return Window(ClusterId("post"), end - timedelta(hours=1), end, taken)

    def advice(self, texts: list[tuple[str, float]], budget: int | None = None) -> IndexAdvice:
        return advise(self.window(texts), self.twin, [self.database], limits=Limits(budget_bytes=budget))

    def cost(self, texts: list[tuple[str, float]], advice: IndexAdvice) -> float:
        """Load that is left by the twin's own plans, of the whole 1 a statement-second."""
        indexes = tuple(row.index for row in advice.rows)
        left = 0.0
        for text, seconds in texts:
            before, after = (self.twin.explain(self.database, text, add=add).root.cost.total for add in ((), indexes))
            left += seconds * after / before
        return left


@contextmanager
def _depot(server: EmbeddedServer) -> Iterator[_Depot]:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS depot WITH (FORCE)")
        admin.execute("CREATE DATABASE depot")
    run(server.url("depot"), _SCHEMA, "VACUUM ANALYZE")
    run(server.url("depot"), "SELECT pg_stat_reset()")  # what was loaded is no write load
    reader = Reader(server.url("depot"), include=("depot",))
    try:
        found = [
            one for module in (schema, relations) for one in module.source().collect(reader, datetime.now(UTC)).sections
        ]
        with Twin(reader, ["depot"]) as twin:
            yield _Depot("depot", tuple(found), twin, reader.server.version)
    finally:
        reader.close()
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE depot WITH (FORCE)")


@st.composite
def _statement(draw: st.DrawFn) -> tuple[str, float]:
    table = draw(st.sampled_from(sorted(_COLUMNS)))
    columns = draw(st.lists(st.sampled_from(_COLUMNS[table]), min_size=1, max_size=3, unique=True))
    where = " AND ".join(draw(st.sampled_from(_CONDITIONS)).format(one, at) for at, one in enumerate(columns, 1))
    text = f"SELECT {draw(st.sampled_from(['*', 'count(*)', columns[-1]]))} FROM {table} WHERE {where}"
    if draw(st.booleans()) and "count" not in text:
        text += f" ORDER BY {draw(st.sampled_from(_COLUMNS[table]))} DESC LIMIT 10"
    if draw(st.integers(0, 3)) == 0:
        text = f"SELECT p.state, s.depot FROM parcel p JOIN scan s ON s.parcel_id = p.id WHERE {'p' if table == 'parcel' else 's'}.{columns[0]} = $1"
    return text, draw(st.floats(0.5, 60))


_WORKLOADS = st.lists(_statement(), min_size=1, max_size=5, unique_by=lambda one: one[0])
_FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def test_budgets_duplicates_order_and_monotony_hold_with_a_real_planner(postgres: EmbeddedServer) -> None:
    with _depot(postgres) as depot:
        existing = next(one for one in depot.facts if isinstance(one, Indexes)).rows

        @_FEW
        @given(_WORKLOADS, st.lists(st.integers(200_000, 8_000_000), min_size=2, max_size=2, unique=True).map(sorted))
        def holds(texts: list[tuple[str, float]], budgets: list[int]) -> None:
            answers = [depot.advice(texts, budget) for budget in (*budgets, None)]
            for budget, answer in zip(budgets, answers, strict=False):
                assert sum(row.size_bytes for row in answer.rows) <= budget
            for answer in answers:
                assert not any(serves(one, row.index) for row in answer.rows for one in existing)
            backwards = depot.advice(list(reversed(texts)), budgets[0])
            assert {row.index for row in backwards.rows} == {row.index for row in answers[0].rows}
            trouble = Limits().least_gain_ratio * sum(seconds for _, seconds in texts)
            for (less, fewer), (more, _) in pairwise((depot.cost(texts, one), len(one.rows)) for one in answers):
                assert more <= less + trouble * max(fewer, 1) + 1e-6

        holds()


def test_of_thousands_of_statements_a_bounded_number_is_judged_and_the_rest_is_named(
    postgres18: EmbeddedServer,
) -> None:
    kinds = [(one, two) for one in _COLUMNS["scan"] for two in _COLUMNS["scan"]]
    texts = [
        (f"SELECT {one} FROM scan WHERE {two} = $1 AND note <> 'x{number}'", 1.0 + number % 7)
        for number in range(120)
        for one, two in kinds
    ]
    with _depot(postgres18) as depot:
        found = depot.advice(texts)
    assert len(texts) == 3_000
    assert found.judged <= MOST_STATEMENTS
    assert found.judged + found.folded + len(found.unjudged) == len(texts)
    assert sum("beyond the" in one.because for one in found.unjudged) >= len(texts) - MOST_PARSED
    assert found.rows


def test_interrupted_by_its_time_the_answer_still_holds(postgres18: EmbeddedServer) -> None:
    texts = [(f"SELECT count(*) FROM parcel WHERE {one} = $1", 5.0) for one in _COLUMNS["parcel"]]
    with _depot(postgres18) as depot:
        limits, before = Limits(budget_bytes=1_500_000), depot.twin.calls
        cut = advise(
            depot.window(texts), depot.twin, ["depot"], limits=limits, enough=lambda: depot.twin.calls > before + 8
        )
        whole = depot.advice(texts, 1_500_000)
    assert not cut.is_complete
    assert sum(row.size_bytes for row in cut.rows) <= 1_500_000
    assert whole.is_complete
    assert whole.rows
