"""Plans of MySQL 8.0 and 9.7, MariaDB 10.11 and 11.8, recorded on real servers : each is read, and says the same in every format."""

import contextlib
import gzip
import json
from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mysqlplans.record import RECORDED
from tunewright_analyzers.facts.plans import NodeKind, Plan, PlanNode
from tunewright_analyzers.plans.reading import PlanError, read_plan
from tunewright_analyzers.plans.render import render

LITERALS = ("gift", "example.org", "2024-02", "700077", "sku7", "'open'", "quoted", "n17", "'DE'")
SCANS = {NodeKind.SEQUENTIAL_SCAN, NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN, NodeKind.BITMAP_HEAP_SCAN}


@cache
def _recorded() -> tuple[tuple[str, str, str, str], ...]:
    lines = gzip.decompress(RECORDED.read_bytes()).decode().splitlines()
    rows = [json.loads(line) for line in lines]
    return tuple((row["server"], row["format"], row["name"], row["text"]) for row in rows)


def _plans(name: str, *formats: str) -> list[tuple[str, Plan]]:
    return [
        (f"{server} {form}", read_plan(text))
        for server, form, one, text in _recorded()
        if one == name and (not formats or form in formats)
    ]


def _node(plan: Plan, kind: NodeKind) -> PlanNode | None:
    return next((node for node in plan.root.walk() if node.kind is kind), None)


def test_there_are_plans_of_four_versions_and_all_formats() -> None:
    found = Counter((server.partition("-")[0], form) for server, form, _, _ in _recorded())
    assert {version for version, _ in found} == {"8.0.45", "9.7.4", "10.11.18", "11.8.9"}
    assert {form for _, form in found} == {
        "json v1", "json v2", "tree", "analyze tree", "analyze json v2", "mariadb json", "mariadb analyze json"
    }  # fmt: skip
    assert min(found.values()) >= 40


def test_every_recorded_plan_is_read_and_no_literal_stays() -> None:
    unknown: Counter[str] = Counter()
    for server, form, name, text in _recorded():
        plan = read_plan(text)
        shown = repr(plan) + "\n".join(render(plan))
        assert not [literal for literal in LITERALS if literal in shown], (server, form, name)
        measured = plan.execution_seconds is not None or any(node.actual_rows is not None for node in plan.root.walk())
        assert measured == ("analyze" in form) or name in {"impossible", "no table", "optimised away"}, (
            server,
            form,
            name,
        )
        unknown.update(node.label for node in plan.root.walk() if node.kind is NodeKind.OTHER)
        assert not [
            note for node in plan.root.walk() for note in node.notes if note[0] != "sharing_temporary_table_with"
        ]
    assert set(unknown) == {"<not executable by iterator executor>"}


def test_every_table_of_a_statement_is_in_its_plan() -> None:
    for name, aliases in {
        "nested loop": {"c", "o"},
        "unindexed join": {"o", "l"},
        "dependent subquery": {"c", "l"},
        "derived": {"c", "orders"},
        "union": {"orders", "customers"},
        "semi join": {"customers", "orders"},
        "window": {"orders"},
        "range per row": {"a", "b"},
    }.items():
        for where, plan in _plans(name):
            seen = {node.alias for node in plan.root.walk() if node.kind in SCANS}
            assert aliases <= seen, (name, where)


def test_a_full_scan_has_its_filter_and_its_rows() -> None:
    for where, plan in _plans("full scan"):
        scan = _node(plan, NodeKind.SEQUENTIAL_SCAN)
        assert scan is not None, where
        assert "note" in (scan.filter or ""), where
        assert 25_000 < (scan.examined_rows or 0) < 33_000, where
        if plan.executed:
            assert (scan.actual_rows, scan.loops) == (0, 1), where
            assert scan.rows_removed_by_filter == 30_000, where


def test_an_index_lookup_names_its_index_and_what_it_searches_by() -> None:
    for where, plan in _plans("nested loop", "json v1", "tree", "json v2", "mariadb json"):
        scan = next(node for node in plan.root.walk() if node.alias == "o")
        assert scan.index == "status_total", where
        assert (scan.index_condition or "").replace(" ", "") == "(status=?)", where


