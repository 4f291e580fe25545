"""Reading plans offline: frames of psql, units, and PlanError for everything that is no plan."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_analyzers.facts.plans import NodeKind
from tunewright_analyzers.plans.reading import PlanError, read_plan
from tunewright_analyzers.plans.render import render

TEXT = """\
                                                 QUERY PLAN
------------------------------------------------------------------------------------------------------------
 Limit  (cost=0.42..8.44 rows=1 width=8) (actual time=0.020..0.500 rows=1 loops=1)
   ->  Nested Loop Left Join  (cost=0.42..100.00 rows=10 width=8) (actual time=0.010..0.400 rows=1 loops=1)
         Join Filter: (a.x = b.y)
         Rows Removed by Join Filter: 12
         ->  Index Only Scan using "Odd ""idx" on public."T 1" a  (cost=0.42..4.44 rows=1 width=4) (actual time=0.002..0.003 rows=1 loops=1)
               Index Cond: (a.x = 'secret'::text)
               Heap Fetches: 3
         ->  Brand New Scan on b  (cost=0.00..1.00 rows=1 width=4) (never executed)
 Planning Time: 0.100 ms
 Execution Time: 0.600 ms
(9 rows)
"""


def test_text_with_psqls_frame() -> None:
    plan = read_plan(TEXT)
    assert plan.execution_seconds == 0.0006
    limit, loop, scan, unknown = plan.root.walk()
    assert limit.kind is NodeKind.LIMIT
    assert (loop.kind, loop.join_type, loop.rows_removed_by_join_filter) == (NodeKind.NESTED_LOOP, "Left", 12)
    assert (scan.index, str(scan.relation), scan.alias, scan.heap_fetches) == ('Odd "idx', "public.T 1", "a", 3)
    assert scan.index_condition == "(a.x = ?::text)"
    assert (unknown.kind, unknown.label, unknown.loops) == (NodeKind.OTHER, "Brand New Scan on b", 0)
    assert any("Odd" in line for line in render(plan))


def test_a_property_nobody_knows_is_kept() -> None:
    raw = [
        {
            "Plan": {
                "Node Type": "Seq Scan",
                "Relation Name": "t",
                "Startup Cost": 0.0,
                "Total Cost": 1,
                "Plan Rows": 1,
                "Plan Width": 4,
                "Shiny": "x > 5",
            }
        }
    ]
    assert read_plan(json.dumps(raw)).root.notes == (("Shiny", "x > ?"),)


@pytest.mark.parametrize(
    "text",
    ["", "The quick brown fox", "{}", "[]", "[1]", '{"Plan": 5}', '{"Plan": {}}', '[{"Plan": {"Node Type": "Sort", "Plans": 7}}]', "[" * 100_000, "{",
     "SELECT 1", "Seq Scan on t", '{"Plan": {"Node Type": "X", "Plan Rows": {}}, "Triggers": 5}',
     '{"Plan": {"Node Type": "Sort", "Workers Planned": 1e999}}'],
)  # fmt: skip
def test_what_is_no_plan_says_so_with_the_mend(text: str) -> None:
    with pytest.raises(PlanError, match="EXPLAIN"):
        read_plan(text)


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.text(max_size=20))
def test_mutated_text_is_a_plan_or_a_plan_error(start: int, end: int, patch: str) -> None:
    with contextlib.suppress(PlanError):
        read_plan(TEXT[:start] + patch + TEXT[end:])


PROPERTIES = [
    "Plan",
    "Plans",
    "Node Type",
    "Sort Key",
    "Full-sort Groups",
    "JIT",
    "Settings",
    "Triggers",
    "Relation Name",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.text()


@given(
    st.recursive(
        LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(PROPERTIES), inner), max_leaves=20
    )
)
def test_any_json_is_a_plan_or_a_plan_error(value: object) -> None:
    with contextlib.suppress(PlanError):
        read_plan(json.dumps({"Plan": value} if not isinstance(value, dict) else value))
