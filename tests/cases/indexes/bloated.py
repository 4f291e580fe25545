"""Cases of `indexes/bloated`."""

from cases.case import Case, gap
from cases.indexes.facts import MEGABYTE, index, indexes
from tunewright_analyzers.facts.relations import Indexes

_SUBJECT = "index public.i in shop"


def _bloated(size: int, empty: int | None) -> Indexes:
    return indexes(
        index(
            "i", "orders", "status", size_bytes=size * MEGABYTE, bloat_bytes=None if empty is None else empty * MEGABYTE
        )
    )


CASES = (
    Case(
        "three quarters empty",
        "fires",
        (_bloated(100, 75),),
        (_SUBJECT,),
        {_SUBJECT: "low"},
        ("75% empty",),
        ("REINDEX INDEX CONCURRENTLY public.i;",),
    ),
    Case("gigabytes", "fires", (_bloated(4096, 2048),), (_SUBJECT,), {_SUBJECT: "medium"}),
    Case("tens of gigabytes", "fires", (_bloated(20480, 10240),), (_SUBJECT,), {_SUBJECT: "high"}),
    Case("as random inserts leave it", "silent", (_bloated(100, 33),)),
    Case("small", "silent", (_bloated(9, 8),)),
    Case("not estimated", "gap", (_bloated(100, None),)),
    Case("unread", "gap", gaps=(gap(Indexes),)),
    Case("just forty percent and ten MiB", "threshold", (_bloated(25, 10),), (_SUBJECT,)),
)
