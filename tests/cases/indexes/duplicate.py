"""Cases of `indexes/duplicate`."""

from cases.case import Case, gap
from cases.indexes.facts import index, indexes
from tunewright_analyzers.facts.relations import IndexColumn, Indexes
from tunewright_analyzers.facts.snapshot import Engine

_ONE = index("a_idx", "orders", "status", "total", scans=5)
_TWO = index("b_idx", "orders", "status", "total")
_KEY = index("orders_pkey", "orders", "id", is_unique=True, is_primary=True, constraint="orders_pkey")

CASES = (
    Case(
        "the one with fewer scans goes",
        "fires",
        (indexes(_ONE, _TWO),),
        ("index public.b_idx in shop",),
        severity={"index public.b_idx in shop": "medium"},
        statements=("DROP INDEX CONCURRENTLY public.b_idx;",),
    ),
    Case(
        "the primary key stays, however rarely scanned",
        "fires",
        (indexes(_KEY, index("orders_id_idx", "orders", "id", scans=1000)),),
        ("index public.orders_id_idx in shop",),
        says=("exactly what public.orders_pkey holds",),
    ),
    Case(
        "a unique one beside the primary key",
        "fires",
        (indexes(_KEY, index("u", "orders", "id", is_unique=True)),),
        ("index public.u in shop",),
    ),
    Case(
        "not the same after all",
        "silent",
        (
            indexes(
                index("a", "orders", "status"),
                index("other_order", "orders", "status desc"),
                index("other_table", "items", "status"),
                index("part", "orders", "status", predicate="(deleted_at IS NULL)"),
                index("covering", "orders", "status", included=("total",)),
                index("hash", "orders", "status", method="hash"),
                index("pattern", "orders", keys=(IndexColumn("status", opclass="text_pattern_ops"),)),
            ),
        ),
    ),
    Case(
        "two constraints are the schema's business",
        "silent",
        (indexes(_KEY, index("k", "orders", "id", is_unique=True, constraint="k")),),
    ),
    Case("unread", "gap", gaps=(gap(Indexes),)),
    Case(
        "MySQL hides it first",
        "fires",
        (indexes(index("a", "orders", "status"), index("b", "orders", "status", scans=5)),),
        ("index public.a in shop",),
        statements=("ALTER TABLE `public`.`orders` ALTER INDEX `a` INVISIBLE;",),
        engine=Engine.MYSQL,
    ),
    Case(
        "MariaDB calls it ignored",
        "fires",
        (indexes(index("a", "orders", "status"), index("b", "orders", "status", scans=5)),),
        ("index public.a in shop",),
        statements=("ALTER INDEX `a` IGNORED;",),
        engine=Engine.MARIADB,
    ),
    Case(
        "the other one is invisible",
        "silent",
        (indexes(index("a", "orders", "status", is_visible=False), index("b", "orders", "status")),),
        engine=Engine.MYSQL,
    ),
)
