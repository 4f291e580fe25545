"""Plans that real servers log through auto_explain, in each form of the log, against what the source `statements` sees of the same run."""

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

import servers
from reading import SECRET, collect, run, section, source_of, value
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.auto_explain import AutoExplain, LoggedPlan
from tunewright_analyzers.facts.plans import NodeKind
from tunewright_analyzers.facts.statements import Statements

pytestmark = [pytest.mark.live, pytest.mark.slow]

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_verbose": "on",
    "auto_explain.log_settings": "on",
    "auto_explain.log_nested_statements": "on",
    "pg_stat_statements.track": "all",
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_directory": "log",
    "log_filename": "postgres.log",
}
COUNTED = f"BEGIN RETURN (SELECT count(*) FROM t WHERE i > lowest AND v <> '{SECRET}'); END"
SET_UP = (
    "CREATE EXTENSION pg_stat_statements",
    "CREATE TABLE t (i int, v text)",
    f"INSERT INTO t SELECT g, 'v{SECRET}' || g FROM generate_series(1, 100) g",
    f"CREATE FUNCTION counted(lowest int) RETURNS bigint LANGUAGE plpgsql AS $${COUNTED}$$",
)
SCAN = f"SELECT * FROM t WHERE v <> 'a\n\t{SECRET} it''s\n  ->  Seq Scan on {SECRET}\n' AND i IN (1, 2, 3) -- {SECRET}"
BOUND = "SELECT i FROM t\n WHERE v <> %s AND i > 40"
PREPARED = f"SELECT count(*) FROM t WHERE i = $1 AND v <> '{SECRET}'"
TOGETHER = f"BEGIN; SELECT max(i) FROM t WHERE v <> '{SECRET}'; COMMIT"
LAST = "SELECT 1 AS the_last_one"

PREFIXES = ("%m [%p] ", "%t:%r:%u@%d:[%p]:", "user=%u,db=%d,app=%a,client=%h %n %q%x ")


