"""`schema/entity_attribute_value`: reads Schema and Tables; says which tables hold one row for each attribute of a thing."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import rows_of, tables_with

_ATTRIBUTE = (
    "attribute",
    "attribute_name",
    "attribute_id",
    "attr",
    "attr_name",
    "meta_key",
    "property",
    "property_name",
    "field_name",
)
_VALUE = ("value", "attribute_value", "attr_value", "meta_value", "property_value", "field_value")
_TEXTS = {"text", "character varying", "character", "json", "jsonb", "varchar", "char", "mediumtext", "longtext"}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it costs."""

    rows_min: float = threshold(100_000, "rows", "Smaller tables are not reported.")
    columns_max: float = threshold(8, "count", "A table with more columns is more than a list of attributes.")


def _parts(columns: tuple[Column, ...]) -> tuple[Column, Column, Column] | None:
    """(the thing's key, the attribute's name, its value) where the table has these and little else."""
    by_name = {column.name.lower(): column for column in columns}
    attribute = next((by_name[name] for name in _ATTRIBUTE if name in by_name), None)
    value = next((by_name[name] for name in _VALUE if name in by_name), None)
    if attribute is None or value is None or value.base_type not in _TEXTS:
        return None
    key = next((one for one in columns if one.name.lower().endswith("_id") and one is not attribute), None)
    return (key, attribute, value) if key is not None else None


@check(needs=(Schema, Tables), thresholds=Thresholds)
def entity_attribute_value(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Tables of (thing, attribute, value): one row for each attribute.

    Risk: a thing with ten attributes is ten rows and, to be read, ten joins; values have no type, no constraint and no statistics of their
        own, so the planner guesses.
    Evidence: the names and types of the columns in pg_attribute; the number of rows.
    Remedy: columns for the attributes that are known, jsonb with a GIN index for the rest.
    False positives: translations, settings, or attributes that users make up themselves.
    """
    limits = context.thresholds
    for table, columns in tables_with(context.window, lambda _: True):
        parts = _parts(columns) if len(columns) <= limits.columns_max and rows_of(table) >= limits.rows_min else None
        if parts is None:
            continue
        key, attribute, value = parts
        yield context.finding(
            Subject("table", str(table.name), table.name.database),
            Severity.INFO,
            f"Table {table.name} ({rows_of(table):,} rows) holds one row for each attribute of {key.name}.",
            Evidence("columns", f"{key.name}, {attribute.name}, {value.name} {value.type}", "", "pg_attribute"),
            Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
        )
