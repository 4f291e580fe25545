"""`tunewright advise parameters` against a real server: evidence of a window, every form, what is advised takes effect when it is run."""

import json
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pglast
import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

import tunewright_agent.cli.advise_parameters
from aurora_standin import STAND_IN
from reading import name_of, run
from tunewright_agent.cli.app import app
from tunewright_agent.config.settings import ClusterSettings, HistorySettings, Settings
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.wiring import INSTANCE, history_of, watch_of
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.live, pytest.mark.slow]
assert tunewright_agent.cli.advise_parameters.parameters is not None  # it adds its command when it is imported

ROLE = "Report; it's"
_SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE measured (id bigint, place int, note text);
INSERT INTO measured SELECT i, i * 7919 % 100000, repeat(md5(i::text), 3) FROM generate_series(1, 120000) i;
ANALYZE measured;
"""
_SPILLING = (
    "SELECT count(*) FROM (SELECT note FROM measured ORDER BY note, place OFFSET 1) s",
    "SELECT count(*) FROM (SELECT DISTINCT note, place, id FROM measured) s",
)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["advise", "parameters", *arguments])


@pytest.fixture
def spilling(database: str) -> Iterator[str]:
    """A database in which one role's two statements spill; the counters of the server begin there."""
    name = f'"{ROLE}"'
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        connection.execute(f"GRANT SELECT ON measured TO {name}".encode())
        connection.execute("SELECT pg_stat_statements_reset()")
        connection.execute(f"SET ROLE {name}".encode())
        connection.execute("SET work_mem = '1MB'; SET jit = off; SET max_parallel_workers_per_gather = 0")
        for statement in _SPILLING:
            for _ in range(4):
                connection.execute(statement.encode())
    try:
        yield database
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {name}".encode())
            connection.execute(f"DROP ROLE {name}".encode())


def _json(*arguments: str) -> dict[str, Any]:
    result = _run(*arguments, "--format", "json", "--samples", "1")
    assert result.exit_code in {0, 1}, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_work_mem_for_the_role_that_spills_with_the_plans_that_flip(spilling: str) -> None:
    found = _json("--url", spilling, "--memory", "8GB")
    (advice,) = [one for one in found["parameters"] if one["check"] == "parameters/work_mem"]
    (change,) = advice["changes"]
    assert (change["parameter"], change["scope"], change["target"]) == ("work_mem", "role", ROLE)
    assert advice["trial"]["settings"] == [["work_mem", change["advised"]]]
    assert len(advice["trial"]["flips"]) + advice["trial"]["same"] == len(_SPILLING)
    with psycopg.connect(spilling, autocommit=True) as connection:
        for statement in advice["statements"]:
            connection.execute(statement)
        stored = connection.execute(
            "SELECT setconfig FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE rolname = %s",
            (ROLE,),
        ).fetchone()
        assert stored == ([f"work_mem={change['advised']}"],)
        # what is advised holds what spilled
        connection.execute(
            f"SET work_mem = '{change['advised']}'; SET jit = off; SET max_parallel_workers_per_gather = 0".encode()
        )
        for statement in _SPILLING:
            plan = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}".encode()).fetchone()
            assert plan is not None
            assert plan[0][0]["Plan"]["Temp Written Blocks"] == 0
        for statement in advice["rollback"]:
            connection.execute(statement)


def test_sql_parses_and_words_tell_the_evidence(spilling: str) -> None:
    sql = _run("--url", spilling, "--format", "sql", "--samples", "1")
    statements = [one.stmt for one in pglast.parse_sql(sql.stdout)]
    assert statements
    assert {type(one).__name__ for one in statements} <= {
        "AlterSystemStmt", "AlterRoleSetStmt", "AlterTableStmt", "SelectStmt", "CreateStatsStmt", "VacuumStmt",
    }  # fmt: skip
    words = _run("--url", spilling, "--samples", "1").stdout
    assert "EXPLAIN on the twin with work_mem" in words
    assert "temporary bytes" in words


