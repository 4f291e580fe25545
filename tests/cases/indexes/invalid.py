"""Cases of `indexes/invalid`."""

from cases.case import DAY, Case, gap
from tunewright_analyzers.facts.relations import Index, IndexColumn, Indexes, RelationName


def _index(*, valid: bool) -> Indexes:
    table = RelationName("shop", "public", "orders")
    index = Index(
        name=RelationName("shop", "public", "Orders status"),
        table=table,
        method="btree",
        keys=(IndexColumn("status"),),
        included=(),
        predicate=None,
        definition='CREATE INDEX "Orders status" ON public.orders (status)',
        size_bytes=8192,
        is_unique=False,
        is_primary=False,
        is_valid=valid,
    )
    return Indexes(DAY, (index,))


CASES = (
    Case(
        "an invalid index",
        "fires",
        (_index(valid=False),),
        ("index public.Orders status in shop",),
        severity={"index public.Orders status in shop": "medium"},
        statements=('REINDEX INDEX CONCURRENTLY public."Orders status";',),
    ),
    Case("a valid index", "silent", (_index(valid=True),)),
    Case("indexes unread", "gap", gaps=(gap(Indexes),)),
)
