"""When an index is there already; how one is written and named; which plans skip-scan; what an index costs writers."""

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.indexes.facts import index, name, table
from tunewright_analyzers.facts.ids import PlanId
from tunewright_analyzers.facts.plans import Cost, NodeKind, Plan, PlanNode
from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.indexes.existing import makes_redundant, same, serves
from tunewright_analyzers.indexes.size import IndexShape, KeyShape, btree_height, btree_size, tuple_bytes
from tunewright_analyzers.indexes.skip_scan import skipping_indexes
from tunewright_analyzers.indexes.statement import create_statement, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.indexes.write_cost import write_cost

_STATUS = HypotheticalIndex(name("orders"), (IndexColumn("status"),))


def test_what_serves_a_wanted_index() -> None:
    assert serves(index("i", "orders", "status", "total"), _STATUS)
    assert serves(index("i", "orders", "status desc"), _STATUS)
    assert not serves(index("i", "orders", "total", "status"), _STATUS)
    assert not serves(index("i", "orders", "status", is_valid=False), _STATUS)
    assert not serves(index("i", "orders", "status", predicate="(NOT paid)"), _STATUS)
    assert not serves(index("i", "items", "status"), _STATUS)
    covering = HypotheticalIndex(name("orders"), (IndexColumn("status"),), included=("total",))
    assert not serves(index("i", "orders", "status"), covering)
    assert serves(index("i", "orders", "status", included=("total", "id")), covering)
    assert serves(index("i", "orders", "status", "total"), covering)
    partial = HypotheticalIndex(name("orders"), (IndexColumn("status"),), predicate="deleted_at IS NULL")
    assert serves(index("i", "orders", "status", predicate="(deleted_at IS NULL)"), partial)
    assert not serves(index("i", "orders", "status"), partial)


def test_literals_in_predicates_are_compared_to_the_letter() -> None:
    one = index("a", "orders", "id", predicate="(status = 'a b'::text)")
    assert not same(one, index("b", "orders", "id", predicate="(status = 'ab'::text)"))
    assert same(one, index("b", "orders", "id", predicate="((status = 'a b'::text))"))


def test_a_unique_index_is_not_redundant_to_a_wider_one() -> None:
    wide = index("wide", "orders", "a", "b")
    assert makes_redundant(wide, index("narrow", "orders", "a"))
    assert not makes_redundant(wide, index("narrow", "orders", "a", is_unique=True))


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (_STATUS, "CREATE INDEX CONCURRENTLY i ON public.orders (status);"),
        (
            HypotheticalIndex(
                name("Order lines"),
                (IndexColumn("group", None, True, True), IndexColumn(None, "lower(a)", opclass="text_pattern_ops")),
                ("b",),
                "b IS NULL",
                is_unique=True,
            ),
            'CREATE UNIQUE INDEX CONCURRENTLY i ON public."Order lines" ("group" DESC, (lower(a)) text_pattern_ops) INCLUDE (b) WHERE b IS NULL;',
        ),
        (
            HypotheticalIndex(
                name("t"), (IndexColumn("a", None, True), IndexColumn("b", None, False, True)), method="gin"
            ),
            "CREATE INDEX CONCURRENTLY i ON public.t USING gin (a DESC NULLS LAST, b NULLS FIRST);",
        ),
    ],
)
def test_statements_read_as_they_should_and_parse(wanted: HypotheticalIndex, text: str) -> None:
    assert create_statement(wanted, "i") == text
    assert pglast.parse_sql(text)


@given(
    st.text(min_size=1, max_size=80),
    st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=4),
    st.integers(0, 3),
)
def test_names_fit_are_free_and_repeatable(relation: str, columns: list[str], taken: int) -> None:
    wanted = HypotheticalIndex(name(relation), tuple(IndexColumn(column) for column in columns))
    used: set[str] = set()
    for _ in range(taken):
        used.add(index_name(wanted, used))
    found = index_name(wanted, used)
    assert found not in used
    assert 0 < len(found.encode()) <= 63
    assert found == index_name(wanted, used)


