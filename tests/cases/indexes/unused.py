"""Cases of `indexes/unused`."""

from datetime import timedelta

from cases.case import NOW, Case, gap
from cases.indexes.facts import MEGABYTE, index, indexes, name
from tunewright_analyzers.facts.columns import Constraint, Schema
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Engine

_IDLE = index("orders_note_idx", "orders", "note")
_SUBJECT = "index public.orders_note_idx in shop"
_KEY = Constraint("orders_note_fkey", name("orders"), "f", ("note",), name("notes"), ("id",))

CASES = (
    Case(
        "never scanned in 30 days",
        "fires",
        (indexes(_IDLE),),
        (_SUBJECT,),
        severity={_SUBJECT: "low"},
        says=("0 scans in 30 days",),
        statements=("DROP INDEX CONCURRENTLY public.orders_note_idx;",),
    ),
    Case(
        "large",
        "fires",
        (indexes(index("b", "orders", "x", size_bytes=2**30)),),
        ("index public.b in shop",),
        {"index public.b in shop": "medium"},
    ),
    Case("it supports a foreign key: told, no drop", "fires", (indexes(_IDLE), Schema((), (_KEY,))), (_SUBJECT,)),
    Case("scanned", "silent", (indexes(index("i", "orders", "note", scans=1)),)),
    Case(
        "scanned before the window",
        "silent",
        (indexes(index("i", "orders", "note", last_scan=NOW - timedelta(days=2))),),
    ),
    Case(
        "those that guard something",
        "silent",
        (
            indexes(
                index("pk", "orders", "id", is_primary=True, is_unique=True, constraint="pk"),
                index("unique", "orders", "code", is_unique=True),
                index("exclusion", "orders", "slot", is_exclusion=True, method="gist"),
                index("identity", "orders", "ident", is_replica_identity=True),
                index("part", "orders", "x", parent=name("whole")),
                index("broken", "orders", "x", is_valid=False),
            ),
        ),
    ),
    Case("small", "silent", (indexes(index("i", "orders", "note", size_bytes=8192)),)),
    Case("counted for too short a time", "gap", (indexes(_IDLE, days=2),)),
    Case("not known since when", "gap", (indexes(_IDLE, days=None),)),
    Case("standbys unread", "gap", (indexes(_IDLE, replicas=("db2",)),)),
    Case("unread", "gap", gaps=(gap(Indexes),)),
    Case("just seven days", "threshold", (indexes(_IDLE, days=7),), (_SUBJECT,)),
    Case(
        "days lowered for a demo", "threshold", (indexes(_IDLE, days=0.01),), (_SUBJECT,), overrides={"least_days": 0}
    ),
    Case(
        "just one MiB",
        "threshold",
        (indexes(index("i", "orders", "n", size_bytes=MEGABYTE)),),
        ("index public.i in shop",),
    ),
    Case(
        "MySQL hides it first",
        "fires",
        (indexes(_IDLE),),
        (_SUBJECT,),
        statements=("ALTER INDEX `orders_note_idx` INVISIBLE;",),
        engine=Engine.MYSQL,
    ),
    Case("hidden already", "silent", (indexes(index("i", "orders", "note", is_visible=False)),), engine=Engine.MYSQL),
)
