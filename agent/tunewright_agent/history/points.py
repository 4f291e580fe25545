"""One stored point: a section that counts, compressed, in a bucket of some resolution. Used by store and upkeep."""

from collections.abc import Iterator, Sequence

import structlog
from sqlalchemy import Connection, select

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError, dump_section, load_section
from tunewright_agent.history.database import Database, packed, unpacked
from tunewright_agent.history.retention import FIVE_MINUTES as FIVE_MINUTES
from tunewright_agent.history.retention import HOUR as HOUR
from tunewright_agent.history.retention import MINUTE as MINUTE
from tunewright_agent.history.retention import Retention as Retention
from tunewright_agent.history.stores.upsert import insert
from tunewright_analyzers.facts.snapshot import Period, Section

_log = structlog.get_logger("history")
READ_AT_ONCE = 50


def put_point(connection: Connection, key: tuple[str, str, str], delta: Section, resolution: int) -> None:
    """Store one delta; one that begins at the same time (a minute still running) takes its place."""
    period: Period = delta.period  # type: ignore[attr-defined]  # every delta has one
    payload = packed(dump_section(delta))
    statement = insert(connection, schema.deltas).values(
        cluster=key[0], instance=key[1], section=key[2], resolution=resolution,
        start=period.start.timestamp(), end=period.end.timestamp(), payload=payload,
    )  # fmt: skip
    unique = ["cluster", "instance", "section", "resolution", "start"]
    connection.execute(
        statement.on_conflict_do_update(index_elements=unique, set_={"end": period.end.timestamp(), "payload": payload})
    )


def read_points(database: Database, ids: Sequence[int]) -> Iterator[Section]:
    """The points with these ids in this order, some at a time: a month of them is large, and a store may be far away."""
    table = schema.deltas
    for begin in range(0, len(ids), READ_AT_ONCE):
        some = ids[begin : begin + READ_AT_ONCE]
        with database.reading() as connection:
            wanted = select(table.c.id, table.c.section, table.c.payload).where(table.c.id.in_(some))
            rows = {row.id: row for row in connection.execute(wanted)}
        for section in (read_point(rows[one].section, rows[one].payload) for one in some if one in rows):
            if section is not None:
                yield section


def read_point(name: str, payload: bytes) -> Section | None:
    """A stored section; None, and a line in the log, where it cannot be read."""
    try:
        return load_section(name, unpacked(payload))
    except SnapshotError as error:
        _log.warning("history_point_unreadable", section=name, reason=str(error))
        return None
