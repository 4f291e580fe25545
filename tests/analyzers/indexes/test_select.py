"""Properties of the choice: no duplicate of what exists, the order of the workload means nothing, limits hold. With an oracle that is a formula."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan, PlanNode
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName
from tunewright_analyzers.indexes.existing import serves, starts_with
from tunewright_analyzers.indexes.problem import Choice, Limits, Problem, WeightedStatement
from tunewright_analyzers.indexes.select import greedy, new_ones
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

DEFAULTS = Limits()
_COLUMNS = ("a", "b", "c", "d")
_TABLES = tuple(RelationName("shop", "public", name) for name in ("t", "u"))


@dataclass
class _Formula:
    """An oracle for statements of the form `table:columns`: each matching leading key of the best index divides the cost by ten."""

    calls: int = 0

    @property
    def name(self) -> str:
        return "formula"

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        self.calls += 1
        table, _, columns = statement.partition(":")
        best, cost = None, 1000.0
        for index in sorted(add, key=str):
            matched = 0
            for key in index.keys:
                if index.table.name != table or key.column not in columns:
                    break
                matched += 1
            if matched and 1000.0 / 10**matched < cost:
                best, cost = str(index), 1000.0 / 10**matched
        return Plan(PlanNode(NodeKind.INDEX_SCAN, "Index Scan", 1.0, Cost(0, cost), index=best), PlanId("x"))

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        return 1_000_000 * len(index.keys)


def _index(table: RelationName, columns: Sequence[str]) -> HypotheticalIndex:
    return HypotheticalIndex(table, tuple(IndexColumn(column) for column in columns))


_KEYS = st.lists(st.sampled_from(_COLUMNS), min_size=1, max_size=3, unique=True)
_CANDIDATES = st.lists(st.builds(_index, st.sampled_from(_TABLES), _KEYS), max_size=12)


def _statement(number: int, table: RelationName, columns: Sequence[str], seconds: float) -> WeightedStatement:
    return WeightedStatement(
        StatementId(f"s{number}"), "shop", f"{table.name}:{''.join(columns)}", 10, seconds, frozenset({table})
    )


_WORKLOAD = st.lists(st.tuples(st.sampled_from(_TABLES), _KEYS, st.floats(0.1, 100)), min_size=1, max_size=6).map(
    lambda rows: [_statement(at, *row) for at, row in enumerate(rows)]
)


def _existing(table: RelationName, columns: Sequence[str], primary: bool) -> Index:
    name = RelationName("shop", "public", f"{table.name}_{'_'.join(columns)}")
    keys = tuple(IndexColumn(column) for column in columns)
    return Index(name, table, "btree", keys, (), None, "", 8192, primary, primary)


def _solve(
    workload: Sequence[WeightedStatement], pool: Sequence[HypotheticalIndex], limits: Limits = DEFAULTS
) -> Choice:
    return greedy(Problem(tuple(workload), tuple(pool), _Formula(), limits, dict.fromkeys(pool, 0.001), 60.0))


@given(
    _WORKLOAD, _CANDIDATES, st.lists(st.builds(_existing, st.sampled_from(_TABLES), _KEYS, st.booleans()), max_size=4)
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
    assert sum(1_000_000 * len(one.keys) for one in chosen) <= budget
    assert len(chosen) <= 3
    assert all(sum(one.table == table for one in chosen) <= 2 for table in _TABLES)


@given(_WORKLOAD, _CANDIDATES)
def test_every_chosen_index_is_worth_it_and_none_makes_a_statement_worse(
    workload: list[WeightedStatement], pool: list[HypotheticalIndex]
) -> None:
    oracle = _Formula()
    chosen = _solve(workload, new_ones(pool, ())).chosen
    for one in workload:
        assert oracle.explain("shop", one.text, add=chosen).root.cost.total <= 1000.0
    used = {oracle.explain("shop", one.text, add=chosen).root.index for one in workload}
    assert {str(one) for one in chosen} <= used


def test_a_write_cost_above_the_gain_forbids_the_index() -> None:
    index = _index(_TABLES[0], ("a",))
    statement = _statement(0, _TABLES[0], ("a",), 10.0)
    problem = Problem((statement,), (index,), _Formula(), Limits(), {index: 1e6}, 60.0)
    found = greedy(problem)
    assert found.chosen == ()
    assert "net of its write cost" in found.rejected[0].because


def test_answers_are_reused_where_the_planner_would_choose_the_same() -> None:
    pool = [_index(_TABLES[0], columns) for columns in (("a",), ("b",), ("c",), ("a", "b"))]
    oracle = _Formula()
    problem = Problem((_statement(0, _TABLES[0], ("a", "b"), 1.0),), tuple(pool), oracle, Limits(), {}, 60.0)
    assert problem.cost(problem.statements[0], pool) == 10.0
    asked = oracle.calls
    assert problem.cost(problem.statements[0], [pool[3], pool[0]]) == 10.0
    assert problem.cost(problem.statements[0], [pool[3]]) == 10.0
    assert oracle.calls == asked
