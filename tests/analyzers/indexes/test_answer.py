"""What stands around the choice: drops, calibration to seconds, referential checks, risks, builds, the judged part of a predicate."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from formula import TABLES, Formula, index_on, statement
from tunewright_analyzers.facts.columns import Constraint, Schema
from tunewright_analyzers.facts.ids import PlanId
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan, PlanNode
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName, Table
from tunewright_analyzers.indexes.calibration import calibrated
from tunewright_analyzers.indexes.drops import drops, is_droppable, replaced
from tunewright_analyzers.indexes.explain import MANY_FETCHES, plan_change, risk_of
from tunewright_analyzers.indexes.foreign_keys import referential_checks
from tunewright_analyzers.indexes.problem import Limits, Problem
from tunewright_analyzers.indexes.statement import build_of
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.indexes.workload import Workload
from tunewright_analyzers.sql.judged import judged_part

_T = TABLES[0]


def _existing(columns: str, **changes: object) -> Index:
    name = RelationName("shop", "public", f"t_{columns}")
    keys = tuple(IndexColumn(one) for one in columns)
    plain = Index(name, _T, "btree", keys, (), None, f"CREATE INDEX t_{columns} ON t", 8192, False, False)
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def test_an_index_that_an_advised_one_begins_with_is_dropped() -> None:
    wide = index_on(_T, "ab")
    problem = Problem((statement(0, {"t": "ab"}, 1.0),), (wide,), Formula(), Limits(), {}, 60.0)
    found = drops(problem, [wide], [_existing("a"), _existing("b"), _existing("abc")])
    assert [str(one.index) for one in found] == ["public.t_a"]
    assert "begins with the same columns" in found[0].because
    assert drops(problem, [wide], [_existing("a")], keep=["t_a"]) == ()
    assert drops(problem, [wide], [_existing("a")], keep=["public.t_a"]) == ()


class _Attached(Formula):
    """A planner that likes nothing but `t_a`: hidden, every statement costs a thousand times as much."""

    def explain(self, database, statement, *, add=(), hide=(), settings=()):  # type: ignore[no-untyped-def]
        plan = super().explain(database, statement, add=add)
        if not hide:
            return plan
        dear = dataclasses.replace(plan.root, cost=dataclasses.replace(plan.root.cost, total=1e6))
        return dataclasses.replace(plan, root=dear)


def test_an_index_that_a_statement_would_miss_stays() -> None:
    wide = index_on(_T, "ab")
    problem = Problem((statement(0, {"t": "ab"}, 1.0),), (wide,), _Attached(), Limits(), {}, 60.0)
    assert drops(problem, [wide], [_existing("a")]) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"is_unique": True},
        {"is_primary": True},
        {"constraint": "t_a_key"},
        {"is_replica_identity": True},
        {"is_clustered": True},
        {"is_valid": False},
        {"parent": RelationName("shop", "public", "whole")},
    ],
)
def test_what_guards_or_belongs_is_never_dropped(change: dict[str, object]) -> None:
    assert not is_droppable(_existing("a", **change))
    assert replaced(index_on(_T, "ab"), [_existing("a", **change)]) == []


def test_a_replacement_holds_the_same_rows_and_columns() -> None:
    assert replaced(index_on(_T, "ab"), [_existing("a", predicate="(c > 0)")]) == []
    assert replaced(index_on(_T, "ab"), [_existing("a", included=("d",))]) == []
    assert len(replaced(index_on(_T, "ab", "d"), [_existing("a", included=("d",))])) == 1


def test_calibration_follows_the_statements_and_says_how_sure_it_is() -> None:
    clean = calibrated([(10.0**power, 10.0 ** (0.8 * power - 6)) for power in range(1, 12)])
    assert clean is not None
    assert clean.slope == pytest.approx(0.8)
    assert clean.seconds_after(10.0, 1000.0, 10.0) == pytest.approx((10 * 0.01**0.8,) * 3)
    noisy = calibrated([(10.0**power, 10.0 ** (0.8 * power - 6 + (power % 3 - 1))) for power in range(1, 12)])
    assert noisy is not None
    expected, low, high = noisy.seconds_after(10.0, 1000.0, 10.0)
    assert low < expected < high <= 10.0
    assert noisy.seconds_after(10.0, 10.0, 1000.0)[0] == 10.0


def test_too_few_statements_or_too_alike_calibrate_nothing() -> None:
    assert calibrated([(10.0**power, 1.0) for power in range(5)]) is None
    assert calibrated([(100.0 + number, 1.0) for number in range(20)]) is None
    assert calibrated([(0.0, 1.0)] * 20) is None


def test_deletes_look_up_foreign_keys_without_an_index() -> None:
    schema = Schema((), (Constraint("t_u", _T, "f", ("a",), TABLES[1], ("id",)),))
    tables = {one: Table(one, "r", 8192, 0, 0, 1, 10.0, rows_deleted=30) for one in TABLES}
    work = Workload([statement(0, {"t": "b"}, 10.0)])
    referential_checks(work, schema, tables, (), Formula(), "shop", 60.0, 120.0)
    assert [one.calls for one in work.statements] == [10, 60]
    assert work.statements[1].text.startswith("SELECT 1 FROM ONLY public.t x WHERE x.a = $1")
    for index in (_existing("a"), _existing("ab")):
        quiet = Workload([statement(0, {"t": "b"}, 10.0)])
        referential_checks(quiet, schema, tables, (index,), Formula(), "shop", 60.0, 120.0)
        assert len(quiet.statements) == 1


def test_risks_are_those_of_the_index() -> None:
    table = Table(_T, "r", 5 * 2**30, 0, 0, 1000, 10.0, all_visible_pages=10)
    assert "these very constants" in risk_of(HypotheticalIndex(_T, (IndexColumn("a"),), predicate="b = 'x'"), table)
    assert "constants" not in risk_of(HypotheticalIndex(_T, (IndexColumn("a"),), predicate="b IS NULL"), table)
    assert "all-visible" in risk_of(index_on(_T, "a", "b"), table)
    assert "5.0 GiB" in risk_of(index_on(_T, "a"), table)
    assert "next ANALYZE" in risk_of(HypotheticalIndex(_T, (IndexColumn(None, "lower(a)"),)), None)
    assert risk_of(index_on(_T, "a"), None) == ""


_NEW = str(index_on(_T, "a"))


def _plan(inner: str, rows: float, index: str = _NEW) -> Plan:
    outer = PlanNode(NodeKind.SEQUENTIAL_SCAN, "Seq Scan", rows, Cost(0, 10), relation=TABLES[0])
    looked_up = PlanNode(NodeKind(inner.lower()), inner, 1.0, Cost(0, 1), relation=TABLES[1], index=index)
    join = PlanNode(NodeKind.NESTED_LOOP, "Nested Loop", rows, Cost(0, 100), (outer, looked_up))
    return Plan(join, PlanId("x"))


@dataclass
class _Twice:
    """An oracle with two plans: without and with the indexes."""

    before: Plan
    after: Plan
    name: str = "two plans"
    calls: int = 0

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        return self.after if add else self.before

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        return 8192


@pytest.mark.parametrize(
    ("before", "after", "warned"),
    [
        (_plan("Sequential Scan", 1), _plan("Index Scan", 200_000), 200_000),
        (_plan("Sequential Scan", 1), _plan("Index Scan", MANY_FETCHES), MANY_FETCHES),
        (_plan("Sequential Scan", 1), _plan("Index Scan", MANY_FETCHES - 1), 0),
        (_plan("Index Scan", 200_000, "old"), _plan("Index Scan", 200_000, "old"), 0),
        (_plan("Sequential Scan", 1), _plan("Index Only Scan", 200_000), 0),
    ],
)
def test_a_new_nested_loop_that_fetches_many_rows_is_a_risk(before: Plan, after: Plan, warned: float) -> None:
    change = plan_change(_Twice(before, after), statement(0, {"t": "a"}, 1.0), [index_on(_T, "a")])
    assert change.fetched == warned
    assert ("one by one" in risk_of(index_on(_T, "a"), None, change.fetched)) is bool(warned)


def test_a_build_and_its_rollback_name_the_same_index() -> None:
    plain = build_of(index_on(_T, "ab"), ["t_a_b_idx"])
    name = plain.statements[0].split()[3]
    assert name != "t_a_b_idx"
    assert plain.rollback == f"DROP INDEX CONCURRENTLY public.{name};"
    parts = build_of(index_on(_T, "a"), (), (TABLES[1],))
    assert parts.statements == (
        "CREATE INDEX t_a_idx ON ONLY public.t (a);",
        "CREATE INDEX CONCURRENTLY u_a_idx ON public.u (a);",
        "ALTER INDEX public.t_a_idx ATTACH PARTITION public.u_a_idx;",
    )
    assert parts.rollback == "DROP INDEX public.t_a_idx;"


@pytest.mark.parametrize(
    ("predicate", "judged"),
    [
        ("a = 1", "a = 1"),
        ("(a < b) AND (c IN (1, 2))", "c IN (1, 2)"),
        ("a IS NULL AND b > 5", "(a IS NULL) AND (b > 5)"),
        ("a < b", None),
        ("substring(a, 1, 2) = 'x'", None),
        ("a LIKE 'abc%'", "a LIKE 'abc%'"),
        ("a LIKE '%abc'", None),
        ("a BETWEEN 1 AND 2", "a BETWEEN 1 AND 2"),
        ("a = 1 OR b < c", None),
        ("broken (", None),
    ],
)
def test_only_what_statistics_can_judge_sizes_a_partial_index(predicate: str, judged: str | None) -> None:
    assert judged_part(predicate) == judged