@pytest.fixture(scope="module", params=[18, 15], ids=["pg18", "pg15"])
def logging(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """A server whose collector writes all three forms at once."""
    if not servers.available(request.param):
        pytest.skip(reason=f"PostgreSQL {request.param} is not on this machine")
    with servers.postgres(request.param, SETTINGS) as server:
        yield server


def _log(server: EmbeddedServer, ending: str) -> Path:
    return server.data / "log" / f"postgres.{ending}"


def _set_prefix(server: EmbeddedServer, prefix: str) -> None:
    """Until a new session has it: the postmaster reads its configuration a moment after the signal."""
    run(server.url(), f"ALTER SYSTEM SET log_line_prefix = '{prefix}'", "SELECT pg_reload_conf()")
    for _ in range(200):
        if value(server.url(), "SHOW log_line_prefix") == prefix:
            return
        time.sleep(0.05)
    raise AssertionError("the setting did not come")


def _work(server: EmbeddedServer, plan_format: str) -> str:
    """Run the statements in a fresh database of that format; its name."""
    name = f"d_{uuid.uuid4().hex[:10]}"
    run(server.url(), f"CREATE DATABASE {name}", f"ALTER DATABASE {name} SET auto_explain.log_format = {plan_format}")
    url = server.url(name)
    run(url, *SET_UP)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET work_mem = '5MB'")
        connection.execute(SCAN.encode())
        connection.execute(BOUND, (f"p\n{SECRET}",))
        connection.execute(f"PREPARE p AS {PREPARED}".encode())
        connection.execute("EXECUTE p(7)")
        connection.execute(TOGETHER.encode())
        connection.execute("SELECT counted(90)")
        connection.execute(LAST.encode())
    return name


def _read(auto: AutoExplain, name: str) -> list[LoggedPlan]:
    """The plans of that database, once its last statement is among them: the collector writes a moment later."""
    found: list[LoggedPlan] = []
    for _ in range(200):
        new = [plan for plan in auto.read(datetime.now(UTC)) if plan.database in {name, None}]
        found += [plan for plan in new if "pg_reload_conf" not in plan.text]  # written late, with the prefix before
        if any(plan.text.endswith("the_last_one") for plan in found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the last statement did not come; {len(found)} plans, {auto.refused} refused")


def _by_text(plans: list[LoggedPlan], beginning: str) -> LoggedPlan:
    (one,) = [plan for plan in plans if plan.text.startswith(beginning)]
    return one


def _assert_right(server: EmbeddedServer, name: str, plans: list[LoggedPlan]) -> None:
    scan = _by_text(plans, "SELECT * FROM t")
    assert scan.text == "SELECT * FROM t WHERE v <> ? AND i IN (?)"
    assert scan.plan.root.kind is NodeKind.SEQUENTIAL_SCAN
    assert (scan.plan.root.actual_rows, scan.plan.root.rows_removed_by_filter) == (3, 97)
    assert scan.plan.root.longest_list is not None
    assert scan.plan.root.longest_list >= 3
    assert scan.plan.root.buffers is not None
    assert dict(scan.plan.settings) == {"work_mem": "5MB"}
    assert _by_text(plans, "SELECT i FROM t").plan.root.actual_rows == 60
    assert _by_text(plans, "SELECT max").text == "SELECT max(i) FROM t WHERE v <> ?"
    assert _by_text(plans, "PREPARE p").plan.root.actual_rows == 1
    nested = next(plan for plan in plans if "lowest" in plan.text)
    assert any(node.filter and "?" in node.filter and node.actual_rows == 10 for node in nested.plan.root.walk())
    assert all(plan.plan.executed and plan.seconds > 0 for plan in plans)
    seen = section(collect(server.url(name), source_of("statements")), Statements).rows
    known = {row.id for row in seen if row.key.database == name}
    for beginning in (
        "SELECT * FROM t",
        "SELECT i FROM t",
        "SELECT max",
        "PREPARE p",
        "SELECT counted",
        "INSERT INTO t",
    ):
        assert _by_text(plans, beginning).statement_id in known, beginning


def _assert_clean(log: Path, plans: list[LoggedPlan]) -> None:
    assert "s3cr3t" in log.read_text()  # without this it could not fail
    for plan in plans:
        assert "s3cr3t" not in repr(plan), plan.text
        assert "s3cr3t" not in "".join(f"{note}" for node in plan.plan.root.walk() for note in node.notes)


@pytest.mark.parametrize("plan_format", ["json", "text"])
@pytest.mark.parametrize("ending", ["log", "csv", "json"])
def test_each_form_of_the_log(logging: EmbeddedServer, ending: str, plan_format: str) -> None:
    path = _log(logging, ending)
    _set_prefix(logging, "%m [%p] %q%u@%d ")
    auto = AutoExplain(path)
    auto.read(datetime.now(UTC))
    began = datetime.now(UTC) - timedelta(milliseconds=1)
    name = _work(logging, plan_format)
    plans = _read(auto, name)
    assert {plan.database for plan in plans} == {name}
    assert all(began <= plan.at <= datetime.now(UTC) for plan in plans)
    assert auto.dropped == 0
    _assert_right(logging, name, plans)
    _assert_clean(path, plans)
    again = auto.read(datetime.now(UTC))  # the statements of the comparison above
    assert not {plan.text for plan in plans} & {plan.text for plan in again}


@pytest.mark.parametrize("known", [True, False], ids=["prefix known", "prefix unknown"])
@pytest.mark.parametrize("prefix", PREFIXES)
def test_each_prefix(logging: EmbeddedServer, prefix: str, known: bool) -> None:
    _set_prefix(logging, prefix)
    auto = AutoExplain(_log(logging, "log"), prefix if known else None)
    auto.read(datetime.now(UTC))
    before = datetime.now(UTC)
    name = _work(logging, "text")
    plans = [plan for plan in _read(auto, name) if plan.database == name or "%d" not in prefix]
    assert {plan.database for plan in plans} == {name if "%d" in prefix else None}
    # %t has whole seconds
    assert all(before - timedelta(seconds=1) <= plan.at <= datetime.now(UTC) for plan in plans)
    _assert_right(logging, name, plans)


def test_other_formats_are_counted(logging: EmbeddedServer) -> None:
    auto = AutoExplain(_log(logging, "csv"))
    auto.read(datetime.now(UTC))
    with psycopg.connect(logging.url(), autocommit=True) as connection:
        for other in ("xml", "yaml"):
            connection.execute(f"SET auto_explain.log_format = {other}".encode())
            connection.execute(f"SELECT '{SECRET}' AS other".encode())
        connection.execute("SET auto_explain.log_format = json")
        connection.execute(LAST.encode())
    plans = _read(auto, "postgres")
    assert not any("other" in plan.text for plan in plans)
    assert auto.refused == 2


def test_a_plan_that_was_not_executed_says_so(logging: EmbeddedServer) -> None:
    auto = AutoExplain(_log(logging, "json"))
    auto.read(datetime.now(UTC))
    with psycopg.connect(logging.url(), autocommit=True) as connection:
        connection.execute("SET auto_explain.log_analyze = off")
        connection.execute("SET auto_explain.log_format = json")
        connection.execute(LAST.encode())
    plan = _by_text(_read(auto, "postgres"), "SELECT ? AS the_last_one")
    assert not plan.plan.executed
    assert plan.seconds > 0


def test_the_collectors_rotation_loses_nothing(logging: EmbeddedServer) -> None:
    """pg_rotate_logfile after the file was renamed, as logrotate does it."""
    path = _log(logging, "json")
    auto = AutoExplain(path)
    auto.read(datetime.now(UTC))
    texts = [f"SELECT {number} AS before_{number}" for number in range(3)]
    run(logging.url(), "SET auto_explain.log_format = json;" + ";".join(texts[:1]), *texts)
    path.rename(path.with_suffix(".json.1"))
    run(logging.url(), "SELECT pg_rotate_logfile()")
    deadline = 200
    while not path.exists() and deadline:
        time.sleep(0.05)
        deadline -= 1
    run(logging.url(), LAST)
    plans = _read(auto, "postgres")
    assert {f"SELECT ? AS before_{number}" for number in range(3)} <= {plan.text for plan in plans}
    assert auto.dropped == 0


def test_stderr_of_a_server_without_a_collector() -> None:
    settings = {**SETTINGS, "logging_collector": "off", "log_destination": "stderr", "log_line_prefix": "%m %d "}
    with servers.postgres(18, settings) as server:
        prefix = str(value(server.url(), "SHOW log_line_prefix"))
        auto = AutoExplain(server.log, prefix)
        name = _work(server, "json")
        plans = _read(auto, name)
        assert {plan.database for plan in plans} == {name}
        _assert_right(server, name, plans)
        _assert_clean(server.log, plans)
