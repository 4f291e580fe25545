"""Both readers on real EXPLAIN output of every release: the same trees from JSON and from text, and no node lost."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tunewright_analyzers.facts.plans import NodeKind, PlanNode
from tunewright_analyzers.plans.reading import read_plan

SETUP = """
CREATE TABLE c (id int PRIMARY KEY, name text, "Odd Name" int);
CREATE TABLE o (id int PRIMARY KEY, c_id int, status text, total numeric, at date);
INSERT INTO c SELECT g, 'n' || g, g % 7 FROM generate_series(1, 2000) g;
INSERT INTO o SELECT g, 1 + g % 2000, CASE WHEN g % 20 = 0 THEN 'open' ELSE 'done' END, g % 1000, date '2026-01-01' + g % 300
  FROM generate_series(1, 60000) g;
CREATE INDEX o_c ON o (c_id); CREATE INDEX o_status ON o (status); CREATE INDEX "O at" ON o (at);
CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO p SELECT g, date '2026-01-01' + g % 59 FROM generate_series(1, 5000) g;
CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER watch BEFORE UPDATE ON c FOR EACH ROW EXECUTE FUNCTION noop();
"""
QUERIES = (
    "SELECT * FROM c WHERE name = 'n17'",
    'SELECT "Odd Name" FROM c AS "My C" WHERE id = 5',
    "SELECT id FROM c WHERE id BETWEEN 5 AND 10",
    "SELECT * FROM o WHERE c_id = 17 AND status = 'open'",
    "SELECT * FROM o WHERE c_id = 17 OR c_id = 18",
    "SELECT * FROM o JOIN c ON c.id = o.c_id WHERE c.name LIKE 'n1%'",
    "SELECT * FROM c LEFT JOIN o ON c.id = o.c_id AND o.total > 5 WHERE c.id < 10",
    "SELECT * FROM c WHERE EXISTS (SELECT FROM o WHERE o.c_id = c.id AND status = 'open')",
    "SELECT * FROM c WHERE NOT EXISTS (SELECT FROM o WHERE o.c_id = c.id)",
    "SELECT c.*, (SELECT max(total) FROM o WHERE o.c_id = c.id) FROM c WHERE id < 50",
    "SELECT * FROM c WHERE id = (SELECT max(c_id) FROM o)",
    "SELECT status, count(*), sum(total) FROM o GROUP BY status",
    "SELECT at, count(*) FROM o GROUP BY at ORDER BY at",
    "SELECT DISTINCT status FROM o ORDER BY 1",
    "SELECT * FROM o ORDER BY total, id",
    "SELECT * FROM o ORDER BY at, total LIMIT 10",
    "SELECT * FROM o ORDER BY id DESC LIMIT 10 OFFSET 1000",
    "SELECT id, rank() OVER (PARTITION BY status ORDER BY total DESC) FROM o WHERE c_id < 50",
    "WITH x AS MATERIALIZED (SELECT * FROM o WHERE total > 500) SELECT * FROM x a JOIN x b USING (id)",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 20) SELECT sum(n) FROM r",
    "SELECT * FROM p WHERE at = '2026-01-15'",
    "SELECT count(*) FROM p",
    "SELECT id FROM c UNION SELECT c_id FROM o",
    "SELECT id FROM c INTERSECT SELECT c_id FROM o",
    "SELECT id FROM c EXCEPT ALL SELECT c_id FROM o",
    "SELECT * FROM generate_series(1, 10) g WHERE g > 3",
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(a, b) WHERE a = 1",
    "SELECT * FROM o WHERE ctid = '(0,1)'",
    "SELECT * FROM o TABLESAMPLE system (10) WHERE total > 5",
    "SELECT * FROM c, o WHERE c.id < 3 AND o.id < 3",
    "SELECT count(*) FROM o a JOIN o b ON a.id = b.id JOIN c ON c.id = a.c_id",
    "SELECT * FROM c FULL JOIN (SELECT * FROM o LIMIT 100) o ON c.id = o.c_id",
    "INSERT INTO c SELECT id + 100000, name, 1 FROM c WHERE id < 5",
    "UPDATE c SET name = name || 'x' WHERE id < 5",
    "DELETE FROM o WHERE id = 5",
    "MERGE INTO c USING (SELECT 1 AS id) s ON s.id = c.id WHEN MATCHED THEN UPDATE SET name = 'x' WHEN NOT MATCHED THEN DO NOTHING",
    "SELECT * FROM o WHERE status = 'open' FOR UPDATE",
    "SELECT 1 WHERE 'a' = current_user",
    "SELECT unnest(ARRAY[1, 2, 3])",
    "SELECT * FROM o WHERE at > '2026-10-01' AND status = 'open' AND total::text = '7'",
)
PARALLEL = (
    "max_parallel_workers_per_gather = 2",
    "parallel_setup_cost = 0",
    "parallel_tuple_cost = 0",
    "min_parallel_table_scan_size = 0",
    "jit = off",
)
SETTINGS = (("work_mem = '4MB'",), ("work_mem = '64kB'", "jit = on", "jit_above_cost = 10"), PARALLEL)


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, autocommit=True) as opened:
        opened.execute(SETUP)
        opened.execute("VACUUM ANALYZE")
        yield opened


def _explain(connection: psycopg.Connection[Any], query: str, options: str) -> str:
    with connection.transaction(force_rollback=True):
        rows = connection.execute(f"EXPLAIN ({options}) {query}").fetchall()
    return json.dumps(rows[0][0]) if "JSON" in options else "\n".join(str(line) for (line,) in rows)


def _comparable(node: PlanNode, *, timed: bool) -> PlanNode:
    """Without what text does not print, and (executed twice) without what differs between two runs."""
    blank: dict[str, Any] = {
        "relationship": None,
        "notes": (),
        "buffers": None,
        "operation": None,
        "parallel_aware": False,
    }
    if timed:
        blank |= dict.fromkeys(
            ("actual_startup_seconds", "actual_total_seconds", "sort_space_bytes", "peak_memory_bytes", "disk_bytes", "hash_buckets", "hash_batches",
             "actual_rows", "loops", "rows_removed_by_filter", "workers_launched", "hash_batches_planned", "cache_hits", "cache_misses",
             "sort_method", "sort_space_type", "heap_fetches", "rows_removed_by_join_filter", "rows_removed_by_recheck",
             "exact_heap_blocks", "lossy_heap_blocks"))  # fmt: skip
    subplan = node.subplan.removeprefix("CTE ") if node.subplan and node.subplan.startswith("CTE ") else node.subplan
    strategy = None if node.label == "SetOp" else node.strategy or ("Plain" if node.label == "Aggregate" else None)
    children = tuple(_comparable(child, timed=timed) for child in node.children)
    return replace(node, children=children, subplan=subplan, strategy=strategy, **blank)


@pytest.mark.parametrize("settings", SETTINGS, ids=["plain", "small memory and jit", "parallel"])
@pytest.mark.parametrize("analyze", [False, True], ids=["estimated", "executed"])
def test_json_and_text_give_the_same_tree(
    connection: psycopg.Connection[Any], settings: tuple[str, ...], analyze: bool
) -> None:
    options = "ANALYZE, BUFFERS, VERBOSE, SETTINGS" if analyze else "VERBOSE, SETTINGS"
    for setting in settings:
        connection.execute(f"SET {setting}")
    for query in QUERIES:
        if analyze and query.startswith("MERGE") and connection.info.server_version < 150000:
            continue
        raw = _explain(connection, query, f"{options}, FORMAT JSON")
        from_json = read_plan(raw)
        from_text = read_plan(_explain(connection, query, options))
        assert raw.count('"Node Type"') == sum(1 for _ in from_json.root.walk()), query
        assert NodeKind.OTHER not in {node.kind for node in from_json.root.walk()}, query
        assert _comparable(from_text.root, timed=analyze) == _comparable(from_json.root, timed=analyze), query
        assert from_text.shape == from_json.shape, query
        assert dict(from_text.settings) == dict(from_json.settings), query
        assert (from_text.execution_seconds is None) == (from_json.execution_seconds is None), query
        assert (from_text.jit is None) == (from_json.jit is None), query
        assert [(one.name, one.calls) for one in from_text.triggers] == [
            (one.name, one.calls) for one in from_json.triggers
        ], query


def test_measured_numbers_come_through(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET work_mem = '64kB'")
    for options in ("ANALYZE, BUFFERS", "ANALYZE, BUFFERS, FORMAT JSON"):
        plan = read_plan(_explain(connection, "SELECT * FROM o ORDER BY total, id", options))
        (sort,) = [node for node in plan.root.walk() if node.kind is NodeKind.SORT]
        assert sort.sort_space_type == "Disk"
        assert (sort.sort_space_bytes or 0) > 10**6
        assert sort.actual_rows == 60000
        assert sort.buffers is not None
        assert sort.buffers.temp_written > 100
        plan = read_plan(_explain(connection, "SELECT * FROM o WHERE total = 7", options))
        assert plan.root.rows_removed_by_filter == 59940
        assert plan.root.filter is not None
        assert "7" not in plan.root.filter


def test_the_shape_ignores_literals_and_pruning_and_sees_a_new_plan(connection: psycopg.Connection[Any]) -> None:
    def shape(query: str) -> str:
        return read_plan(_explain(connection, query, "FORMAT JSON")).shape

    assert shape("SELECT * FROM c WHERE id = 5") == shape("SELECT * FROM c WHERE id = 6")
    assert shape("SELECT count(*) FROM p WHERE at < '2026-02-20'") == shape(
        "SELECT count(*) FROM p WHERE at < '2026-02-25'"
    )
    before = shape("SELECT * FROM c WHERE name = 'n1'")
    connection.execute("CREATE INDEX ON c (name)")
    assert shape("SELECT * FROM c WHERE name = 'n1'") != before
