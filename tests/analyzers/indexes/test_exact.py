"""Properties of the exact choice, with a planner that is a formula: budget, duplicates, order, monotony, interruption, optimality."""

import dataclasses
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formula import TABLES, Formula, index_on, size_of, statement
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName
from tunewright_analyzers.indexes.exact import exact
from tunewright_analyzers.indexes.existing import serves
from tunewright_analyzers.indexes.problem import Choice, Limits, Problem, WeightedStatement
from tunewright_analyzers.indexes.select import new_ones
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

pytestmark = pytest.mark.slow  # some seconds together

FREE = Limits(least_gain_ratio=0.0, size_margin_ratio=0.0)
_COLUMNS = "abcd"
_KEYS = st.lists(st.sampled_from(_COLUMNS), min_size=1, max_size=3, unique=True)
_CANDIDATES = st.lists(
    st.builds(index_on, st.sampled_from(TABLES), _KEYS, st.lists(st.sampled_from(_COLUMNS), max_size=2)), max_size=10
)
_PARTS = st.dictionaries(st.sampled_from(["t", "u"]), _KEYS.map("".join), min_size=1, max_size=2)
_WORKLOAD = st.lists(st.tuples(_PARTS, st.floats(0.1, 100)), min_size=1, max_size=5).map(
    lambda rows: [statement(at, *row) for at, row in enumerate(rows)]
)


def _problem(
    workload: Sequence[WeightedStatement],
    pool: Sequence[HypotheticalIndex],
    limits: Limits = FREE,
    oracle: Formula | None = None,
    write: float = 0.0,
) -> Problem:
    fresh = tuple(dict.fromkeys(pool))
    return Problem(tuple(workload), fresh, oracle or Formula(), limits, dict.fromkeys(fresh, write), 60.0)


def _solve(workload: Sequence[WeightedStatement], pool: Sequence[HypotheticalIndex], limits: Limits = FREE) -> Choice:
    return exact(_problem(workload, pool, limits))


def _load(workload: Sequence[WeightedStatement], chosen: Sequence[HypotheticalIndex]) -> float:
    problem = _problem(workload, chosen)
    return sum(problem.load(one, problem.cost(one, chosen)) for one in workload)


def _existing(table: RelationName, columns: Sequence[str], primary: bool) -> Index:
    name = RelationName("shop", "public", f"{table.name}_{'_'.join(columns)}")
    return Index(name, table, "btree", tuple(IndexColumn(one) for one in columns), (), None, "", 8192, primary, primary)


@given(_WORKLOAD, _CANDIDATES, st.integers(0, 8_000_000))
@settings(max_examples=60, deadline=None)
def test_never_over_budget_and_within_the_limits(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], budget: int
) -> None:
    limits = Limits(budget_bytes=budget, most_per_table=2, most_indexes=3, most_bytes_per_table=4_000_000)
    chosen = _solve(workload, pool, limits).chosen
    assert sum(map(size_of, chosen)) <= budget
    assert len(chosen) <= 3
    for table in TABLES:
        assert sum(one.table == table for one in chosen) <= 2
        assert sum(size_of(one) for one in chosen if one.table == table) <= 4_000_000


@given(
    _WORKLOAD, _CANDIDATES, st.lists(st.builds(_existing, st.sampled_from(TABLES), _KEYS, st.booleans()), max_size=4)
)
@settings(max_examples=60, deadline=None)
def test_never_a_duplicate_of_an_index_or_of_a_primary_keys_prefix(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], existing: list[Index]
) -> None:
    problem = _problem(workload, new_ones(pool, existing))
    problem.existing = tuple(existing)
    for chosen in exact(problem).chosen:
        assert not any(serves(one, chosen) for one in existing)


@given(_WORKLOAD, _CANDIDATES, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_workload_and_candidates_means_nothing(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], random: object
) -> None:
    limits = Limits(budget_bytes=3_000_000)
    straight = _solve(workload, pool, limits)
    shuffle = random.shuffle  # type: ignore[attr-defined]
    shuffle(workload)
    shuffle(pool)
    assert _solve(workload, pool, limits) == straight


@given(_WORKLOAD, _CANDIDATES, st.lists(st.integers(0, 8_000_000), min_size=2, max_size=4).map(sorted))
@settings(max_examples=60, deadline=None)
def test_more_budget_is_never_worse(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], budgets: list[int]
) -> None:
    loads = [
        _load(workload, _solve(workload, pool, Limits(0.0, size_margin_ratio=0.0, budget_bytes=budget)).chosen)
        for budget in budgets
    ]
    assert all(after <= before * (1 + 1e-6) for before, after in pairwise(loads))


@given(
    _WORKLOAD,
    st.lists(
        st.sampled_from([index_on(table, one) for table in TABLES for one in ("a", "b", "ab", "bc", "abc")]),
        max_size=7,
        unique=True,
    ),
    st.integers(0, 6_000_000),
)
@settings(max_examples=60, deadline=None)
def test_nothing_within_the_budget_is_much_better(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], budget: int
) -> None:
    """Against every subset of the candidates, within a twentieth; merged indexes may do better still."""
    found = _load(workload, _solve(workload, pool, Limits(0.0, size_margin_ratio=0.0, budget_bytes=budget)).chosen)
    for count in range(len(pool) + 1):
        for subset in combinations(pool, count):
            if sum(map(size_of, subset)) <= budget:
                assert found <= _load(workload, subset) * 1.05 + 0.001


