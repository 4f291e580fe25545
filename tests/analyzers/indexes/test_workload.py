"""Workloads: files in both forms, weights, literals that recur, folding of what asks the same, and writes told by statements."""

from datetime import UTC, datetime

import pytest

from formula import Formula
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan, PlanNode
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName, Table
from tunewright_analyzers.facts.statements import Statement, StatementKey
from tunewright_analyzers.indexes.workload import MOST_STATEMENTS, Workload, merged, workload
from tunewright_analyzers.indexes.workload_file import WorkloadError, parse_workload, statements
from tunewright_analyzers.indexes.writes import counted_from
from tunewright_analyzers.sql.catalogue import Catalogue

_CATALOGUE = Catalogue("shop", {("public", "t"): ("a", "b", "c")})
_AT = datetime(2026, 1, 1, tzinfo=UTC)


class _Planner(Formula):
    """Plans everything; a writing statement writes ten rows."""

    def explain(self, database: str, statement: str, **asked: object) -> Plan:
        scan = PlanNode(NodeKind.SEQUENTIAL_SCAN, "Seq Scan", 10.0, Cost(0, 500.0))
        if statement.startswith("SELECT"):
            return Plan(scan, scan.__class__.__name__)  # type: ignore[arg-type]
        return Plan(PlanNode(NodeKind.MODIFY, "ModifyTable", 0.0, Cost(0, 500.0), (scan,)), "x")  # type: ignore[arg-type]


def _row(text: str, calls: int = 1, seconds: float = 1.0, kind: str = "select") -> Statement:
    identity = StatementId(f"{abs(hash(text)):x}"[:12])
    return Statement(StatementKey("shop", "u", identity), identity, text, kind, calls, seconds, 0)


def _judged(*rows: Statement) -> Workload:
    return workload(merged(rows), "shop", _CATALOGUE, {}, _Planner())


def test_sql_with_weights() -> None:
    text = "-- weight: 12\nSELECT 1 FROM t WHERE a = 'x;y';\nSELECT 2 FROM t -- weight: 3\n;\n\n-- a remark\nSELECT 3;SELECT 3;"
    found = parse_workload(text)
    assert [(one.text.split(" --")[0], one.weight) for one in found] == [
        ("SELECT 1 FROM t WHERE a = 'x;y'", 12.0),
        ("SELECT 2 FROM t", 3.0),
        ("SELECT 3", 2.0),
    ]


def test_json_lines_with_weight_and_seconds() -> None:
    found = parse_workload('{"sql": "SELECT 1;", "weight": 2.5}\n\n{"sql": "SELECT 2", "seconds": 3}\n')
    assert [(one.text, one.weight, one.seconds) for one in found] == [("SELECT 1", 2.5, None), ("SELECT 2", 1.0, 3.0)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-- nothing\n",
        '{"sql": "SELECT 1"}\n{"weight": 2}',
        '{"sql": "SELECT 1", "weight": "secret"}',
        "SELECT 'secret",
    ],
)
def test_what_is_no_workload_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(WorkloadError) as caught:
        parse_workload(text)
    assert "secret" not in str(caught.value)


def test_a_file_weighs_by_cost_or_each_the_same() -> None:
    found = parse_workload("-- weight: 4\nSELECT a FROM t;DELETE FROM t WHERE a = 1")
    section = statements(found, "shop", _Planner(), _AT)
    assert [one.kind for one in section.rows] == ["select", "delete"]
    assert section.rows[0].exec_seconds == pytest.approx(4 * section.rows[1].exec_seconds)
    equal = statements(found, "shop", _Planner(), _AT, equal=True)
    assert [one.exec_seconds for one in equal.rows] == [4.0, 1.0]


def _constants(work: Workload) -> list[bool]:
    return [any(one.has_constant for access in asked.accesses for one in access.filters) for asked in work.asked]


def test_an_index_may_rest_on_literals_only_where_they_recur() -> None:
    recurring = _judged(_row("SELECT a FROM t WHERE b = 1", 60, 2.0), _row("SELECT a FROM t WHERE b = 2", 40, 1.0))
    assert _constants(recurring) == [True, False]
    scattered = _judged(*(_row(f"SELECT a FROM t WHERE b = {number}") for number in range(3)))
    assert _constants(scattered) == [False, False, False]
    assert _constants(_judged(_row("SELECT a FROM t WHERE b = $1"))) == [False]


def test_an_index_may_rest_on_literals_only_where_they_carry_load() -> None:
    """A fiftieth of the workload's time, by all statements that say the same."""
    others = [_row(f"SELECT a FROM t WHERE a + {number} > b", seconds=1.0) for number in range(98)]
    one, again = "SELECT a FROM t WHERE b = 7", "SELECT c FROM t WHERE b = 7 ORDER BY a"
    assert not any(_constants(_judged(*others, _row(one, seconds=1.0))))
    assert any(_constants(_judged(*others, _row(one, seconds=1.0), _row(again, seconds=1.0))))
    assert any(_constants(_judged(*others, _row(one, seconds=2.0))))


def test_too_many_statements_are_folded_by_what_they_ask() -> None:
    rows = [_row(f"SELECT a FROM t WHERE b = {number}") for number in range(300)]
    work = _judged(*rows, _row("SELECT a FROM t WHERE c > 1", 1, 0.5))
    assert work.folded == 299
    assert [(one.calls, one.seconds) for one in work.statements] == [(300, 300.0), (1, 0.5)]
    assert work.unjudged == []


def test_what_is_left_out_is_named() -> None:
    columns = tuple(f"c{number}" for number in range(25))
    catalogue = Catalogue("shop", {("public", "t"): columns})
    pairs = [(one, two) for one in columns for two in columns if one < two]
    rows = merged([_row(f"SELECT 1 FROM t WHERE {one} = $1 AND {two} = $2") for one, two in pairs])
    work = workload(rows, "shop", catalogue, {}, _Planner())
    assert len(work.statements) == MOST_STATEMENTS
    assert len(work.unjudged) == len(pairs) - MOST_STATEMENTS
    assert {one.because for one in work.unjudged} == {
        f"beyond the {MOST_STATEMENTS} statements with most execution time"
    }


def test_writes_are_told_by_the_statements_of_a_file() -> None:
    work = _judged(
        _row("INSERT INTO t VALUES (1, 2, 3)", 5, 1, "insert"),
        _row("UPDATE t SET b = 1 WHERE a = 2", 3, 1, "update"),
        _row("UPDATE t SET c = 1 WHERE a = 2", 2, 1, "update"),
        _row("DELETE FROM t WHERE a = 2", 1, 1, "delete"),
    )
    name = RelationName("shop", "public", "t")
    tables = {name: Table(name, "r", 8192, 0, 0, 1, 10.0, rows_inserted=10**9)}
    index = Index(
        RelationName("shop", "public", "t_c"), name, "btree", (IndexColumn("c"),), (), None, "", 1, False, False
    )
    found = counted_from(work, tables, (index,), _Planner())[name]
    assert (found.rows_inserted, found.rows_updated, found.rows_hot_updated, found.rows_deleted) == (50, 50, 30, 10)
