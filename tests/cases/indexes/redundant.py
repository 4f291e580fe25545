"""Cases of `indexes/redundant`."""

from cases.case import Case, gap
from cases.indexes.facts import MEGABYTE, index, indexes
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Engine

_WIDE = index("wide", "orders", "customer_id", "created_at", size_bytes=20 * MEGABYTE)
_NARROW = index("narrow", "orders", "customer_id")
_SUBJECT = "index public.narrow in shop"

CASES = (
    Case(
        "a left part",
        "fires",
        (indexes(_WIDE, _NARROW),),
        (_SUBJECT,),
        {_SUBJECT: "low"},
        ("left part of public.wide",),
        ("DROP INDEX CONCURRENTLY public.narrow;",),
    ),
    Case("read backwards", "fires", (indexes(_WIDE, index("narrow", "orders", "customer_id desc")),), (_SUBJECT,)),
    Case(
        "not a left part, or more than one",
        "silent",
        (
            indexes(
                _WIDE,
                index("second", "orders", "created_at"),
                index("guard", "orders", "customer_id", is_unique=True),
                index("constrained", "orders", "customer_id", constraint="c"),
                index("covering", "orders", "customer_id", included=("total",)),
                index("partial", "orders", "customer_id", predicate="(NOT paid)"),
                index("elsewhere", "items", "customer_id"),
            ),
        ),
    ),
    Case(
        "the wide one is invalid",
        "silent",
        (indexes(index("wide", "orders", "customer_id", "x", is_valid=False), _NARROW),),
    ),
    Case("unread", "gap", gaps=(gap(Indexes),)),
    Case(
        "just five times as large",
        "threshold",
        (indexes(index("wide", "orders", "customer_id", "x", size_bytes=50 * MEGABYTE), _NARROW),),
        (_SUBJECT,),
    ),
    Case(
        "more than five times as large",
        "silent",
        (indexes(index("wide", "orders", "customer_id", "x", size_bytes=51 * MEGABYTE), _NARROW),),
    ),
    Case(
        "MySQL hides it first",
        "fires",
        (
            indexes(
                index("a", "orders", "status", size_bytes=20 * MEGABYTE),
                index("b", "orders", "status", "total", size_bytes=20 * MEGABYTE),
            ),
        ),
        ("index public.a in shop",),
        statements=("ALTER INDEX `a` INVISIBLE;",),
        engine=Engine.MYSQL,
    ),
    Case(
        "an invisible index makes none redundant",
        "silent",
        (
            indexes(
                index("a", "orders", "status", size_bytes=20 * MEGABYTE),
                index("b", "orders", "status", "total", is_visible=False),
            ),
        ),
        engine=Engine.MYSQL,
    ),
)
