"""`tunewright advise indexes` against a real server: from its counters and from files, three forms, budgets, drops, writes, wrong inputs."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

import reading
import tunewright_agent.cli.advise
from tunewright_agent.cli.app import app
from tunewright_agent.config.settings import ClusterSettings, HistorySettings, PrivacySettings, Settings
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.wiring import INSTANCE, history_of, watch_of
from tunewright_analyzers.facts.constants import SampledConstants
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.live, pytest.mark.slow]
assert tunewright_agent.cli.advise.advice is not None  # it adds its command when it is imported

_SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE people (id int PRIMARY KEY, city text);
CREATE TABLE visits (id bigint PRIMARY KEY, person_id int REFERENCES people, state text, cost numeric, at timestamptz, note text);
INSERT INTO people SELECT i, 'city' || i % 30 FROM generate_series(1, 20000) i;
INSERT INTO visits SELECT i, 1 + i * 7 % 20000, CASE WHEN i % 100 = 0 THEN 'open' ELSE 'done' END, i % 1000,
  '2025-01-01'::timestamptz + i * interval '1 minute', repeat('n', 40) FROM generate_series(1, 120000) i;
CREATE INDEX visits_state_idx ON visits (state);
SELECT pg_stat_reset();
"""
_FILE = """
-- weight: 50
SELECT cost FROM visits WHERE person_id = 77 AND at > '2025-02-01';
-- weight: 20
SELECT id, at FROM visits WHERE state = 'open' ORDER BY at LIMIT 10;
SELECT city, sum(cost) FROM visits JOIN people ON people.id = person_id WHERE state = 'open' GROUP BY city;
SELECT * FROM nowhere WHERE password = 'secret';
"""


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["advise", "indexes", *arguments])


