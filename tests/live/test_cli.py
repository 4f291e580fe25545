"""The command line against real servers: three roles, three truthful outputs; and every wrong input in one line."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reading import run, session
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.grants import sql as grants_sql

pytestmark = [pytest.mark.live, pytest.mark.slow]
TUNEWRIGHT = Path(sys.executable).parent / "tunewright"


def tunewright(*arguments: str, stdin: str = "", seconds: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user would."""
    return subprocess.run(
        [TUNEWRIGHT, *arguments], input=stdin, capture_output=True, text=True, timeout=seconds, check=False
    )


def _one_line(result: subprocess.CompletedProcess[str], status: int, *fragments: str) -> None:
    assert result.returncode == status, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    for fragment in fragments:
        assert fragment in lines[0]
    assert "Traceback" not in result.stderr + result.stdout


SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers, status text, total numeric);
INSERT INTO customers SELECT g, 'secret' || g || '@example.net' FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, 1 + g % 5000, CASE WHEN g % 100 = 0 THEN 'open' ELSE 'done' END, g FROM generate_series(1, 200000) g;
CREATE INDEX orders_total ON orders (total);
CREATE INDEX orders_total_again ON orders (total);
ANALYZE;
"""


@pytest.fixture
def shop(database: str) -> str:
    """A small database with a missing foreign-key index, a duplicate index and a hot sequential scan; its superuser URL."""
    run(database, SCHEMA)
    with session(database) as connection:  # the first session's counters are in: it has ended
        connection.execute("SELECT pg_stat_reset()")
        for number in range(30):
            connection.execute(f"SELECT * FROM orders WHERE customer_id = {number}".encode())
    return database


def _role(url: str, user: str) -> str:
    return url.replace("postgres@", f"{user}@")


@pytest.fixture
def roles(shop: str) -> Iterator[str]:
    """The shop with the role of `grants` and a role that may do nothing; both are removed at the end."""
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute(grants_sql("tw_monitor"))
        connection.execute("CREATE ROLE tw_nobody LOGIN")
    yield shop
    with psycopg.connect(shop, autocommit=True) as connection:
        for role in ("tw_monitor", "tw_nobody", "tunewright_owner"):
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")


def test_once_as_superuser_as_monitor_and_as_nobody_tells_the_truth(roles: str) -> None:
    outputs = {}
    for user in ("postgres", "tw_monitor", "tw_nobody"):
        result = tunewright("once", "--url", _role(roles, user), "--format", "json", "--samples", "1")
        assert "Traceback" not in result.stderr
        assert "secret" not in result.stdout
        outputs[user] = (result, json.loads(result.stdout))
    superuser, found = outputs["postgres"]
    assert superuser.returncode == 0, superuser.stderr
    checks = {one["check"] for one in found["findings"]}
    assert {"indexes/duplicate", "indexes/foreign_key_unindexed", "indexes/missing"} <= checks
    monitor, seen = outputs["tw_monitor"]
    assert monitor.returncode == 0, monitor.stderr
    assert {one["check"] for one in seen["findings"]} >= {
        "indexes/duplicate",
        "indexes/foreign_key_unindexed",
        "indexes/missing",
    }
    nobody, blind = outputs["tw_nobody"]
    assert nobody.returncode == 1
    assert "GRANT pg_monitor TO tw_nobody" in nobody.stderr
    assert len(blind["not_judged"]) > len(seen["not_judged"])


def test_doctor_names_the_statement_that_mends_each_gap(roles: str) -> None:
    well = tunewright("doctor", "--url", _role(roles, "tw_monitor"))
    assert well.returncode == 0, well.stdout
    ill = tunewright("doctor", "--url", _role(roles, "tw_nobody"), "--format", "json")
    assert ill.returncode == 1
    mends = [gap["mend"] for row in json.loads(ill.stdout)["sources"] for gap in row["gaps"]]
    assert "GRANT pg_monitor TO tw_nobody;" in mends


def test_a_saved_snapshot_is_judged_again_without_a_database(shop: str, tmp_path: Path) -> None:
    saved = tmp_path / "snapshot.json"
    live = tunewright("once", "--url", shop, "--format", "json", "--samples", "1", "--save", str(saved))
    again = tunewright("replay", str(saved), "--format", "json")
    assert {one["id"] for one in json.loads(again.stdout)["findings"]} == {
        one["id"] for one in json.loads(live.stdout)["findings"]
    }


def test_a_missing_extension_is_named_with_its_mend(database: str) -> None:
    result = tunewright("once", "--url", database, "--samples", "1", "--no-twin")
    assert result.returncode == 1
    (line,) = [line for line in result.stderr.splitlines() if "statements" in line and line.startswith("not seen:")]
    assert "CREATE EXTENSION pg_stat_statements" in line


def test_wrong_password(postgres: EmbeddedServer) -> None:
    url = postgres.url(tcp=True).replace(postgres.password, "wrong-password")
    result = tunewright("once", "--url", url)
    _one_line(result, 3, "password authentication failed", "check the user and password")
    assert "wrong-password" not in result.stderr


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _one_line(tunewright("once", "--url", f"postgresql://x@127.0.0.1:{port}/x"), 3, "check host and port")


def test_a_server_that_accepts_and_never_answers_is_left_at_the_deadline() -> None:
    accepted: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        threading.Thread(target=lambda: accepted.append(silent.accept()), daemon=True).start()
        result = tunewright("once", "--url", f"postgresql://x@127.0.0.1:{silent.getsockname()[1]}/x")
    _one_line(result, 3, "no answer")


def test_no_such_database(postgres18: EmbeddedServer) -> None:
    _one_line(tunewright("doctor", "--url", postgres18.url("nowhere")), 3, "nowhere", "name an existing database")


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["once"], ["--url", "--config"]),
        (["once", "--url", "not a url"], ["write postgresql://"]),
        (["once", "--url", "mongodb://bob:swordfish@host/db"], ["write postgresql://"]),
        (["once", "--config", "/nowhere.toml"], ["/nowhere.toml: cannot be read", "example-config"]),
        (["replay", "/nowhere.json"], ["/nowhere.json: cannot be read"]),
        (["explain", "/nowhere.txt"], ["/nowhere.txt: cannot be read"]),
        (["checks", "indexes/unsued"], ["no check or group is called 'indexes/unsued'"]),
        (["grants", "--engine", "oracle"], ["no grants are known"]),
    ],
)
def test_wrong_arguments(arguments: list[str], fragments: list[str]) -> None:
    result = tunewright(*arguments)
    _one_line(result, 2, *fragments)
    assert "swordfish" not in result.stderr


def test_a_plan_that_is_no_plan() -> None:
    _one_line(tunewright("explain", "-", stdin="The quick brown fox"), 2, "standard input", "EXPLAIN")


def test_a_configuration_with_a_typo(tmp_path: Path) -> None:
    config = tmp_path / "t.toml"
    config.write_text('[[clusters]]\nname = "a"\nurl = "postgresql://h/d"\n[web]\nprot = 1\n')
    _one_line(tunewright("run", "--config", str(config)), 2, "line 5: web.prot: no such key; did you mean 'port'?")


def test_a_configuration_with_an_unknown_source(tmp_path: Path) -> None:
    config = tmp_path / "t.toml"
    history = tmp_path / "history.db"
    config.write_text(
        f'[history]\npath = "{history}"\n[[clusters]]\nname = "a"\nurl = "postgresql://h/d"\nsources.statments = {{ enabled = false }}\n'
    )
    for command in ("run", "once"):
        _one_line(tunewright(command, "--config", str(config)), 2, "'statments'; did you mean 'statements'?")
    assert not history.exists()


def test_explain_judges_a_plan_offline(database18: str, tmp_path: Path) -> None:
    with psycopg.connect(database18, autocommit=True) as connection:
        connection.execute("CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 200000) g; ANALYZE t")
        rows = connection.execute(
            "EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) SELECT * FROM t WHERE a = 4711"
        ).fetchone()
        text = connection.execute("EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM t WHERE a = 4711").fetchall()
    assert rows is not None
    (tmp_path / "plan.json").write_text(json.dumps(rows[0]))
    found = json.loads(tunewright("explain", str(tmp_path / "plan.json"), "--format", "json").stdout)
    assert "plans/filtered_scan" in {one["check"] for one in found["findings"]}
    assert "4711" not in json.dumps(found)
    as_text = tunewright("explain", "-", "--format", "json", stdin="\n".join(line for (line,) in text))
    assert {one["id"] for one in json.loads(as_text.stdout)["findings"]} == {one["id"] for one in found["findings"]}
