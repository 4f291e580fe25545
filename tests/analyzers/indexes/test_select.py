"""Properties of the choice: no duplicate of what exists, the order of the workload means nothing, limits hold. With an oracle that is a formula."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from formula import TABLES, Formula, index_on, size_of, statement
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName
from tunewright_analyzers.indexes.existing import serves, starts_with
from tunewright_analyzers.indexes.problem import Choice, Limits, Problem, WeightedStatement
from tunewright_analyzers.indexes.select import greedy, new_ones
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

DEFAULTS = Limits()
_COLUMNS = ("a", "b", "c", "d")


_KEYS = st.lists(st.sampled_from(_COLUMNS), min_size=1, max_size=3, unique=True)
_CANDIDATES = st.lists(st.builds(index_on, st.sampled_from(TABLES), _KEYS), max_size=12)


def _statement(number: int, table: RelationName, columns: Sequence[str], seconds: float) -> WeightedStatement:
    return statement(number, {table.name: "".join(columns)}, seconds)


_WORKLOAD = st.lists(st.tuples(st.sampled_from(TABLES), _KEYS, st.floats(0.1, 100)), min_size=1, max_size=6).map(
    lambda rows: [_statement(at, *row) for at, row in enumerate(rows)]
)


def _existing(table: RelationName, columns: Sequence[str], primary: bool) -> Index:
    name = RelationName("shop", "public", f"{table.name}_{'_'.join(columns)}")
    keys = tuple(IndexColumn(column) for column in columns)
    return Index(name, table, "btree", keys, (), None, "", 8192, primary, primary)


def _solve(
    workload: Sequence[WeightedStatement], pool: Sequence[HypotheticalIndex], limits: Limits = DEFAULTS
) -> Choice:
    return greedy(Problem(tuple(workload), tuple(pool), Formula(), limits, dict.fromkeys(pool, 0.001), 60.0))


@given(
    _WORKLOAD, _CANDIDATES, st.lists(st.builds(_existing, st.sampled_from(TABLES), _KEYS, st.booleans()), max_size=4)
)
def test_never_a_duplicate_of_an_index_or_of_a_primary_keys_prefix(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], existing: list[Index]
) -> None:
    for chosen in _solve(workload, new_ones(pool, existing)).chosen:
        for one in existing:
            assert not serves(one, chosen)
            assert one.table != chosen.table or one.keys[: len(chosen.keys)] != chosen.keys


@given(_WORKLOAD, _CANDIDATES)
def test_no_chosen_index_is_the_left_part_of_another(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex]
) -> None:
    chosen = _solve(workload, new_ones(pool, ())).chosen
    for one in chosen:
        assert not any(
            other != one and other.table == one.table and starts_with(other.keys, one.keys) for other in chosen
        )


@given(_WORKLOAD, _CANDIDATES, st.randoms())
@settings(max_examples=60)
def test_the_order_of_workload_and_candidates_means_nothing(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], random: object
) -> None:
    straight = _solve(workload, new_ones(pool, ())).chosen
    shuffle = random.shuffle  # type: ignore[attr-defined]
    shuffle(workload)
    shuffle(pool)
    assert _solve(workload, new_ones(pool, ())).chosen == straight


@given(_WORKLOAD, _CANDIDATES, st.integers(0, 8_000_000))
def test_the_budget_and_the_limits_by_table_hold(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], budget: int
) -> None:
    limits = Limits(budget_bytes=budget, most_per_table=2, most_indexes=3)
    chosen = _solve(workload, new_ones(pool, ()), limits).chosen
    assert sum(size_of(one) for one in chosen) <= budget
    assert len(chosen) <= 3
    assert all(sum(one.table == table for one in chosen) <= 2 for table in TABLES)


@given(_WORKLOAD, _CANDIDATES)
def test_every_chosen_index_is_worth_it_and_none_makes_a_statement_worse(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex]
) -> None:
    oracle = Formula()
    chosen = _solve(workload, new_ones(pool, ())).chosen
    for one in workload:
        assert oracle.explain("shop", one.text, add=chosen).root.cost.total <= 1000.0
    used = {node.index for one in workload for node in oracle.explain("shop", one.text, add=chosen).root.walk()}
    assert {str(one) for one in chosen} <= used


@given(_WORKLOAD, _CANDIDATES, st.integers(0, 60))
def test_interrupted_it_gives_what_it_had_chosen_within_the_budget(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex], patience: int
) -> None:
    limits = Limits(budget_bytes=3_000_000)

    def problem(planner: Formula) -> Problem:
        return Problem(tuple(workload), tuple(pool), planner, limits, dict.fromkeys(pool, 0.001), 60.0)

    found, whole = greedy(problem(Formula(patience))), greedy(problem(Formula()))
    assert sum(size_of(one) for one in found.chosen) <= 3_000_000
    assert found == whole if found.is_complete else len(found.chosen) <= 3
    late = problem(Formula())
    late.enough = lambda: True
    assert not greedy(late).is_complete or not workload


def test_a_write_cost_above_the_gain_forbids_the_index() -> None:
    index = index_on(TABLES[0], ("a",))
    statement = _statement(0, TABLES[0], ("a",), 10.0)
    problem = Problem((statement,), (index,), Formula(), Limits(), {index: 1e6}, 60.0)
    found = greedy(problem)
    assert found.chosen == ()
    assert "net of its write cost" in found.rejected[0].because


def test_answers_are_reused_where_the_planner_would_choose_the_same() -> None:
    pool = [index_on(TABLES[0], columns) for columns in (("a",), ("b",), ("c",), ("a", "b"))]
    oracle = Formula()
    problem = Problem((_statement(0, TABLES[0], ("a", "b"), 1.0),), tuple(pool), oracle, Limits(), {}, 60.0)
    assert problem.cost(problem.statements[0], pool) == 5.0
    asked = oracle.calls
    assert problem.cost(problem.statements[0], [pool[3], pool[0]]) == 5.0
    assert problem.cost(problem.statements[0], [pool[3]]) == 5.0
    assert oracle.calls == asked
