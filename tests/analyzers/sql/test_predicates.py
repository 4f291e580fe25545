"""Columns of statements: what each clause says about each relation."""

import pytest

from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.sql.access import Access, PredicateError, Use
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.predicates import predicates

CATALOGUE = Catalogue(
    "shop",
    {
        ("public", "orders"): ("id", "customer_id", "status", "total", "created_at", "deleted_at", "paid"),
        ("public", "customers"): ("id", "email", "region", "created_at"),
        ("public", "items"): ("id", "order_id", "sku"),
        ("audit", "log"): ("id", "order_id", "at"),
    },
)


def _only(text: str) -> Access:
    accesses = predicates(text, CATALOGUE).accesses
    assert len(accesses) == 1
    return accesses[0]


def _of(text: str, table: str) -> Access:
    return next(one for one in predicates(text, CATALOGUE).accesses if one.table.name == table)


def _uses(access: Access) -> set[tuple[str, str]]:
    return {(one.key.column or one.key.expression or "", one.use.value) for one in access.conditions}


@pytest.mark.parametrize(
    ("where", "uses"),
    [
        ("status = $1 AND created_at >= $2", {("status", "equal"), ("created_at", "range")}),
        ("$1 < total", {("total", "range")}),
        ("status IN ($1, $2)", {("status", "list")}),
        ("id = ANY ($1)", {("id", "list")}),
        ("id <> ALL ($1)", set()),
        ("created_at BETWEEN $1 AND $2", {("created_at", "range")}),
        ("status LIKE $1", {("status", "prefix")}),
        ("status NOT LIKE $1", set()),
        ("deleted_at IS NULL AND paid", {("deleted_at", "is null"), ("paid", "true")}),
        ("NOT paid AND deleted_at IS NOT NULL", {("paid", "false"), ("deleted_at", "is not null")}),
        ("lower(status) = $1", {("lower(status)", "equal")}),
        ("date_trunc($1, created_at) = $2", set()),
        ("total = total + $1", set()),
        ("id = $1 OR customer_id = $2", {("id", "equal"), ("customer_id", "equal")}),
    ],
)
def test_conditions(where: str, uses: set[tuple[str, str]]) -> None:
    assert _uses(_only(f"SELECT id FROM orders WHERE {where}")) == uses


def test_under_or_a_condition_is_an_alternative() -> None:
    assert {one.alternative for one in _only("SELECT 1 FROM orders WHERE id = $1 OR paid").conditions} == {True}


def test_a_condition_without_literal_keeps_its_text_for_a_partial_index() -> None:
    found = _only("SELECT 1 FROM orders o WHERE o.deleted_at IS NULL AND o.status = $1").conditions
    assert [one.text for one in found] == ["deleted_at IS NULL", None]


def test_joins_with_aliases_using_and_natural() -> None:
    text = "SELECT o.total FROM orders AS o JOIN customers c ON c.id = o.customer_id WHERE c.region = $1"
    assert _uses(_of(text, "orders")) == {("customer_id", "join")}
    assert _uses(_of(text, "customers")) == {("id", "join"), ("region", "equal")}
    using = "SELECT 1 FROM items JOIN audit.log USING (order_id)"
    assert _uses(_of(using, "items")) == _uses(_of(using, "log")) == {("order_id", "join")}
    natural = "SELECT 1 FROM orders NATURAL JOIN customers"
    assert _uses(_of(natural, "customers")) == {("id", "join"), ("created_at", "join")}


def test_correlated_exists_and_in_subquery_join_both_sides() -> None:
    exists = "SELECT id FROM orders o WHERE EXISTS (SELECT 1 FROM items WHERE order_id = o.id AND sku = $1)"
    assert _uses(_of(exists, "items")) == {("order_id", "join"), ("sku", "equal")}
    assert _uses(_of(exists, "orders")) == {("id", "join")}
    assert _uses(_of("SELECT 1 FROM orders WHERE id IN (SELECT order_id FROM items)", "orders")) == {("id", "join")}


def test_sort_with_direction_and_nulls_by_name_alias_and_position() -> None:
    assert _only("SELECT id FROM orders ORDER BY created_at DESC, id").sort == (
        IndexColumn("created_at", None, True, True),
        IndexColumn("id"),
    )
    assert _only("SELECT total AS t FROM orders ORDER BY t NULLS FIRST").sort == (
        IndexColumn("total", None, False, True),
    )
    assert _only("SELECT id, total FROM orders ORDER BY 2 DESC NULLS LAST").sort == (IndexColumn("total", None, True),)
    text = "SELECT 1 FROM orders o, customers c WHERE o.customer_id = c.id ORDER BY o.total, c.region"
    assert not _of(text, "orders").sort


def test_groups_columns_and_whole_rows() -> None:
    found = _only("SELECT status, sum(total) FROM orders GROUP BY status")
    assert (found.group, found.columns, found.whole_row) == (("status",), {"status", "total"}, False)
    assert _only("SELECT * FROM orders").whole_row
    assert not _of("SELECT c.*, o.id FROM orders o, customers c", "orders").whole_row


def test_ctes_and_subqueries_are_entered_and_their_names_are_no_tables() -> None:
    found = predicates(
        "WITH recent AS (SELECT id FROM orders WHERE created_at > $1)"
        " SELECT * FROM recent r JOIN (SELECT order_id FROM items WHERE sku = $2) s ON s.order_id = r.id",
        CATALOGUE,
    )
    assert [str(one.table) for one in found.accesses] == ["public.orders", "public.items"]
    assert _uses(found.accesses[1]) == {("sku", "equal")}
    assert not found.unresolved


def test_update_delete_insert_and_merge() -> None:
    update = _of("UPDATE orders SET status = $1 FROM customers c WHERE c.id = customer_id AND c.email = $2", "orders")
    assert (update.is_target, update.written, _uses(update)) == (True, {"status"}, {("customer_id", "join")})
    assert _uses(_only("DELETE FROM items WHERE order_id = $1")) == {("order_id", "equal")}
    merge = "MERGE INTO orders o USING items i ON i.order_id = o.id WHEN MATCHED THEN UPDATE SET total = $1"
    assert _uses(_of(merge, "orders")) == {("id", "join")}
    assert _of(merge, "orders").written == {"total"}
    insert = "INSERT INTO items (order_id) SELECT id FROM orders WHERE paid"
    assert _uses(_of(insert, "orders")) == {("paid", "true")}


def test_an_unknown_relation_is_named_and_a_bad_text_is_refused() -> None:
    assert "v_orders" in predicates("SELECT * FROM v_orders", CATALOGUE).unresolved[0]
    for text in ("SELECT 1; SELECT 2", "DROP TABLE orders", "SELECT FROM WHERE 'secret"):
        with pytest.raises(PredicateError) as caught:
            predicates(text, CATALOGUE)
        assert "secret" not in str(caught.value)


def test_union_arms_are_both_read() -> None:
    found = predicates("SELECT id FROM orders WHERE paid UNION SELECT id FROM items WHERE sku = $1 LIMIT 3", CATALOGUE)
    assert [_uses(one) for one in found.accesses] == [{("paid", Use.TRUE.value)}, {("sku", "equal")}]
    assert found.has_limit