def test_only_what_is_counted_while_it_looks_on_is_judged(spilling: str) -> None:
    found = _json("--url", spilling, "--over", "2s")
    assert not [one for one in found["parameters"] if one["check"] == "parameters/work_mem"]


def test_from_the_daemons_history(spilling: str, tmp_path: Path) -> None:
    """Only what was counted between two of the daemon's readings: the second of the two statements alone."""
    settings = Settings(
        clusters=(ClusterSettings(name="lab", url=spilling, databases=(name_of(spilling),)),),
        history=HistorySettings(path=tmp_path / "history.db"),
    )
    with psycopg.connect(spilling, autocommit=True) as connection, history_of(settings.history) as history:
        watch = watch_of(settings.clusters[0], settings, Remembered(history, ClusterId("lab"), INSTANCE, Fault()))
        statements = next(one for one in watch.sources if one.name == "statements")
        try:
            watch.now = lambda: datetime.now(UTC) - timedelta(minutes=10)
            watch.read(statements)
            watch.now = lambda: datetime.now(UTC)
            connection.execute(f'SET ROLE "{ROLE}"'.encode())
            connection.execute("SET work_mem = '1MB'; SET jit = off; SET max_parallel_workers_per_gather = 0")
            connection.execute(_SPILLING[1].encode())
            watch.read(statements)
        finally:
            watch.stop(10)
    config = tmp_path / "t.toml"
    config.write_text(
        f'[history]\npath = "{tmp_path}/history.db"\n[[clusters]]\nname = "lab"\nurl = "{spilling}"\ndatabases = ["{name_of(spilling)}"]\n'
    )
    found = _json("--config", str(config), "--since", "10m")
    (advice,) = [one for one in found["parameters"] if one["check"] == "parameters/work_mem"]
    assert advice["changes"][0]["scope"] == "statement"
    assert advice["statements"][0].startswith("SET LOCAL work_mem = ")


def test_forms_of_aws_are_refused_for_a_server_of_ones_own(database18: str) -> None:
    for form in ("aws", "terraform", "cloudformation"):
        result = _run("--url", database18, "--format", form)
        assert result.exit_code == 2
        assert "no parameter group" in result.stderr
        assert "--format sql" in result.stderr


def test_on_aurora_the_parameter_group_is_written(database18: str) -> None:
    """On a stand-in (see test_aurora.py): the flavour is what the server's functions say."""
    run(database18, "CREATE EXTENSION pg_stat_statements")
    run(database18, STAND_IN)
    command = _run("--url", database18, "--format", "aws", "--group", "shop", "--samples", "1")
    (line,) = [line for line in command.stdout.splitlines() if line.startswith("aws ")]
    words = shlex.split(line)
    assert words[2:5] == ["modify-db-cluster-parameter-group", "--db-cluster-parameter-group-name", "shop"]
    parameters = {one["ParameterName"]: one["ParameterValue"] for one in json.loads(words[6])}
    assert parameters["log_lock_waits"] == "1"
    assert not [
        name
        for name in parameters
        if name.startswith(("checkpoint_", "wal_", "max_wal", "bgwriter_", "shared_buffers", "fsync"))
    ]
    for arguments in (("--format", "terraform"), ("--format", "terraform", "--group", "default.aurora-postgresql16")):
        refused = _run("--url", database18, *arguments)
        assert refused.exit_code == 2
        assert "group" in refused.stderr


def test_what_cannot_be_judged_is_refused(database18: str, tmp_path: Path) -> None:
    assert "--memory" in _run("--url", database18, "--memory", "much").stderr
    assert _run("--url", database18, "--since", "7d").exit_code == 2
    run(database18, "DROP EXTENSION IF EXISTS pg_stat_statements")
    without = _run("--url", database18, "--samples", "1")
    assert without.exit_code == 1
    assert "the statements could not be read" in without.stderr
    assert "CREATE EXTENSION" in without.stderr