def _plan(condition: str) -> Plan:
    scan = PlanNode(NodeKind.INDEX_SCAN, "Index Scan", 1.0, Cost(0, 1), index="i", index_condition=condition)
    return Plan(PlanNode(NodeKind.LIMIT, "Limit", 1.0, Cost(0, 1), (scan,)), PlanId("x"))


@pytest.mark.parametrize(
    ("condition", "skips"),
    [
        ("(t.b = ?)", True),
        ("((t.a = ?) AND (t.b = ?))", False),
        ("(t.b = o.a)", True),
        ("((t.a)::text = ?)", False),
        ("(t.a = ANY (?))", False),
        ("(t.a IS NULL)", False),
        ("(ROW(t.a, t.b) > ROW(?, ?))", False),
        ("((t.a >= ?) AND (t.a < ?))", False),
        ("(t.ab = ?)", True),
    ],
)
def test_a_condition_without_the_leading_column_is_a_skip_scan(condition: str, skips: bool) -> None:
    assert skipping_indexes(_plan(condition), {"i": "a"}) == ({"i"} if skips else set())
    assert not skipping_indexes(_plan(condition), {})


def test_writes_count_inserts_cold_updates_and_the_hot_ones_that_end() -> None:
    rows = (table("orders", rows_inserted=100, rows_updated=50, rows_hot_updated=40),)
    assert write_cost(_STATUS, rows, 10.0).entries == 11.0
    touched = write_cost(_STATUS, rows, 10.0, (index("a", "orders", "x"), index("b", "items", "x")), ("status",))
    assert (touched.entries, touched.lost_hot_updates) == (15.0, 4.0)
    assert touched.cost == pytest.approx((15.0 + 4.0) * 0.625)  # a descent of three levels and a quarter of a page
    in_predicate = HypotheticalIndex(name("orders"), (IndexColumn("id"),), predicate="status IS NULL")
    assert write_cost(in_predicate, rows, 10.0, (), ("status",)).lost_hot_updates == 4.0


def test_sizes_of_known_indexes() -> None:
    """Measured on PostgreSQL 18: 300,000 distinct ints take 824 pages and have two levels above the leaves."""
    size = btree_size(IndexShape(300_000, (KeyShape(4, 4, distinct=300_000),)))
    assert (size.pages, size.height) == (pytest.approx(824, rel=0.01), 2)
    assert btree_size(IndexShape(0, (KeyShape(4, 4),))).pages == 1
    assert btree_height(820, 4) == 2
    assert btree_height(1, 4) == 0


def test_a_numeric_column_has_odd_lengths_and_the_tuple_is_padded_by_them() -> None:
    price = KeyShape(5, is_variable=True, is_numeric=True)
    assert price.lengths() == ((5, 1.0),)
    assert KeyShape(8, is_variable=True, is_numeric=True).lengths() == ((7, 0.25), (9, 0.75))
    assert tuple_bytes((KeyShape(4, 4), price)) == 8 + 16  # 4 + 5 bytes fill two words
    assert tuple_bytes((KeyShape(4, 4), KeyShape(8, is_variable=True, is_numeric=True))) == 8 + 16
    assert tuple_bytes((price, KeyShape(4, 4), price)) == 8 + 24  # 5, padded to 8, 12, 17


@pytest.mark.parametrize("width", [1, 7, 8, 40, 126, 127, 500])
@pytest.mark.parametrize("is_numeric", [False, True])
def test_lengths_are_shares_of_all_values_about_their_average(width: int, is_numeric: bool) -> None:
    lengths = KeyShape(width, is_variable=True, is_numeric=is_numeric).lengths()
    assert sum(share for _, share in lengths) == pytest.approx(1.0)
    assert abs(sum(length * share for length, share in lengths) - max(width, 3 if is_numeric else 0)) <= 2.0
