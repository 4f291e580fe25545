"""What a server says of a table that is about to be changed: its size and who holds locks on it. Read once, for `tunewright preflight`.

Sizes are pages of pg_class, as fresh as the last VACUUM or ANALYZE: no lock is taken, so nothing queues behind this look.
"""

from collections.abc import Iterable

from tunewright_agent.sources.postgres.session import Reader, Session
from tunewright_analyzers.ddl.locks import Effect, Lock
from tunewright_analyzers.ddl.preflight import Holder, Target


def _target(session: Session, schema: str | None, name: str) -> Target | None:
    found = session.query("target", [name, schema])
    if not found:
        return None
    row = found[0]
    holders = session.query("target_holders", [row["oid"]], mark="target")
    return Target(
        schema=row["schema"],
        name=row["name"],
        heap_bytes=row["heap_pages"] * row["block_size"],
        toast_bytes=row["toast_pages"] * row["block_size"],
        index_bytes=row["index_pages"] * row["block_size"],
        rows=row["rows"],
        holders=tuple(
            Holder(one["pid"], one["role"], Lock(one["mode"]), one["granted"], one["seconds"], one["state"])
            for one in holders
        ),
        columns=tuple(zip(row["column_names"], row["column_types"], strict=True)),
    )


def targets(reader: Reader, effects: Iterable[Effect]) -> dict[tuple[str | None, str], Target]:
    """The tables that exist, by the name as written (an index stands for its table). An unqualified name is looked for in public first.

    Raises SourceError.
    """
    found: dict[tuple[str | None, str], Target] = {}
    with reader.session() as session:
        for schema, name in dict.fromkeys((one.schema, one.table) for one in effects):
            target = _target(session, schema, name)
            if target is not None:
                found[schema, name] = target
    return found
