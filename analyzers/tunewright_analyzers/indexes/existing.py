"""When an index is already there: whole, or as the left part of another. Called by the choice of indexes and by the hygiene checks."""

from tunewright_analyzers.facts.relations import Index, IndexColumn
from tunewright_analyzers.indexes.whatif import HypotheticalIndex


def same_predicate(one: str | None, other: str | None) -> bool:
    """Whether two expressions or predicates read the same but for spaces outside literals and outer parentheses."""
    return _plain(one) == _plain(other)


def _plain(text: str | None) -> str:
    parts = (text or "").split("'")
    bare = "'".join(part if at % 2 else "".join(part.split()) for at, part in enumerate(parts))
    while bare.startswith("(") and bare.endswith(")") and _closes_last(bare):
        bare = bare[1:-1]
    return bare


def _closes_last(text: str) -> bool:
    """Whether the first parenthesis is closed by the last one."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return at == len(text) - 1
    return False


def same_key(one: IndexColumn, other: IndexColumn) -> bool:
    """Whether two keys are the same column or expression in the same order, class and collation."""
    return (
        (one.column, one.descending, one.nulls_first, one.opclass, one.collation, one.prefix_length)
        == (other.column, other.descending, other.nulls_first, other.opclass, other.collation, other.prefix_length)
    ) and same_predicate(one.expression, other.expression)


def _reversed(key: IndexColumn) -> IndexColumn:
    return IndexColumn(key.column, key.expression, not key.descending, not key.nulls_first, key.opclass, key.collation)


def starts_with(keys: tuple[IndexColumn, ...], start: tuple[IndexColumn, ...]) -> bool:
    """Whether `start` is the left part of `keys`; a B-tree is read backwards too, so all keys reversed are the same."""
    if len(start) > len(keys):
        return False
    head = keys[: len(start)]
    return all(map(same_key, head, start)) or all(
        same_key(one, _reversed(two)) for one, two in zip(head, start, strict=True)
    )


def serves(existing: Index, wanted: HypotheticalIndex) -> bool:
    """Whether a valid existing index already does all that `wanted` would: same keys or more behind them, all columns, no narrower predicate."""
    if not existing.is_valid or existing.table != wanted.table or existing.method != wanted.method:
        return False
    if existing.predicate is not None and not same_predicate(existing.predicate, wanted.predicate):
        return False
    columns = {*existing.columns, *existing.included}
    if not set(wanted.included) <= columns or (wanted.is_unique and not existing.is_unique):
        return False
    if wanted.predicate is not None and existing.predicate is None:
        # A partial index on the same keys can be far smaller: only the exact same index is a duplicate.
        return False
    return starts_with(existing.keys, wanted.keys)


def same(one: Index, other: Index) -> bool:
    """Whether two indexes hold the same keys, columns and rows (uniqueness apart)."""
    return (
        (one.table, one.method, frozenset(one.included), one.nulls_not_distinct)
        == (other.table, other.method, frozenset(other.included), other.nulls_not_distinct)
        and len(one.keys) == len(other.keys)
        and all(map(same_key, one.keys, other.keys))
        and same_predicate(one.predicate, other.predicate)
    )


def makes_redundant(wide: Index, narrow: Index) -> bool:
    """Whether every use of `narrow` can be made of `wide`: its keys are the left part, its columns and rows are there.

    A unique index guards its keys and is never redundant to a longer one; only B-trees are ordered by a left part.
    """
    return (
        wide.name != narrow.name
        and wide.table == narrow.table
        and wide.method == narrow.method == "btree"
        and wide.is_valid
        and wide.is_visible
        and not narrow.is_unique
        and not same(wide, narrow)
        and starts_with(wide.keys, narrow.keys)
        and set(narrow.included) <= {*wide.columns, *wide.included}
        and same_predicate(wide.predicate, narrow.predicate)
    )
