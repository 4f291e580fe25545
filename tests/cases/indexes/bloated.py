"""Cases of `indexes/bloated`: an index on a column of unique integers takes 21.5 MiB a million rows when it is fresh."""

from cases.case import Case, gap
from cases.facts import column, schema, table, tables
from cases.indexes.facts import MEGABYTE, index, indexes, name
from tunewright_analyzers.facts.columns import Columns, ColumnStatistics
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.snapshot import Section

_SUBJECT = "index public.i in shop"
_ROWS_A_MEGABYTE = 1e6 / 21.45
_STATISTICS = Columns((ColumnStatistics(name("orders"), "number", 0.0, -1.0, 4, 0.1),))
_SCHEMA = schema(column("orders", "number", "integer"))


def _sized(size: float, fresh: float) -> Indexes:
    """An index of `size` MiB that would take `fresh` MiB if it were built now."""
    return indexes(
        index("i", "orders", "number", size_bytes=int(size * MEGABYTE), row_estimate=fresh * _ROWS_A_MEGABYTE)
    )


def _bloated(size: float, fresh: float) -> tuple[Section, ...]:
    return (_sized(size, fresh), _STATISTICS, _SCHEMA)


CASES = (
    Case(
        "three quarters empty",
        "fires",
        _bloated(100, 25),
        (_SUBJECT,),
        {_SUBJECT: "low"},
        ("75% empty",),
        ("REINDEX INDEX CONCURRENTLY public.i;",),
    ),
    Case("gigabytes", "fires", _bloated(4096, 2048), (_SUBJECT,), {_SUBJECT: "medium"}),
    Case("gigabytes by statistics that are out of date", "fires",
         (*_bloated(20580, 10240), tables(table("orders", modified_since_analyze=30_000))), (_SUBJECT,), {_SUBJECT: "low"}),
    Case("gigabytes of a table never analysed", "fires",
         (*_bloated(20580, 10240), tables(table("orders", last_autoanalyze=None))), (_SUBJECT,), {_SUBJECT: "low"}),
    Case("gigabytes by fresh statistics", "fires", (*_bloated(20580, 10240), tables(table("orders"))), (_SUBJECT,), {_SUBJECT: "high"}),
    Case("tens of gigabytes", "fires", _bloated(20580, 10240), (_SUBJECT,), {_SUBJECT: "high"}),
    Case("as random inserts leave it", "silent", _bloated(100, 67)),
    Case("small", "silent", _bloated(9, 1)),
    Case("fresh", "silent", _bloated(100, 100)),
    Case("columns without statistics", "gap", (_sized(100, 25), Columns(()), _SCHEMA)),
    Case("statistics unread", "gap", (_sized(100, 25), _SCHEMA), gaps=(gap(Columns),)),
    Case("unread", "gap", (_STATISTICS, _SCHEMA), gaps=(gap(Indexes),)),
    Case("just over forty percent and ten MiB", "threshold", _bloated(25.3, 15), (_SUBJECT,)),
    Case("just under forty percent", "threshold", _bloated(25.3, 15.4)),
)  # fmt: skip