def _json(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def clinic(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(_SCHEMA.encode())
        connection.execute("VACUUM ANALYZE")
    return database


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "workload.sql"
    path.write_text(_FILE)
    return path


def test_a_file_within_budgets_and_its_indexes_really_built(clinic: str, file: Path) -> None:
    left = []
    for budget in ("200kB", "3MB", "20MB"):
        found = _json(_run("--url", clinic, "--workload", str(file), "--budget", budget, "--format", "json"))
        limit = {"200kB": 200_000, "3MB": 3_000_000, "20MB": 20_000_000}[budget]
        assert found["size_bytes"] <= limit
        assert found["judged"] == 3
        assert [one["because"] for one in found["unjudged"]] == ['relation "nowhere" does not exist']
        left.append(found["load_ratio"])
    assert left[0] >= left[1] >= left[2]
    assert left[2] < 0.2
    assert "secret" not in json.dumps(found)
    with psycopg.connect(clinic, autocommit=True) as connection:
        for row in found["indexes"]:
            for text in row["statements"]:
                connection.execute(text.encode())
        real = connection.execute(
            "SELECT sum(pg_relation_size(indexrelid)) FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid"
            " WHERE c.relname IN ('visits', 'people') AND NOT indisprimary AND indexrelid <> 'visits_state_idx'::regclass"
        ).fetchone()
        assert real is not None
        assert 0 < real[0] <= 20_000_000
        plan = connection.execute(
            "EXPLAIN SELECT cost FROM visits WHERE person_id = 77 AND at > '2025-02-01'"
        ).fetchall()
        assert "Index" in str(plan)
        for row in found["indexes"]:
            connection.execute(row["rollback"].encode())


def test_the_other_forms_and_what_is_kept(clinic: str, file: Path) -> None:
    script = _run("--url", clinic, "--workload", str(file), "--format", "sql")
    assert script.exit_code == 0
    with psycopg.connect(clinic, autocommit=True) as connection:
        connection.execute("SET client_min_messages = error")
        for line in script.stdout.splitlines():
            if not line.startswith("--"):
                connection.execute(line.encode())
    words = _run("--url", clinic, "--workload", str(file), "--tables", "people")
    assert words.exit_code == 0
    assert " ON public.visits" not in words.stdout
    assert "not judged: statement" in words.stderr


def test_writes_of_the_file_forbid_what_they_make_too_dear(clinic: str, tmp_path: Path) -> None:
    path = tmp_path / "busy.jsonl"
    reads = {"sql": "SELECT id FROM visits WHERE cost = 5 ORDER BY id", "weight": 1}
    path.write_text(json.dumps(reads))
    assert _json(_run("--url", clinic, "--workload", str(path), "--format", "json"))["indexes"]
    writes = {"sql": "UPDATE visits SET cost = cost + 1 WHERE id = 5", "weight": 500_000}
    path.write_text(f"{json.dumps(reads)}\n{json.dumps(writes)}")
    assert not _json(_run("--url", clinic, "--workload", str(path), "--format", "json"))["indexes"]


def test_from_the_servers_own_counters_with_a_drop(clinic: str) -> None:
    with psycopg.connect(clinic, autocommit=True) as connection:
        connection.execute("CREATE INDEX visits_person_idx ON visits (person_id)")
        connection.execute("SELECT pg_stat_statements_reset()")
        for number in range(40):
            connection.execute(
                f"SELECT sum(cost) FROM visits WHERE person_id BETWEEN {number} AND {number + 2000}".encode()
            )
    found = _json(_run("--url", clinic, "--format", "json"))
    assert any(
        row["index"].startswith("public.visits(person_id) include (cost)") or "(person_id, cost)" in row["index"]
        for row in found["indexes"]
    )
    assert [one["index"] for one in found["drops"]] == ["public.visits_person_idx"]
    kept = _json(_run("--url", clinic, "--format", "json", "--keep", "visits_person_idx"))
    assert kept["drops"] == []


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--budget", "much"), 2, "is not a size"),
        (("--workload", "/nowhere.sql"), 2, "cannot be read"),
        (("--url", "postgresql://postgres@127.0.0.1:1/none"), 3, "error: "),
    ],
)
def test_wrong_input_is_one_line(database18: str, arguments: tuple[str, ...], status: int, said: str) -> None:
    url = () if "--url" in arguments else ("--url", database18)
    result = _run(*url, *arguments)
    assert result.exit_code == status
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_from_the_daemons_history_with_the_constants_that_recur(clinic: str, file: Path, tmp_path: Path) -> None:
    settings = Settings(
        clusters=(ClusterSettings(name="clinic", url=clinic, databases=(reading.name_of(clinic),)),),
        history=HistorySettings(path=tmp_path / "history.db"),
        privacy=PrivacySettings(index_constants=True),
    )
    with psycopg.connect(clinic, autocommit=True) as connection, history_of(settings.history) as history:
        memory = Remembered(history, ClusterId("clinic"), INSTANCE, Fault())
        watch = watch_of(settings.clusters[0], settings, memory)
        passes = {one.name: one for one in watch.analyst.sources()}
        try:
            for source in watch.sources:
                watch.read(source)
            for _ in range(25):
                connection.execute("SELECT id, at FROM visits WHERE state = 'open' AND cost > 5 ORDER BY at LIMIT 10")
                if not watch.latest.snapshot().section(SampledConstants):
                    watch.read(next(one for one in watch.sources if one.name == "statements"))
                watch.analyse(passes["constants"])
            watch.read(next(one for one in watch.sources if one.name == "statements"))
        finally:
            watch.stop(10)
    config = tmp_path / "t.toml"
    config.write_text(
        f'[history]\npath = "{tmp_path}/history.db"\n[[clusters]]\nname = "clinic"\nurl = "{clinic}"\n'
        f'databases = ["{reading.name_of(clinic)}"]\n'
    )
    found = _json(_run("--config", str(config), "--since", "1s", "--format", "json"))
    texts = [one["text"] for row in found["indexes"] for one in row["gains"]]
    assert texts == ["SELECT id, at FROM visits WHERE state = 'open' AND cost > 5 ORDER BY at LIMIT 10"]
    assert _run("--since", "1h", "--url", clinic).exit_code == 2
    file.write_text("SELECT cost FROM visits WHERE person_id = 77")
    found = _json(
        _run("--config", str(config), "--workload", str(file), "--format", "json")
    )  # of the URL's own database
    assert [row["table"] for row in found["indexes"]] == ["public.visits"]


def test_money_comes_from_the_options_or_not_at_all(clinic: str, file: Path) -> None:
    file.write_text(
        "\n".join(
            json.dumps(
                {
                    "sql": f"SELECT id FROM visits WHERE cost < {10**power} LIMIT {10**power}",
                    "seconds": 10**power / 1000,
                }
            )
            for power in range(6)
        )
        + '\n{"sql": "SELECT cost FROM visits WHERE person_id = 77", "seconds": 3600}\n'
        + '{"sql": "SELECT count(*) FROM people", "seconds": 0.5}\n{"sql": "SELECT 1 FROM people WHERE id = 5", "seconds": 0.001}\n'
    )
    priced = ("--dollars-per-hour", "2", "--vcpus", "4")
    found = _json(_run("--url", clinic, "--workload", str(file), "--format", "json", *priced))
    saved, dollars = found["saved"], found["dollars_a_month"]
    assert 0 < saved["low"] <= saved["expected"] <= saved["high"]
    assert dollars["expected"] == pytest.approx(saved["expected"] * 2 * 730 / (4 * 3600))
    assert "a month of the instance" in _run("--url", clinic, "--workload", str(file), *priced).stdout
    assert _json(_run("--url", clinic, "--workload", str(file), "--format", "json"))["dollars_a_month"] is None
    assert _run("--url", clinic, "--vcpus", "4").exit_code == 2


def test_out_of_time_it_says_so(clinic: str, file: Path) -> None:
    result = _run("--url", clinic, "--workload", str(file), "--within", "1ms")
    assert result.exit_code == 1
    assert "the best that was known" in result.stdout
