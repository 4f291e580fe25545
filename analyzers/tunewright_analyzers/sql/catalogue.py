"""Names of relations and columns, resolved as a server would. In comes a Schema section; called wherever a statement's names are read."""

from collections.abc import Mapping, Sequence

from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.relations import RelationName


class Catalogue:
    """Relations and their columns by name, for one database; an unqualified name is looked for in `path`, then wherever it is unique."""

    def __init__(
        self,
        database: str,
        columns: Mapping[tuple[str, str], Sequence[str]],
        path: tuple[str, ...] = ("public",),
        types: Mapping[tuple[str, str, str], str] | None = None,
    ) -> None:
        self.database = database
        self._columns = columns
        self._types = types or {}
        self._path = path
        self._schemas: dict[str, list[str]] = {}
        for schema, name in columns:
            self._schemas.setdefault(name, []).append(schema)

    @classmethod
    def of(cls, schema: Schema, database: str) -> "Catalogue":
        """The catalogue of one database of a Schema section."""
        columns: dict[tuple[str, str], list[str]] = {}
        types: dict[tuple[str, str, str], str] = {}
        for column in sorted(schema.columns, key=lambda one: one.position):
            if column.table.database == database:
                columns.setdefault((column.table.schema, column.table.name), []).append(column.name)
                types[column.table.schema, column.table.name, column.name] = column.base_type
        return cls(database, columns, types=types)

    def type(self, table: RelationName, column: str) -> str | None:
        """The column's base type, None where it is not known."""
        return self._types.get((table.schema, table.name, column))

    def find(self, schema: str | None, name: str) -> RelationName | None:
        """The relation of that name; None where there is none, or several that the path does not tell apart."""
        schemas = self._schemas.get(name, [])
        if schema is not None:
            return RelationName(self.database, schema, name) if schema in schemas else None
        for candidate in (*self._path, *(schemas if len(schemas) == 1 else ())):
            if candidate in schemas:
                return RelationName(self.database, candidate, name)
        return None

    def columns(self, table: RelationName) -> tuple[str, ...]:
        """Its columns in order."""
        return tuple(self._columns.get((table.schema, table.name), ()))
