"""Which tables a SELECT reads, and by which columns it looks rows up: by pglast for PostgreSQL, by sqlglot for MySQL and MariaDB.

In comes a Window with Statements and Schema, out come Reads. Called by checks/queries/n_plus_one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine, Window
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.queries.weighty import names_of, tree_of
from tunewright_analyzers.sql.access import PredicateError, Use
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.faults import looked_up
from tunewright_analyzers.sql.mysql.predicates import predicates
from tunewright_analyzers.sql.names import Names, common_tables

Keys = frozenset[tuple[RelationName, str]]


@dataclass(frozen=True, slots=True)
class Read:
    """A SELECT of one user: the tables it reads, and the columns by whose one given value it looks rows up in a single table."""

    row: Statement
    tables: frozenset[RelationName]
    keys: Keys


def _by_pglast(row: Statement, names: Names) -> Read | None:
    tree = tree_of(row.text or "")
    if tree is None or tree.larg is not None:
        return None
    tables = frozenset(one.table for one in names.items(tree, common_tables(tree)) if one.table is not None)
    return Read(row, tables, frozenset((one.column.table, one.column.name) for one in looked_up(tree, names)))


def _by_sqlglot(row: Statement, catalogue: Catalogue) -> Read | None:
    try:
        found = predicates(row.text or "", catalogue, row.key.database)
    except PredicateError:
        return None
    tables = frozenset(one.table for one in found.accesses)
    keys: Keys = frozenset()
    if len(found.accesses) == 1 and not found.unresolved:
        (access,) = found.accesses
        keys = frozenset(
            (access.table, one.key.column)
            for one in access.conditions
            if one.use is Use.EQUAL and one.key.column is not None and not one.alternative
        )
    return Read(row, tables, keys)


def reads(window: Window, busiest: list[Statement]) -> Iterator[Read]:
    """The Reads of these statements; those that cannot be understood are left out."""
    if window.latest.engine is Engine.POSTGRESQL:
        names = names_of(window)
        for row in busiest:
            read = _by_pglast(row, names[row.key.database])
            if read is not None:
                yield read
        return
    schema = window.need(Schema)
    catalogues: dict[str, Catalogue] = {}
    for row in busiest:
        database = row.key.database
        if database not in catalogues:
            catalogues[database] = Catalogue.of(schema, database)
        read = _by_sqlglot(row, catalogues[database])
        if read is not None:
            yield read


def most_called(window: Window, least: float, most: int) -> list[Statement]:
    """SELECTs with so many calls or rows, the busiest first."""
    rows = [
        row
        for row in window.need(Statements).rows
        if not row.own and row.key.toplevel and row.kind == "select" and row.text and not row.text_cut
        if max(row.calls, row.rows) >= least
    ]
    return sorted(rows, key=lambda row: -max(row.calls, row.rows))[:most]
