"""Candidates of statements: key order, covering, partial and expression indexes, partitions, bounds."""

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.candidates import MOST_KEYS, candidates
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.predicates import predicates

_WIDE = tuple(f"c{number}" for number in range(30))
_CATALOGUE = Catalogue(
    "shop",
    {
        ("public", "orders"): ("id", "customer_id", "status", "total", "created_at", "deleted_at"),
        ("public", "customers"): ("id", "email", "region"),
        ("public", "orders_2025"): ("id", "status"),
        ("public", "wide"): _WIDE,
    },
)


def _made(text: str) -> set[str]:
    return {str(index) for index in candidates(predicates(text, _CATALOGUE))}


def test_equalities_come_before_the_range() -> None:
    made = _made("SELECT * FROM orders WHERE created_at > $1 AND status = $2")
    assert made == {"public.orders(status)", "public.orders(created_at)", "public.orders(status, created_at)"}


def test_the_sort_follows_the_equality_and_ascends() -> None:
    made = _made("SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2")
    assert "public.orders(customer_id, created_at, id)" in made
    assert "public.orders(customer_id, created_at desc)" not in made
    assert "public.orders(created_at, id desc)" in _made("SELECT * FROM orders ORDER BY created_at, id DESC")


def test_few_missing_columns_are_included_and_a_whole_row_never() -> None:
    assert "public.orders(customer_id) include (total)" in _made("SELECT total FROM orders WHERE customer_id = $1")
    assert not any("include" in one for one in _made("SELECT * FROM orders WHERE customer_id = $1"))


def test_a_condition_without_literals_makes_a_partial_index() -> None:
    made = _made("SELECT * FROM orders WHERE deleted_at IS NULL AND status = $1")
    assert "public.orders(status) where (deleted_at IS NULL)" in made
    assert not any("where (status" in one for one in made)


def test_a_function_makes_an_expression_index() -> None:
    assert _made("SELECT * FROM customers WHERE lower(email) = $1") == {"public.customers((lower(email)))"}


def test_both_sides_of_a_join_and_the_arms_of_an_or() -> None:
    made = _made("SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.region = $1")
    assert {"public.orders(customer_id)", "public.customers(id, region)", "public.customers(region, id)"} <= made
    assert _made("SELECT * FROM orders WHERE id = $1 OR status = $2") == {"public.orders(id)", "public.orders(status)"}


def test_a_partition_stands_for_its_table() -> None:
    parents = {RelationName("shop", "public", "orders_2025"): RelationName("shop", "public", "orders")}
    found = candidates(predicates("SELECT * FROM orders_2025 WHERE status = $1", _CATALOGUE), parents)
    assert {str(one) for one in found} == {"public.orders(status)"}


def test_many_conditions_stay_within_bounds_and_order() -> None:
    text = "SELECT * FROM wide WHERE " + " AND ".join(f"{column} = $1" for column in _WIDE)
    found = candidates(predicates(text, _CATALOGUE))
    assert 0 < len(found) < 60
    assert max(len(one.keys) for one in found) <= MOST_KEYS
    assert found == candidates(predicates(text, _CATALOGUE))
