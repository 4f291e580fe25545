"""Source `schema`: columns and constraints. Fills Schema. Defaults and expressions are redacted: they may hold values."""

from datetime import datetime

from tunewright_agent.sources.mysql.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.columns import Column, Constraint, Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.mysql.redact import redact_expression

_KINDS = {"PRIMARY KEY": "p", "UNIQUE": "u", "FOREIGN KEY": "f"}
_RULES = {"NO ACTION": "a", "RESTRICT": "r", "CASCADE": "c", "SET NULL": "n", "SET DEFAULT": "d"}


def _column(row: Row) -> Column:
    extra = str(row["extra"] or "").lower()
    default = row["column_default"]
    generated = "s" if "stored" in extra else "v" if "virtual" in extra or "persistent" in extra else ""
    return Column(
        table=RelationName(row["db"], row["db"], row["name"]),
        name=row["column_name"],
        position=int(row["position"]),
        type=str(row["type"]),
        base_type=str(row["base_type"]).lower(),
        not_null=row["nullable"] == "NO",
        has_default=default is not None and str(default) != "NULL",
        default=None if default is None else redact_expression(str(default)) if "(" in str(default) else "?",
        identity="d" if "auto_increment" in extra else "",
        generated=generated,
        collation=row["collation"],
    )


def _constraints(rows: list[Row]) -> tuple[Constraint, ...]:
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["db"], row["name"], row["constraint_name"]), []).append(row)
    found = []
    for (database, table, name), parts in groups.items():
        first = parts[0]
        kind = _KINDS.get(str(first["kind"]))
        if kind is None:
            continue
        referred = first["referenced_name"] if kind == "f" else None
        own = RelationName(database, database, table)
        found.append(
            Constraint(
                name=name,
                table=own,
                kind=kind,
                columns=tuple(part["column_name"] for part in parts),
                referenced_table=RelationName(first["referenced_db"], first["referenced_db"], referred)
                if referred
                else None,
                referenced_columns=tuple(part["referenced_column"] for part in parts) if referred else (),
                on_delete=_RULES.get(str(first["on_delete"]), "a"),
                on_update=_RULES.get(str(first["on_update"]), "a"),
                index=RelationName(database, database, name) if kind in "pu" else None,
            )
        )
    return tuple(found)


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The catalogue of the watched databases, as far as our account sees it (the source `relations` tells what it does not). Raises SourceError."""
    with reader.session() as session:
        columns = session.query("schema_columns", mark="schema")
        keys = session.query("schema_keys", mark="schema")
    section = Schema(
        tuple(_column(row) for row in columns if reader.watches(row["db"])),
        _constraints([row for row in keys if reader.watches(row["db"])]),
    )
    return Collected((section,))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("schema", (Schema,), interval_seconds=3600, deadline_seconds=60, collect=collect)
