"""Tables with those of their columns that a check asks for. In comes a window that has Schema and Tables; called by checks/schema."""

from collections.abc import Callable, Iterator, Sequence

from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import RelationName, Table, Tables
from tunewright_analyzers.facts.snapshot import Window

_LISTED = 5


def by_table(schema: Schema) -> dict[RelationName, tuple[Column, ...]]:
    """Columns of each relation, in their order."""
    found: dict[RelationName, list[Column]] = {}
    for column in sorted(schema.columns, key=lambda one: one.position):
        found.setdefault(column.table, []).append(column)
    return {name: tuple(columns) for name, columns in found.items()}


def tables_with(window: Window, keep: Callable[[Column], bool]) -> Iterator[tuple[Table, tuple[Column, ...]]]:
    """Tables that have columns of that kind, with those columns. Partitions are left out: their parent says it once for all."""
    columns = by_table(window.need(Schema))
    for table in window.need(Tables).rows:
        if table.parent is not None or table.kind not in {"r", "p"}:
            continue
        kept = tuple(column for column in columns.get(table.name, ()) if keep(column))
        if kept:
            yield table, kept


def rows_of(table: Table) -> int:
    """Its rows: the counted ones, or the planner's estimate where that is more."""
    return max(table.live_rows, int(max(table.row_estimate, 0)))


def listed(names: Sequence[str]) -> str:
    """`a, b, c`, and how many more where there are over five."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
