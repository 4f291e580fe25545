"""Source `schema`: columns, constraints and extended statistics of every watched database. Fills Schema.

Default expressions and CHECK definitions may hold literals of the users': they are redacted here.
"""

from datetime import datetime

from tunewright_agent.sources.postgres import locked
from tunewright_agent.sources.postgres.session import Reader, Row, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.columns import Column, Constraint, ExtendedStatistics, Schema
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.sql.redact import redact_expression


def _column(row: Row, database: str) -> Column:
    return Column(
        table=RelationName(database, row["schema"], row["table_name"]),
        name=row["name"],
        position=row["position"],
        type=row["type"],
        base_type=row["base_type"],
        not_null=row["not_null"],
        has_default=row["has_default"],
        default=redact_expression(row["default_text"]) if row["default_text"] else None,
        identity=row["identity"],
        generated=row["generated"],
        collation=row["collation"],
        statistics_target=row["statistics_target"],
        storage=row["storage"],
    )


def _constraint(row: Row, database: str) -> Constraint:
    referenced = row["referenced_name"] is not None
    return Constraint(
        name=row["name"],
        table=RelationName(database, row["schema"], row["table_name"]),
        kind=row["kind"],
        columns=tuple(row["columns"]),
        referenced_table=RelationName(database, row["referenced_schema"], row["referenced_name"])
        if referenced
        else None,
        referenced_columns=tuple(row["referenced_columns"]),
        on_delete=row["on_delete"].strip() or "a",
        on_update=row["on_update"].strip() or "a",
        is_valid=row["convalidated"],
        is_deferrable=row["condeferrable"],
        definition=redact_expression(row["definition"] or ""),
        index=RelationName(database, row["index_schema"], row["index_name"]) if row["index_name"] else None,
    )


def _extended(row: Row, database: str) -> ExtendedStatistics:
    return ExtendedStatistics(
        RelationName(database, row["schema"], row["name"]),
        RelationName(database, row["table_schema"], row["table_name"]),
        tuple(row["columns"]),
        tuple(row["kinds"]),
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The catalogue of every watched database. Raises SourceError where none could be read."""
    columns: list[Column] = []
    constraints: list[Constraint] = []
    statistics: list[ExtendedStatistics] = []
    unread: list[Gap] = []

    def read(session: Session) -> None:
        name = session.database
        column_rows = locked.query(session, "schema_columns", "schema")
        constraint_rows = locked.query(session, "schema_constraints", "schema")
        columns.extend(_column(row, name) for row in column_rows)
        constraints.extend(_constraint(row, name) for row in constraint_rows)
        statistics.extend(_extended(row, name) for row in session.query("schema_statistics", mark="schema"))
        tables = [
            f"{row['schema']}.{row['table_name']}" for row in (*column_rows, *constraint_rows) if row["is_locked"]
        ]
        gap = locked.gap("schema", Schema.name, "defaults and constraint definitions", tables, taken_at, name)
        unread.extend([gap] if gap else [])

    gaps = each_database(reader, "schema", (Schema.name,), taken_at, read)
    return Collected((Schema(tuple(columns), tuple(constraints), tuple(statistics)),), (*gaps, *unread))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("schema", (Schema,), interval_seconds=3600, deadline_seconds=60, collect=collect)