def test_covering_and_full_index_scans() -> None:
    for where, plan in _plans("full index scan"):
        covering = where.startswith("8.0") and where.endswith(" tree") and "analyze" not in where
        scan = _node(
            plan, NodeKind.INDEX_SCAN if covering else NodeKind.INDEX_ONLY_SCAN
        )  # TREE of 8.0 says covering only once it ran
        assert scan is not None, where
        assert (scan.index, scan.index_condition) == ("customer_id", None), where


def test_index_merges_name_their_indexes() -> None:
    for name, how in {"index merge union": "union", "index merge intersect": "intersect"}.items():
        for where, plan in _plans(name):
            scan = _node(plan, NodeKind.BITMAP_HEAP_SCAN)
            if scan is None:
                assert "MariaDB" in where
                continue
            assert (scan.strategy, str(scan.relation).strip(".")[-9:]) == (how, "customers"), where
            assert scan.index is not None
            assert scan.index.startswith(how), where


def test_sorts_and_temporary_tables() -> None:
    for where, plan in _plans("filesort"):
        assert _node(plan, NodeKind.SORT) is not None, where
    for where, plan in _plans("group temporary"):
        assert any(node.uses_temporary_table for node in plan.root.walk()), where
        assert _node(plan, NodeKind.SORT) is not None, where


def test_dependent_subqueries_are_known_in_every_format() -> None:
    for name in ("dependent subquery", "dependent exists"):
        for where, plan in _plans(name):
            found = [node for node in plan.root.walk() if node.dependent and node.relationship == "SubPlan"]
            assert len(found) == 1, (name, where)
            if plan.executed:
                assert (found[0].loops or 0) >= 20, (name, where)


def test_the_time_of_a_subquery_in_the_select_list_is_in_the_whole() -> None:
    for where, plan in _plans("dependent subquery"):
        if plan.executed:
            inner = next(node for node in plan.root.walk() if node.dependent)
            assert (plan.execution_seconds or 0) >= (inner.actual_total_seconds or 0) * (inner.loops or 0) * 0.99, where


def test_ranges_that_are_planned_per_row() -> None:
    for where, plan in _plans("range per row"):
        assert [node.alias for node in plan.root.walk() if node.replanned_per_row] == ["b"], where


def test_offsets_are_read_where_they_are_printed() -> None:
    for where, plan in _plans("deep offset", "tree", "analyze tree", "json v2", "analyze json v2"):
        limit = _node(plan, NodeKind.LIMIT)
        assert limit is not None
        assert limit.offset_rows == 15_000, where


def test_an_impossible_condition_says_so() -> None:
    for where, plan in _plans("impossible"):
        messages = [node.message for node in plan.root.walk() if node.message]
        assert messages, where
        assert "Impossible WHERE" in messages[0], where


def test_joins_without_an_index() -> None:
    for where, plan in _plans("unindexed join"):
        join = next(node for node in plan.root.walk() if node.hash_condition or node.join_filter)
        assert "order_id" in (join.hash_condition or join.join_filter or ""), where
        if plan.executed:
            assert (join.actual_rows or 0) * (join.loops or 0) == pytest.approx(400, rel=0.01), where


def test_long_lists_are_counted_before_they_are_folded() -> None:
    for where, plan in _plans("long list"):
        if "MariaDB" in where:
            continue  # it makes a derived table of so long a list
        assert max(node.longest_list or 0 for node in plan.root.walk()) == 1200, where


def test_writes_are_marked() -> None:
    for where, plan in _plans("update join", "json v1"):
        assert any(node.kind is NodeKind.MODIFY or node.operation for node in plan.root.walk()), where


def test_schema_and_table_behind_an_alias_are_known_from_version_2() -> None:
    for where, plan in _plans("nested loop", "json v2"):
        found = {node.alias: str(node.relation) for node in plan.root.walk() if node.relation}
        assert found == {"c": "plan_corpus.customers", "o": "plan_corpus.orders"}, where


