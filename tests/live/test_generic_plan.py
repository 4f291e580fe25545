"""A prepared statement whose generic plan suits a frequent value badly, as real servers run and log it."""

from datetime import UTC, datetime

import psycopg
import pytest

from reading import name_of, run
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.auto_explain import AutoExplain
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.plans import PlanOrigin, Plans, StatementPlan
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.finding import Finding

pytestmark = pytest.mark.live
CHECK = next(one for one in discover() if one.id == "plans/generic_plan")
SKEWED = (
    "CREATE TABLE jobs (id int, owner int)",
    "INSERT INTO jobs SELECT g, CASE WHEN g <= 30000 THEN 0 ELSE g END FROM generate_series(1, 60000) g",
    "CREATE INDEX ON jobs (owner)",
    "ANALYZE jobs",
)


def _findings(server: EmbeddedServer, url: str, mode: str) -> list[Finding]:
    """The statement run for the frequent value by that plan_cache_mode, its logged plan judged."""
    log = AutoExplain(server.log)
    log.read(datetime.now(UTC))
    with psycopg.connect(url, autocommit=True) as connection:
        for text in ("LOAD 'auto_explain'", "SET auto_explain.log_analyze = on", "SET auto_explain.log_format = json",
                     f"SET plan_cache_mode = {mode}", "PREPARE p(int) AS SELECT count(*) FROM jobs WHERE owner = $1",
                     "SET auto_explain.log_min_duration = 0", "EXECUTE p(0)"):  # fmt: skip
            connection.execute(text.encode())
    at = datetime.now(UTC)
    logged = [one for _ in range(2) for one in log.read(at) if "FROM jobs" in one.text]
    assert logged
    rows = tuple(
        StatementPlan(one.statement_id, name_of(url), one.plan, PlanOrigin.AUTO_EXPLAIN, one.at, one.text)
        for one in logged
    )
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, at, (Plans(rows),)
    )
    return [one for one in run_check(CHECK, Window(ClusterId("shop"), at, at, latest)) if isinstance(one, Finding)]


def test_the_generic_plan_for_a_frequent_value_is_told_and_the_custom_one_is_not(
    postgres: EmbeddedServer, database: str
) -> None:
    run(database, *SKEWED)
    (found,) = _findings(postgres, database, "force_generic_plan")
    assert "gave 30,000 rows" in found.summary
    assert _findings(postgres, database, "force_custom_plan") == []