@given(_WORKLOAD, _CANDIDATES, st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_interrupted_it_gives_the_best_so_far_within_the_budget(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], patience: int
) -> None:
    limits = Limits(budget_bytes=3_000_000)
    found = exact(_problem(workload, pool, limits, Formula(patience)))
    assert sum(map(size_of, found.chosen)) <= 3_000_000
    assert _load(workload, found.chosen) <= sum(one.seconds for one in workload) * (1 + 1e-9)
    if found.is_complete:
        assert found == exact(_problem(workload, pool, limits))


@given(_WORKLOAD, _CANDIDATES, st.lists(st.integers(0, 8_000_000), min_size=2, max_size=4).map(sorted))
@settings(max_examples=60, deadline=None)
def test_more_budget_is_never_worse_than_the_trouble_of_an_index(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], budgets: list[int]
) -> None:
    """Where having one more index has its price, one that serves almost as well may stand for two: that is all that may be lost."""
    answers = [_solve(workload, pool, Limits(budget_bytes=budget)).chosen for budget in budgets]
    price = Limits().least_gain_ratio * sum(one.seconds for one in workload)
    for less, more in pairwise(answers):
        fewer = max(len(less) - len(more), 0)
        assert _load(workload, more) <= _load(workload, less) + price * fewer + 1e-6


@given(_WORKLOAD, _CANDIDATES, st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_out_of_time_it_gives_the_best_so_far_within_the_budget(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], questions: int
) -> None:
    planner = Formula()
    problem = _problem(workload, pool, Limits(budget_bytes=3_000_000), planner)
    problem.enough = lambda: planner.calls >= questions
    found = exact(problem)
    assert planner.calls <= questions
    assert sum(map(size_of, found.chosen)) <= 3_000_000
    assert _load(workload, found.chosen) <= sum(one.seconds for one in workload) * (1 + 1e-9)
    whole = exact(_problem(workload, pool, Limits(budget_bytes=3_000_000)))
    assert found == whole if found.is_complete else planner.calls == questions


def test_interrupted_before_anything_was_planned_nothing_is_promised() -> None:
    problem = _problem([statement(0, {"t": "a"}, 10.0)], [index_on(TABLES[0], "a")], oracle=Formula(0))
    found = exact(problem)
    assert (found.chosen, found.is_complete) == ((), False)
    assert problem.load(problem.statements[0], problem.cost(problem.statements[0])) == 10.0


def test_a_write_cost_above_the_gain_forbids_the_index() -> None:
    index = index_on(TABLES[0], "a")
    found = exact(_problem([statement(0, {"t": "a"}, 10.0)], [index], write=1e6))
    assert found.chosen == ()
    assert "write cost" in found.rejected[0].because


def test_two_indexes_that_begin_alike_are_merged_when_one_must_do() -> None:
    pool = [index_on(TABLES[0], "a", "b"), index_on(TABLES[0], "a", "c")]
    workload = [statement(0, {"t": "ab"}, 10.0), statement(1, {"t": "ac"}, 10.0)]
    limits = Limits(budget_bytes=2_000_000, size_margin_ratio=0.0)
    assert exact(_problem(workload, pool, limits)).chosen == (index_on(TABLES[0], "a", "bc"),)


def test_a_merged_index_is_no_duplicate_of_an_existing_one() -> None:
    pool = [index_on(TABLES[0], "a", "b"), index_on(TABLES[0], "a", "c")]
    workload = [statement(0, {"t": "ab"}, 10.0), statement(1, {"t": "ac"}, 10.0)]
    problem = _problem(workload, pool, Limits(budget_bytes=2_000_000, size_margin_ratio=0.0))
    there = _existing(TABLES[0], "a", False)
    problem.existing = (dataclasses.replace(there, included=("b", "c")),)
    assert index_on(TABLES[0], "a", "bc") not in exact(problem).chosen


def test_of_two_indexes_where_one_must_do_the_better_one() -> None:
    """highspy 1.14.0 took the worse one and called it optimal."""
    pool = [index_on(table, "a") for table in TABLES]
    workload = [statement(0, {"t": "a"}, 1.0), statement(1, {"u": "ab"}, 1.0)]
    limits = Limits(0.0, size_margin_ratio=0.0, budget_bytes=1_000_000)
    assert exact(_problem(workload, pool, limits)).chosen == (pool[0],)


def test_the_line_of_benefit_against_size_rises() -> None:
    pool = [index_on(table, columns) for table in TABLES for columns in ("a", "ab", "abc")]
    workload = [statement(0, {"t": "abc", "u": "ab"}, 10.0), statement(1, {"u": "abc"}, 3.0)]
    line = exact(_problem(workload, pool)).line
    assert len(line) > 1
    assert [one.size_bytes for one in line] == sorted({one.size_bytes for one in line})
    assert [one.load_ratio for one in line] == sorted((one.load_ratio for one in line), reverse=True)


@pytest.mark.parametrize("most", [1, 2])
def test_a_statement_that_one_hopeless_one_dwarfs_still_gets_its_index(most: int) -> None:
    workload = [statement(0, {"t": "abc"}, 1e7), statement(1, {"u": "a"}, 1000.0)]
    pool = [index_on(TABLES[0], "abc"), index_on(TABLES[1], "a")]
    chosen = exact(_problem(workload, pool, Limits(most_indexes=most))).chosen
    assert len(chosen) == most
    assert pool[0] in chosen
