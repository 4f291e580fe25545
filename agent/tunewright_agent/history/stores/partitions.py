"""What grows with time is partitioned by time in PostgreSQL: made ahead, and dropped whole once nothing in it is kept any more.

    deltas       by resolution, and each of these by the time of its points
    cloud_points, events       by time

A row whose time has no partition (a clock far off) goes to the default one, and is deleted there row by row. A partition is made
beside its table and attached, which waits for no reader or writer; to drop one needs a moment alone with the table, and is put off
where that moment does not come within LOCK_MILLISECONDS.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, Table, UniqueConstraint, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from tunewright_agent.history import schema
from tunewright_agent.history.retention import FIVE_MINUTES, HOUR, MINUTE, Retention

_log = structlog.get_logger("history")
AHEAD = 3
"""Partitions that are there or made beyond the present one."""
LOCK_MILLISECONDS = 2000
DAY = 86400


@dataclass(frozen=True, slots=True)
class Range:
    """A table (or the part of one resolution) that is partitioned by ranges of time."""

    parent: str
    column: str
    age: str
    """The column that tells whether a row is too old; of a point that is its end."""
    width_seconds: int
    resolution: int

    def name(self, start: int) -> str:
        """Of the partition that begins then, as `deltas_60_20270131_0600`."""
        return f"{self.parent}_{datetime.fromtimestamp(start, UTC):%Y%m%d_%H%M}"

    def start_of(self, name: str) -> int | None:
        """When the partition of that name begins; None for the default one."""
        try:
            begun = datetime.strptime(name.removeprefix(f"{self.parent}_"), "%Y%m%d_%H%M").replace(tzinfo=UTC)
        except ValueError:
            return None
        return int(begun.timestamp())


RANGES = (
    Range("deltas_60", "start", "end", DAY // 4, MINUTE),
    Range("deltas_300", "start", "end", DAY, FIVE_MINUTES),
    Range("deltas_3600", "start", "end", 30 * DAY, HOUR),
    Range("cloud_points", "at", "at", 30 * DAY, HOUR),
    Range("events", "at", "at", 30 * DAY, HOUR),
)
_PARTITIONED = {schema.deltas.name: "start", schema.cloud_points.name: "at", schema.events.name: "at"}


def is_partitioned(table: Table) -> bool:
    """Whether `create` makes it, instead of SQLAlchemy."""
    return table.name in _PARTITIONED


def create(connection: Connection) -> None:
    """The partitioned tables with their defaults, where they are missing. The caller holds the lock of those who make tables."""
    for table in (schema.deltas, schema.cloud_points, schema.events):
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": table.name}) is None:
            _create(connection, table)


def _create(connection: Connection, table: Table) -> None:
    """A sequence instead of an identity: a partition that has one of its own cannot be attached."""
    name, by = table.name, _PARTITIONED[table.name]
    columns = [str(CreateColumn(column).compile(connection)) for column in table.columns if column.name != "id"]
    keys = []
    if "id" in table.columns:
        connection.execute(text(f"CREATE SEQUENCE IF NOT EXISTS {name}_id_seq"))
        columns.insert(0, f"id bigint NOT NULL DEFAULT nextval('{name}_id_seq')")
        also = ["resolution", "start"] if table is schema.deltas else [by]
        keys.append(f"PRIMARY KEY (id, {', '.join(also)})")
    unique = next(one.columns.keys() for one in table.constraints if isinstance(one, UniqueConstraint))
    keys.append(f"UNIQUE ({', '.join(unique)})")
    how = "LIST (resolution)" if table is schema.deltas else f"RANGE ({by})"
    connection.execute(text(f"CREATE TABLE {name} ({', '.join((*columns, *keys))}) PARTITION BY {how}"))
    if table is schema.deltas:
        connection.execute(text("ALTER TABLE deltas ALTER payload SET STORAGE EXTERNAL"))  # it is compressed already
        connection.execute(text('CREATE INDEX ON deltas ("end")'))
        for one in RANGES[:3]:
            connection.execute(
                text(
                    f"CREATE TABLE {one.parent} PARTITION OF deltas FOR VALUES IN ({one.resolution}) PARTITION BY RANGE (start)"
                )
            )
            connection.execute(text(f"CREATE TABLE {one.parent}_default PARTITION OF {one.parent} DEFAULT"))
    else:
        connection.execute(text(f"CREATE INDEX ON {name} (at)"))
        connection.execute(text(f"CREATE TABLE {name}_default PARTITION OF {name} DEFAULT"))


def partitions(connection: Connection, one: Range) -> tuple[int, ...]:
    """When the partitions of that range begin, oldest first; without the default one."""
    names = connection.execute(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:parent AS regclass)"),
        {"parent": one.parent},
    ).scalars()
    starts = (one.start_of(name.rpartition(".")[2].strip('"')) for name in names)
    return tuple(sorted(start for start in starts if start is not None))


def missing(connection: Connection, now: float) -> Iterator[tuple[Range, int]]:
    """The partitions of now and of soon that are not there."""
    for one in RANGES:
        there = set(partitions(connection, one))
        first = int(now // one.width_seconds) * one.width_seconds
        for start in range(first - one.width_seconds, first + AHEAD * one.width_seconds, one.width_seconds):
            if start not in there:
                yield one, start


def make(connection: Connection, one: Range, start: int) -> bool:
    """Attach a partition. False where the default one holds rows of its time already: they stay there."""
    name = one.name(start)
    within = f"FROM ({start}) TO ({start + one.width_seconds})"
    held = f"SELECT EXISTS (SELECT FROM {one.parent}_default WHERE {one.column} >= {start} AND {one.column} < {start + one.width_seconds})"
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
    if connection.scalar(text(held)):
        return False
    connection.execute(text(f"CREATE TABLE {name} (LIKE {one.parent} INCLUDING ALL)"))
    connection.execute(text(f"ALTER TABLE {one.parent} ATTACH PARTITION {name} FOR VALUES {within}"))
    return True


def ended(connection: Connection, retention: Retention, now: float) -> Iterator[tuple[Range, int]]:
    """Partitions in which nothing is kept any more: finer points were rolled up, coarse ones are too old."""
    for one in RANGES:
        for start in partitions(connection, one):
            if start + one.width_seconds > now - retention.of(one.resolution):
                break
            kept = "" if one.resolution < HOUR else f' WHERE "{one.age}" >= {now - retention.hour}'
            if not connection.scalar(text(f"SELECT EXISTS (SELECT FROM {one.name(start)}{kept})")):
                yield one, start


def finest(connection: Connection, now: float) -> tuple[Range, int] | None:
    """The partition that goes first where there is too little room: of the finest points, the oldest that is over."""
    for one in RANGES:
        for start in partitions(connection, one):
            if start + one.width_seconds <= now:
                return one, start
    return None


def drop(connection: Connection, one: Range, start: int) -> bool:
    """Drop it; False where readers or writers did not leave it a moment."""
    try:
        with connection.begin_nested():
            connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
            connection.execute(text(f"DROP TABLE IF EXISTS {one.name(start)}"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":
            raise
        _log.info("history_partition_kept", partition=one.name(start), because="it is in use; it goes the next time")
        return False
    return True
