"""The history's upkeep: points rolled up to coarser ones, what is too old or too much dropped. Called by store.History.maintain."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Table, delete, func, literal_column, select

from tunewright_agent.history import cloud_points, schema
from tunewright_agent.history.database import Database
from tunewright_agent.history.deltas import merge
from tunewright_agent.history.points import FIVE_MINUTES, HOUR, MINUTE, Retention, put_point, read_point

DROPPED_AT_ONCE = 50
"""Rows that are dropped between two looks at the size."""


def maintain(database: Database, retention: Retention, now: datetime) -> tuple[str, ...]:
    """As History.maintain."""
    for resolution, coarser in ((MINUTE, FIVE_MINUTES), (FIVE_MINUTES, HOUR)):
        _roll_up(database, resolution, coarser, now.timestamp() - retention.of(resolution))
    too_old = now.timestamp() - retention.hour
    with database.transaction() as connection:
        for table, seen in _AGEING:
            connection.execute(delete(table).where(seen < too_old))
        cloud_points.drop_old(connection, retention, now.timestamp())
    told = _bound(database, retention.max_bytes)
    database.shrink()
    return told


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


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


def _bound(database: Database, max_bytes: int) -> tuple[str, ...]:
    """Drop the oldest of the finest points until the file fits its bound; then the plans, texts and events seen longest ago."""
    told: dict[str, str] = {}
    while database.used_bytes > max_bytes:
        with database.transaction() as connection:
            finest = connection.execute(select(func.min(schema.deltas.c.resolution))).scalar()
            if finest is not None:
                points = schema.deltas.c
                what, last = (
                    f"points of {finest} s",
                    _drop_oldest(connection, schema.deltas, points.end, points.resolution == finest),
                )
            else:
                what, last = _drop_state(connection)
        if last is None:
            told["nothing"] = "the newest state alone is larger than history.max_size: raise it"
            break
        told[what] = f"{what} up to {_at(last):%Y-%m-%d %H:%M} UTC were dropped to stay within history.max_size"
    return tuple(told.values())


_ROWID: ColumnElement[int] = literal_column("rowid", Integer)
_AGEING = (
    (schema.deltas, schema.deltas.c.end),
    (schema.cloud_points, schema.cloud_points.c.at),
    (schema.events, schema.events.c.at),
    (schema.plans, schema.plans.c.last_seen),
    (schema.texts, schema.texts.c.last_seen),
)
"""What is kept as long as the coarsest points, and the column that tells its age."""


def _drop_oldest(connection: Connection, table: Table, seen: Any, *which: Any) -> float | None:
    """Drop the oldest rows; the answer is the age of the youngest of them, None where there were none."""
    oldest = connection.execute(select(_ROWID, seen).select_from(table).where(*which).order_by(seen).limit(DROPPED_AT_ONCE)).all()  # fmt: skip
    if not oldest:
        return None
    connection.execute(delete(table).where(_ROWID.in_([row[0] for row in oldest])))
    return float(oldest[-1][1])


def _drop_state(connection: Connection) -> tuple[str, float | None]:
    for table, seen in _AGEING[1:]:
        last = _drop_oldest(connection, table, seen)
        if last is not None:
            return table.name, last
    return "", None