TREE = """\
-> Shiny new access on orders  (cost=10 rows=5) (actual time=1..2.5 rows=5 loops=2)
    -> Filter: (orders.note = 'a secret
-> Table scan on x  (cost=1 rows=1)')  (cost=9.5 rows=5) (never executed)
        -> Table scan on orders  (cost=9.5 rows=50) (never executed)
"""


def test_an_unknown_node_is_kept_and_a_literal_over_two_lines_is_one() -> None:
    shiny, scan = read_plan(TREE).root.walk()
    assert (shiny.kind, shiny.label) == (NodeKind.OTHER, "Shiny new access on orders")
    assert (shiny.actual_rows, shiny.loops, shiny.actual_total_seconds) == (5, 2, 0.0025)
    assert (scan.filter, scan.loops, scan.examined_rows) == ("(orders.note = ?)", 0, 50)


def test_unknown_properties_are_kept_by_name() -> None:
    table = {
        "table_name": "t",
        "access_type": "ALL",
        "rows_examined_per_scan": 5,
        "filtered": "100.00",
        "sparkle": "x > 5",
    }
    plan = read_plan(json.dumps({"query_block": {"select_id": 1, "cost_info": {}, "table": table}}))
    assert plan.root.notes == (("sparkle", "x > ?"),)
    step = {"operation": "Table scan on t", "table_name": "t", "glow": ["a = 'b'"]}
    assert read_plan(json.dumps({"query_plan": step})).root.notes == (("glow", "a = ?"),)


@pytest.mark.parametrize("form", ["json v1", "tree", "mariadb json"])
def test_frames_of_the_client_are_taken_off(form: str) -> None:
    text = next(text for _, one, name, text in _recorded() if (one, name) == (form, "nested loop"))
    expected = read_plan(text)
    rule = "+---------+"
    boxed = f"{rule}\n| EXPLAIN |\n{rule}\n| {text.rstrip()} |\n{rule}\n1 row in set (0.00 sec)\n"
    vertical = (
        f"*************************** 1. row ***************************\nEXPLAIN: {text}\n1 row in set (0.00 sec)\n"
    )
    batch = "EXPLAIN\n" + text.replace("\n", "\\n") + "\n"
    assert [read_plan(one) for one in (boxed, vertical, batch)] == [expected] * 3


def test_mariadbs_repeated_keys_of_old_releases_are_a_join() -> None:
    text = """{"query_block": {"select_id": 1,
      "table": {"table_name": "a", "access_type": "ALL", "rows": 5, "filtered": 100},
      "table": {"table_name": "b", "access_type": "ref", "key": "k", "used_key_parts": ["x"], "ref": ["a.x"], "rows": 2, "filtered": 100}}}"""
    root = read_plan(text).root
    assert (root.kind, [child.alias for child in root.children]) == (NodeKind.NESTED_LOOP, ["a", "b"])


@pytest.mark.parametrize(
    "text",
    [
        '{"query_block": 5}',
        '{"query_block": {"nested_loop": ["x"]}}',
        '{"query_block": {"select_id": 1, "table": {"table_name": "t", "rows": 5, "access_type": "ALL"}',
        '{"query_plan": {"inputs": []}}',
        '{"operation": 5, "inputs": 7}',
        "-> Table scan on t\nsecret words",
        "-> a\n-> b",
    ],
)
def test_what_is_no_plan_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(PlanError) as error:
        read_plan(text)
    assert "secret" not in str(error.value)
    assert "MySQL" in str(error.value)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["table", "nested_loop", "query_block", "table_name", "ordering_operation", "inputs", "operation",
                         "materialized_from_subquery", "filesort", "rows", "ref", "key", "subqueries", "windows"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_nonsense_of_the_right_shape_never_raises_anything_else(value: object) -> None:
    for wrapped in ({"query_block": value}, {"query_plan": value}, {"query_optimization": {}, "query_block": value}):
        with contextlib.suppress(PlanError):
            read_plan(json.dumps(wrapped))


@given(st.text(alphabet="->()= rowscost.1'`\n", max_size=60))
def test_nonsense_trees_never_raise_anything_else(text: str) -> None:
    with contextlib.suppress(PlanError):
        read_plan(f"-> {text}")
