"""`tunewright mcp` as an assistant uses it: started as a program, spoken to with the protocol's own client, over a real server's history."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from mcp import Client, StdioServerParameters, stdio_client

import reading
from tunewright_agent.config.settings import ClusterSettings, HistorySettings, Settings
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.wiring import INSTANCE, history_of, watch_of
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.live, pytest.mark.slow]
_SCHEMA = f"""
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TABLE parcel (id int PRIMARY KEY, city text, note text);
INSERT INTO parcel SELECT i, 'city' || i % 900, repeat('n', 80) FROM generate_series(1, 50000) i;
CREATE INDEX parcel_city_once ON parcel (id, city);
CREATE INDEX parcel_city_twice ON parcel (id, city);
COMMENT ON TABLE parcel IS '{reading.SECRET}';
"""


@pytest.fixture
def config(database18: str, tmp_path: Path) -> Path:
    """The configuration of a cluster that the daemon has looked at twice."""
    name = reading.name_of(database18)
    path = tmp_path / "tunewright.toml"
    path.write_text(
        f'[history]\npath = "{tmp_path}/history.db"\n[[clusters]]\nname = "post"\nurl = "{database18}"\ndatabases = ["{name}"]\n'
    )
    settings = Settings(
        clusters=(ClusterSettings(name="post", url=database18, databases=(name,)),),
        history=HistorySettings(path=tmp_path / "history.db"),
    )
    with psycopg.connect(database18, autocommit=True) as connection, history_of(settings.history) as history:
        connection.execute(_SCHEMA.encode())
        connection.execute("ANALYZE")
        watch = watch_of(settings.clusters[0], settings, Remembered(history, ClusterId("post"), INSTANCE, Fault()))
        try:
            watch.identify()
            for _ in range(2):
                for source in watch.sources:
                    watch.read(source)
                for _ in range(5):
                    connection.execute(f"SELECT note FROM parcel WHERE city = '{reading.SECRET}'")
            for source in watch.sources:
                watch.read(source)
            watch.judge()
        finally:
            watch.stop(10)
    return path


def _asked(config: Path, *calls: tuple[str, dict[str, Any]]) -> tuple[list[str], list[tuple[bool, str]]]:
    """The tools there are, and of each call whether it failed and what it said."""

    async def talk() -> tuple[list[str], list[tuple[bool, str]]]:
        command = str(Path(sys.executable).parent / "tunewright")
        program = stdio_client(StdioServerParameters(command=command, args=["mcp", "--config", str(config)]))
        async with Client(program, read_timeout_seconds=300) as client:
            tools = (await client.list_tools()).tools
            assert all(one.annotations is not None and one.annotations.read_only_hint for one in tools)
            said = []
            for name, arguments in calls:
                result = await client.call_tool(name, arguments)
                said.append((bool(result.is_error), "\n".join(getattr(one, "text", "") for one in result.content)))
            return [one.name for one in tools], said

    return asyncio.run(talk())


def test_an_assistant_reads_what_was_found_and_asks_what_if(config: Path, database18: str) -> None:
    database = reading.name_of(database18)
    about = {"cluster": "post", "database": database, "statement": "SELECT note FROM parcel WHERE city = $1"}
    tools, said = _asked(
        config,
        ("findings", {"group": "indexes"}),
        ("recommendations", {}),
        ("statements", {"cluster": "post", "hours": 1}),
        ("what_if_index", {**about, "table": "public.parcel", "columns": ["city"], "include": ["note"]}),
        ("what_if_setting", {**about, "name": "enable_seqscan", "value": "off"}),
    )
    assert {"findings", "recommendation", "statement", "what_if_index"} <= set(tools)
    assert [failed for failed, _ in said] == [False] * 5, said
    found, advised, statements, index, setting = (json.loads(text) for _, text in said)
    assert "indexes/duplicate" in {one["check"] for one in found["findings"]}
    assert {one["check"].partition("/")[0] for one in found["findings"]} == {"indexes"}
    rows = statements["instances"][0]["statements"]
    asked = next(one for one in rows if "FROM parcel WHERE city" in one["text"])
    assert asked["calls"] >= 5
    assert index["is_used"]
    assert index["after"]["cost"] < index["before"]["cost"]
    assert index["size_bytes"] > 8192
    assert setting["before"]["cost"] > 0
    _, (whole, one) = _asked(
        config,
        ("recommendation", {"id": advised["recommendations"][0]["id"]}),
        ("statement", {"cluster": "post", "id": asked["statement"], "hours": 1}),
    )
    assert json.loads(whole[1])["rollback"]
    assert sum(point["calls"] for point in json.loads(one[1])["instances"][0]["series"]) >= 5
    assert reading.SECRET not in "".join(text for _, text in [*said, whole, one])
    assert not (config.parent / "history.db-journal").exists()


_WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("statements", {"cluster": "elsewhere"}, "known are post"),
    ("statement", {"cluster": "post", "id": "nothing"}, "no statement has the id"),
    ("recommendation", {"id": "ffffffff"}, "recommendations lists them"),
    ("statements", {"cluster": "post", "hours": 9999}, "744"),
    ("statements", {"cluster": "post", "order": "beauty"}, "order is one of"),
    (
        "what_if_index",
        {
            "cluster": "post",
            "database": "db",
            "statement": "SELECT 1",
            "table": "t",
            "columns": ["a"],
            "predicate": "true); DROP TABLE t; --",
        },
        "no single condition",
    ),
    (
        "what_if_setting",
        {"cluster": "post", "database": "db", "statement": "SELECT 1", "name": "x; DROP TABLE t", "value": "1"},
        "is not the name of a setting",
    ),
]


def test_what_cannot_be_answered_says_why(config: Path) -> None:
    _, answers = _asked(config, *((tool, arguments) for tool, arguments, _ in _WRONG))
    for (failed, said), (_, _, fragment) in zip(answers, _WRONG, strict=True):
        assert failed
        assert fragment in said
        assert "Traceback" not in said
