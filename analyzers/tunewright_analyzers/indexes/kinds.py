"""Indexes of other kinds than the plain B-tree: GIN by operator, trigrams and prefixes of text, BRIN where the order on disk earns it.

In comes one Access, out come HypotheticalIndexes. What the server does not have (an operator class, an extension) the oracle refuses, and
the candidate is dropped. Called by candidates.py. Hash indexes are never asked about: a B-tree does all that they do.
"""

from collections.abc import Iterator

from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.access import Access, Condition, Use

LEAST_BRIN_PAGES = 10_000
LEAST_BRIN_CORRELATION = 0.95
"""BRIN pays for large tables in the order of the column; measured elsewhere it gained nothing, so that the bar is high."""
_PATH_OPERATORS = frozenset({"@>", "@?", "@@"})
_TEXT = frozenset({"text", "character varying", "varchar", "character", "bpchar", "name", "citext"})
_PATTERN_CLASS = {
    "text": "text_pattern_ops",
    "character varying": "varchar_pattern_ops",
    "character": "bpchar_pattern_ops",
}


def _gin(table: RelationName, key: IndexColumn, opclass: str | None = None) -> HypotheticalIndex:
    return HypotheticalIndex(table, (IndexColumn(key.column, key.expression, opclass=opclass),), method="gin")


def _contains(access: Access, table: RelationName, one: Condition, known: Known) -> Iterator[HypotheticalIndex]:
    kind = known.type(access.table, one.key.column or "")
    if kind == "jsonb" and one.operator in _PATH_OPERATORS:
        yield _gin(table, one.key, "jsonb_path_ops")
    yield _gin(table, one.key)


def _text(access: Access, table: RelationName, one: Condition, known: Known) -> Iterator[HypotheticalIndex]:
    """A prefix is a range only in the order of bytes; any other pattern is found by its trigrams."""
    kind = known.type(access.table, one.key.column or "")
    if one.key.column is not None and kind and kind not in _TEXT:
        return
    if one.use is Use.PREFIX:
        opclass = _PATTERN_CLASS.get(kind)
        if opclass:
            yield HypotheticalIndex(table, (IndexColumn(one.key.column, one.key.expression, opclass=opclass),))
    if kind:
        yield _gin(table, one.key, "gin_trgm_ops")


def other_kinds(access: Access, table: RelationName, known: Known) -> Iterator[HypotheticalIndex]:
    """Every such index for the access."""
    for one in access.conditions:
        if one.use is Use.CONTAINS:
            yield from _contains(access, table, one, known)
        elif one.use in (Use.SIMILAR, Use.PREFIX):
            yield from _text(access, table, one, known)
        elif one.use is Use.RANGE and one.key.column is not None and not one.alternative:
            ordered = known.correlation(access.table, one.key.column) >= LEAST_BRIN_CORRELATION
            if ordered and known.pages.get(access.table, 0) >= LEAST_BRIN_PAGES:
                yield HypotheticalIndex(table, (IndexColumn(one.key.column),), method="brin")
