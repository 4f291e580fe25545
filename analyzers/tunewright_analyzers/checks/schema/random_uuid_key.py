"""`schema/random_uuid_key`: reads Schema, Tables and Indexes; says which big tables are keyed by random numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import Index, Indexes, RelationName, Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import rows_of, tables_with

_RANDOM = ("gen_random_uuid()", "uuid_generate_v4()", "uuidv4()")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it costs."""

    bytes_min: float = threshold(256 * 1024**2, "bytes", "Size of the key's index from which it is reported.")
    rows_inserted_min: float = threshold(1000, "rows", "Rows inserted over the window; a table at rest costs nothing.")


def _is_random(column: Column) -> bool:
    return column.base_type == "uuid" and column.default is not None and any(one in column.default for one in _RANDOM)


@check(needs=(Schema, Tables, Indexes), engines=POSTGRESQL, thresholds=Thresholds)
def random_uuid_key(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Big tables whose primary key is a random UUID.

    Risk: every insert goes to another page of the index: the whole index must be in memory, and after each checkpoint each page is
        written into WAL once more in full.
    Evidence: the column's default (a version 4 generator), the size of the key's index, rows inserted over the window.
    Remedy: UUIDs ordered by time (uuidv7() from release 18, or made by the application), or a bigint identity; old rows may stay.
    False positives: an index that fits into memory at all times; identifiers that must not tell when they were made.
    """
    keys: dict[RelationName, Index] = {one.table: one for one in context.window.need(Indexes).rows if one.is_primary}
    limits = context.thresholds
    for table, columns in tables_with(context.window, _is_random):
        key = keys.get(table.name)
        column = next((one for one in columns if key is not None and key.columns[:1] == (one.name,)), None)
        if key is None or column is None or key.size_bytes < limits.bytes_min:
            continue
        if table.rows_inserted < limits.rows_inserted_min:
            continue
        yield context.finding(
            Subject("column", f"{table.name}.{column.name}", table.name.database),
            Severity.LOW,
            f"Key {table.name}.{column.name} is a random UUID: {table.rows_inserted:,} inserts in the window went to random pages of a "
            f"{key.size_bytes / 2**20:,.0f} MiB index.",
            Evidence("default", column.default or "", "", "pg_attrdef"),
            Evidence("size of the key's index", key.size_bytes, "bytes", "pg_class"),
            Evidence("rows inserted", table.rows_inserted, "rows", "pg_stat_user_tables"),
            Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
        )
