"""Cases of `indexes/foreign_key_unindexed`."""

from cases.case import Case, gap
from cases.indexes.facts import MEGABYTE, index, indexes, name, table, tables
from tunewright_analyzers.facts.columns import Constraint, Schema
from tunewright_analyzers.facts.relations import Indexes

_KEY = Constraint("orders_customer_fkey", name("orders"), "f", ("customer_id",), name("customers"), ("id",), "c")
_PAIR = Constraint("orders_pair_fkey", name("orders"), "f", ("a", "b"), name("pairs"), ("a", "b"))
_SCHEMA = Schema((), (_KEY,))
_TABLES = tables(table("orders"), table("customers", MEGABYTE))
_SUBJECT = "table public.orders(customer_id) in shop"

CASES = (
    Case(
        "no index at all",
        "fires",
        (_SCHEMA, indexes(), _TABLES),
        (_SUBJECT,),
        {_SUBJECT: "low"},
        ("orders_customer_fkey",),
        ("CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders (customer_id);",),
    ),
    Case(
        "rows are deleted on the other side",
        "fires",
        (_SCHEMA, indexes(), tables(table("orders"), table("customers", rows_deleted=5))),
        (_SUBJECT,),
        {_SUBJECT: "medium"},
    ),
    Case(
        "large, and rows are deleted",
        "fires",
        (_SCHEMA, indexes(), tables(table("orders", 2**30), table("customers", rows_deleted=5))),
        (_SUBJECT,),
        {_SUBJECT: "high"},
    ),
    Case(
        "only a partial index, an invalid one, or one that leads with another column",
        "fires",
        (
            _SCHEMA,
            indexes(
                index("part", "orders", "customer_id", predicate="(NOT paid)"),
                index("broken", "orders", "customer_id", is_valid=False),
                index("second", "orders", "status", "customer_id"),
            ),
            _TABLES,
        ),
        (_SUBJECT,),
    ),
    Case(
        "a partitioned table cannot be indexed concurrently",
        "fires",
        (
            _SCHEMA,
            indexes(),
            tables(table("orders", 0, kind="p"), table("orders_1", parent=name("orders")), table("customers")),
        ),
        (_SUBJECT,),
        statements=("CREATE INDEX orders_customer_id_idx ON public.orders (customer_id);",),
    ),
    Case("led by the key", "silent", (_SCHEMA, indexes(index("i", "orders", "customer_id", "status")), _TABLES)),
    Case(
        "a pair in the other order", "silent", (Schema((), (_PAIR,)), indexes(index("i", "orders", "b", "a")), _TABLES)
    ),
    Case("unread", "gap", (_SCHEMA, _TABLES), gaps=(gap(Indexes),)),
    Case("just one MiB", "threshold", (_SCHEMA, indexes(), tables(table("orders", MEGABYTE))), (_SUBJECT,)),
    Case("below one MiB", "silent", (_SCHEMA, indexes(), tables(table("orders", MEGABYTE - 1)))),
)
