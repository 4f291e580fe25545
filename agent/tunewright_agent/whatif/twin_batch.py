"""Many hypothetical indexes made on the twin at once: one look at the catalogue for all in place of ten for each.

In come a Pool and indexes, out go the same entries as Pool.make would have made one by one (a test compares them), and why some could not
be made. Partitioned tables, and kinds other than B-trees, are left to Pool.make. Called by Twin.make_all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from tunewright_agent.whatif.twin_build import because
from tunewright_agent.whatif.twin_files import set_btree
from tunewright_agent.whatif.twin_indexes import KEYS, Made, Pool, modelled
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.size import IndexSize
from tunewright_analyzers.indexes.statement import create_statement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError
from tunewright_analyzers.sql.identifiers import qualified

_TABLE = """
SELECT relkind::text, relpages, reltuples, relallvisible FROM pg_class WHERE oid = to_regclass(%s)
"""
_MADE = """
SELECT i.relname, i.oid::int8, pg_relation_filepath(i.oid) FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE n.nspname = %s AND i.relname = ANY(%s)
"""
_STATISTICS = """
UPDATE pg_class SET relpages = new.pages, reltuples = new.rows
FROM unnest(%s::int8[], %s::int[], %s::real[]) AS new (oid, pages, rows) WHERE pg_class.oid = new.oid::oid
"""


def make_all(pool: Pool, indexes: Iterable[HypotheticalIndex]) -> dict[HypotheticalIndex, str]:
    """Make those that are not made yet. Returns, for each that cannot exist, why. Raises psycopg.Error where the twin itself fails."""
    refused: dict[HypotheticalIndex, str] = {}
    by_table: dict[RelationName, list[HypotheticalIndex]] = defaultdict(list)
    for index in dict.fromkeys(indexes):
        if not pool.has(index):
            by_table[index.table].append(index)
    for table, wanted in by_table.items():
        row = pool.admin.execute(_TABLE, (qualified(table),)).fetchone()
        plain = [one for one in wanted if row is not None and row[0] in {"r", "m"} and one.method == "btree"]
        for index in wanted:
            if index not in plain:
                try:
                    pool.make(index)
                except WhatIfError as error:
                    refused[index] = str(error)
        if row is not None and plain:
            refused |= _of_table(pool, table, plain, row)
    return refused


def _of_table(
    pool: Pool, table: RelationName, indexes: Sequence[HypotheticalIndex], row: tuple[object, ...]
) -> dict[HypotheticalIndex, str]:
    refused: dict[HypotheticalIndex, str] = {}
    names: dict[str, HypotheticalIndex] = {}
    with pool.emptied(table):
        for index in indexes:
            name = pool.next_name()
            try:
                pool.maker.execute(create_statement(index, name, concurrently=False).encode())
                names[name] = index
            except psycopg.Error as error:
                if pool.maker.broken:
                    raise
                refused[index] = f"index {index} cannot be made: {because(error)}"
    _, pages, count, visible = row
    pool.set_statistics(table.schema, table.name, pages, count, visible)
    if names:
        _size(pool, table, names, max(float(str(count)), 0.0))
    return refused


def _size(pool: Pool, table: RelationName, names: Mapping[str, HypotheticalIndex], rows: float) -> None:
    found = {
        str(name): (int(str(oid)), str(path))
        for name, oid, path in pool.admin.execute(_MADE, (table.schema, list(names))).fetchall()
    }
    columns: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for column in pool.admin.execute(KEYS, ([oid for oid, _ in found.values()],)).fetchall():
        columns[int(str(column[0]))].append(column)
    held: dict[str | None, float] = {}
    sizes: dict[str, IndexSize] = {}
    for name, index in names.items():
        oid, path = found[name]
        if index.predicate not in held:
            held[index.predicate] = pool.held_rows(index, f"{table.schema}.{table.name}", rows)
        sizes[name] = modelled(index, columns[oid], held[index.predicate], rows)
        set_btree(pool.data / path, sizes[name].pages, sizes[name].height)
    oids = [found[name][0] for name in names]
    pages, counts = [sizes[name].pages for name in names], [held[index.predicate] for index in names.values()]
    pool.admin.execute(_STATISTICS, (oids, pages, counts))
    pool.admin.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY(%s)", (oids,))
    pool.add({index: (name, Made((found[name][0],), sizes[name].size_bytes)) for name, index in names.items()})
