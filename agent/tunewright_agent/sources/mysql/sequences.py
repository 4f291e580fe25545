"""Source `sequences`: where each AUTO_INCREMENT stands and what its column can hold. Fills Sequences."""

from datetime import datetime

from tunewright_agent.sources.mysql.session import Reader, Row
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.relations import RelationName, Sequence, Sequences

_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "integer": 32, "bigint": 64}


def largest(column_type: str) -> int:
    """The greatest value of a column type such as `int(10) unsigned`; a float's is that up to which it counts in ones."""
    lowered = column_type.lower()
    word = lowered.partition("(")[0].split()[0]
    bits = _BITS.get(word)
    if bits is None:
        return 2**24 if word == "float" else 2**53
    width = bits if "unsigned" in lowered else bits - 1
    return (1 << width) - 1


def _sequence(row: Row) -> Sequence:
    table = RelationName(row["db"], row["db"], row["name"])
    following = row["next_value"]
    return Sequence(
        name=RelationName(row["db"], row["db"], f"{row['name']}.{row['column_name']}"),
        owned_table=table,
        owned_column=row["column_name"],
        column_type=row["column_type"],
        last_value=None if following is None else max(int(following) - 1, 0),
        max_value=largest(str(row["column_type"])),
        increment=1,
        cycles=False,
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Every AUTO_INCREMENT column of the watched databases. Raises SourceError."""
    with reader.session() as session:
        rows = session.query("auto_increments", mark="sequences")
    return Collected((Sequences(tuple(_sequence(row) for row in rows if reader.watches(row["db"]))),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("sequences", (Sequences,), interval_seconds=3600, deadline_seconds=30, collect=collect)
