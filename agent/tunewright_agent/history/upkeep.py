"""The history's upkeep: points rolled up to coarser ones, what is too old or too much dropped. Called by store.History.maintain."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from tunewright_agent.history import cloud_points, schema
from tunewright_agent.history.database import Database
from tunewright_agent.history.deltas import merge
from tunewright_agent.history.points import FIVE_MINUTES, HOUR, MINUTE, Retention, put_point, read_point


def maintain(database: Database, retention: Retention, now: datetime) -> tuple[str, ...]:
    """As History.maintain. Of several agents one is at it at a time; the others have nothing to do."""
    with database.upkeep() as mine:
        if not mine:
            return ()
        at = now.timestamp()
        database.prepare(at)
        for resolution, coarser in ((MINUTE, FIVE_MINUTES), (FIVE_MINUTES, HOUR)):
            _roll_up(database, resolution, coarser, at - retention.of(resolution))
        database.drop_old(retention, at)
        with database.transaction() as connection:
            for table, seen in schema.AGEING:
                connection.execute(delete(table).where(seen < at - retention.hour))
            cloud_points.drop_old(connection, retention, at)
        told = () if retention.max_bytes is None else database.bound(retention.max_bytes)
        database.shrink()
        return told


def _roll_up(database: Database, resolution: int, coarser: int, before: float) -> None:
    """Merge the points that end before a time into buckets of the coarser resolution, bucket by bucket."""
    table = schema.deltas
    old = (table.c.resolution == resolution, table.c.end <= before - before % coarser)
    columns = (table.c.cluster, table.c.instance, table.c.section, func.floor(table.c.start / coarser).label("bucket"))  # fmt: skip
    with database.reading() as connection:
        groups = connection.execute(select(*columns).where(*old).distinct()).all()
    for group in groups:
        mine = (*old, table.c.cluster == group.cluster, table.c.instance == group.instance,
                table.c.section == group.section, func.floor(table.c.start / coarser) == group.bucket)  # fmt: skip
        with database.transaction() as connection:
            _roll_up_one(connection, (group.cluster, group.instance, group.section), mine, coarser)


def _roll_up_one(connection: Connection, key: tuple[str, str, str], mine: tuple[Any, ...], coarser: int) -> None:
    """One bucket is one transaction: recording goes on between two of them, and kill -9 leaves each whole or undone."""
    table = schema.deltas
    rows = connection.execute(select(table.c.id, table.c.payload).where(*mine).order_by(table.c.end)).all()
    readable = [section for section in (read_point(key[2], row.payload) for row in rows) if section is not None]
    connection.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
    if readable:
        put_point(connection, key, merge(readable), coarser)
