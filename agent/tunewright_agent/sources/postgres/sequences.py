"""Source `sequences`: where each sequence stands and what its column can hold. Fills Sequences."""

from datetime import datetime

from tunewright_agent.sources.postgres.session import Reader, Row, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.relations import RelationName, Sequence, Sequences
from tunewright_analyzers.facts.snapshot import Gap
from tunewright_analyzers.sql.identifiers import quoted

_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def _sequence(row: Row, database: str) -> Sequence:
    owned = row["table_name"] is not None
    largest = _LARGEST.get(row["column_type"] or "", row["max_value"])
    return Sequence(
        name=RelationName(database, row["schema"], row["name"]),
        owned_table=RelationName(database, row["table_schema"], row["table_name"]) if owned else None,
        owned_column=row["column_name"],
        column_type=row["column_type"],
        last_value=row["last_value"],
        max_value=min(row["max_value"], largest),
        increment=row["increment"],
        cycles=row["cycles"],
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Sequences of every watched database. A last value that the role may not read is a Gap of that database. Raises SourceError."""
    found: list[Sequence] = []
    unread: list[Gap] = []

    def read(session: Session) -> None:
        rows = session.query("sequences")
        found.extend(_sequence(row, session.database) for row in rows)
        hidden = [row["schema"] for row in rows if not row["readable"]]
        if hidden:
            schemas = ", ".join(quoted(schema) for schema in sorted(set(hidden)))
            mend = f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schemas} TO {quoted(reader.server.user)};"
            reason = f"the positions of {len(hidden)} sequences are hidden from our role"
            unread.append(Gap("sequences", reason, taken_at, mend, session.database, (Sequences.name,)))

    gaps = each_database(reader, "sequences", (Sequences.name,), taken_at, read)
    return Collected((Sequences(tuple(found)),), (*gaps, *unread))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("sequences", (Sequences,), interval_seconds=3600, deadline_seconds=30, collect=collect)
