"""Partial indexes worth asking about: the rows that a condition without parameters leaves, or those that are not null.

In comes one Access with its lists of keys, out come HypotheticalIndexes. A condition without a literal (`deleted_at IS NULL`) holds at
every call; one with a literal comes only from a workload that was given with its literals, and serves only the calls that say the same.
Called by candidates.py.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.access import Access, Filter, Use

MOST_INCLUDED = 8
MOST_PREDICATES = 6
MOST_LISTS = 8
FEW_LISTS = 4
"""Lists of keys for the narrowest predicate, and for each of the others."""
NULL_SKEWED = 0.5
"""Share of nulls from which an index without them is worth asking about."""

Keys = tuple[IndexColumn, ...]


def _sets(filters: Sequence[Filter]) -> Iterator[tuple[Filter, ...]]:
    """The predicates to try: all conditions together, those without literals, those on the same columns."""
    fixed = tuple(one for one in filters if not one.has_constant)
    by_columns: dict[tuple[str, ...], list[Filter]] = {}
    for one in filters:
        by_columns.setdefault(tuple(column for column, _ in one.columns), []).append(one)
    tried: set[tuple[Filter, ...]] = set()
    for chosen in (tuple(filters), fixed, *(tuple(group) for group in by_columns.values())):
        if chosen and chosen not in tried and len(tried) < MOST_PREDICATES:
            tried.add(chosen)
            yield chosen


def _text(filters: Sequence[Filter]) -> str:
    """The conditions joined by AND, in a fixed order; in parentheses where an OR could else fall apart."""
    texts = sorted({one.text for one in filters})
    return texts[0] if len(texts) == 1 else " AND ".join(f"({one})" for one in texts)


def _still_read(access: Access, implied: Sequence[Filter]) -> set[str]:
    """Columns that the statement reads beside the implied conditions: the planner needs no others for an index-only scan."""
    counted = Counter(access.reads)
    for one in implied:
        counted.subtract(dict(one.columns))
    return {column for column, count in counted.items() if count > 0}


def _remaining(lists: Sequence[Keys], implied: Sequence[Filter], access: Access) -> list[Keys]:
    """The lists of keys without columns that only the implied conditions bound."""
    bound = {column for one in implied for column, _ in one.columns}
    free = {one.key.column for one in access.conditions if one.use is Use.JOIN}
    free |= {key.column for order in (access.sort, *access.orders) for key in order} | set(access.group)
    found: dict[Keys, None] = {}
    for keys in lists:
        rest = tuple(key for key in keys if key.column is None or key.column not in bound or key.column in free)
        if rest and not any(key.expression and key.expression in one.text for key in rest for one in implied):
            found.setdefault(rest)
    return list(found)


def partial_indexes(
    access: Access, table: RelationName, lists: Sequence[Keys], known: Known
) -> Iterator[HypotheticalIndex]:
    """Every partial index for the access: for each predicate each list of keys, plain and covering."""
    filters = sorted({one for one in access.filters if _narrows(one, access)}, key=lambda one: one.text)
    for number, implied in enumerate(_sets(filters)):
        needed = _still_read(access, implied)
        keyed = _remaining(lists, implied, access)[: MOST_LISTS if number == 0 else FEW_LISTS]
        if not keyed:  # the index is the answer itself: any key will do, one that is read costs nothing
            columns = sorted(needed) or sorted(column for one in implied for column, _ in one.columns)
            keyed = [(IndexColumn(columns[0]),)]
        for keys in keyed:
            yield HypotheticalIndex(table, keys, predicate=_text(implied))
            missing = tuple(sorted(needed - {key.column for key in keys}))
            if missing and not access.whole_row and len(missing) <= MOST_INCLUDED and all(key.column for key in keys):
                yield HypotheticalIndex(table, keys, missing, _text(implied))
    for keys in lists[:MOST_LISTS]:
        lead = keys[0].column
        if lead is not None and known.null_ratio(access.table, lead) >= NULL_SKEWED and _is_strict(access, lead):
            yield HypotheticalIndex(table, keys, predicate=f"{IndexColumn(lead)} IS NOT NULL")


def _narrows(one: Filter, access: Access) -> bool:
    """Whether the condition may leave few rows: `IS NOT NULL` alone is judged by the nulls that there are."""
    return not any(condition.text == one.text and condition.use is Use.NOT_NULL for condition in access.conditions)


def _is_strict(access: Access, column: str) -> bool:
    """Whether a condition of the statement is never true of a null in the column."""
    return any(
        one.key.column == column and not one.alternative and one.use not in (Use.IS_NULL, Use.FALSE, Use.TRUE)
        for one in access.conditions
    )
