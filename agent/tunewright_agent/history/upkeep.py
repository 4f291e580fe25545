"""The history's upkeep: points rolled up to coarser ones, what is too old or too much dropped. Called by store.History.maintain."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, true

from tunewright_agent.history import cloud_points, schema
from tunewright_agent.history.database import Database
from tunewright_agent.history.deltas import merge
from tunewright_agent.history.points import FIVE_MINUTES, HOUR, MINUTE, Retention, put_point, read_point
from tunewright_agent.history.stores.clock import store_time

GONE_SECONDS = 600.0
"""After which an agent that was not heard of is forgotten; one that starts and dies again and again leaves a row each time."""


def maintain(
    database: Database, retention: Retention, now: datetime, held: frozenset[str] | None = None
) -> tuple[str, ...]:
    """As History.maintain. Where agents share a store each rolls up the clusters that it holds; the rest one of them does for all."""
    at, table = now.timestamp(), schema.deltas
    if held is not None:
        _roll_all_up(database, retention, at, table.c.cluster.in_(sorted(held)))
    with database.upkeep() as mine:
        if not mine:
            return ()
        database.prepare(at)
        _roll_all_up(database, retention, at, true() if held is None else table.c.cluster.not_in(_in_hands(database)))
        database.drop_old(retention, at)
        with database.transaction() as connection:
            for table, seen in schema.AGEING:
                connection.execute(delete(table).where(seen < at - retention.hour))
            cloud_points.drop_old(connection, retention, at)
            gone = schema.agents.c.expires < store_time(connection) - GONE_SECONDS
            connection.execute(delete(schema.agents).where(gone))
        told = () if retention.max_bytes is None else database.bound(retention.max_bytes)
        database.shrink()
        return told


def _in_hands(database: Database) -> Select[tuple[str]]:
    """Clusters for which some agent acts: it rolls them up itself."""
    with database.reading() as connection:
        now = connection.scalar(select(store_time(connection)))
    return select(schema.leases.c.cluster).where(schema.leases.c.expires > now)


def _roll_all_up(database: Database, retention: Retention, at: float, whose: ColumnElement[bool]) -> None:
    for resolution, coarser in ((MINUTE, FIVE_MINUTES), (FIVE_MINUTES, HOUR)):
        _roll_up(database, resolution, coarser, at - retention.of(resolution), whose)


def _roll_up(database: Database, resolution: int, coarser: int, before: float, whose: ColumnElement[bool]) -> None:
    """Merge the points that end before a time into buckets of the coarser resolution, bucket by bucket."""
    table = schema.deltas
    old = (table.c.resolution == resolution, table.c.end <= before - before % coarser, whose)
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
