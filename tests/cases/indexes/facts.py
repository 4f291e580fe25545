"""Short makers of indexes and tables for the cases of this folder (no CASES of its own)."""

from datetime import timedelta
from typing import Any

from cases.case import DAY, NOW
from tunewright_analyzers.facts.relations import Index, IndexColumn, Indexes, RelationName, Table, Tables

MEGABYTE = 2**20


def name(text: str) -> RelationName:
    """`orders` or `audit.log` in database shop."""
    schema, dot, bare = text.rpartition(".")
    return RelationName("shop", schema if dot else "public", bare)


def index(label: str, table: str, *columns: str, **changes: Any) -> Index:
    """A valid B-tree of 10 MiB on columns (`total desc` descends)."""
    keys = tuple(
        IndexColumn(column.removesuffix(" desc"), None, column.endswith(" desc"), column.endswith(" desc"))
        for column in columns
    )
    facts: dict[str, Any] = {
        "method": "btree",
        "keys": keys,
        "included": (),
        "predicate": None,
        "definition": f"CREATE INDEX {label} ON public.{table} USING btree ({', '.join(columns)})",
        "size_bytes": 10 * MEGABYTE,
        "is_unique": False,
        "is_primary": False,
    }
    return Index(name=name(label), table=name(table), **{**facts, **changes})


def indexes(*rows: Index, days: float | None = 30, replicas: tuple[str, ...] = ()) -> Indexes:
    """The section; scans counted for `days` (None: not known since when)."""
    since = None if days is None else NOW - timedelta(days=days)
    return Indexes(DAY, rows, ("shop",), since, replicas)


def table(label: str, size_bytes: int = 100 * MEGABYTE, **changes: Any) -> Table:
    """A table."""
    facts: dict[str, Any] = {
        "kind": "r",
        "toast_bytes": 0,
        "index_bytes": 0,
        "pages": size_bytes // 8192,
        "row_estimate": 1e6,
    }
    return Table(name(label), size_bytes=size_bytes, **{**facts, **changes})


def tables(*rows: Table) -> Tables:
    """The section."""
    return Tables(DAY, rows, ("shop",))
