"""The bound of a file: the oldest rows go until it fits. Only for SQLite, where a freed page is given back at once."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Integer, Table, delete, func, literal_column, select

from tunewright_agent.history import schema

DROPPED_AT_ONCE = 50
"""Rows that are dropped between two looks at the size."""
_ROWID: ColumnElement[int] = literal_column("rowid", Integer)


class _File(Protocol):
    @property
    def used_bytes(self) -> int: ...

    def transaction(self) -> AbstractContextManager[Connection]: ...


def bound(file: _File, max_bytes: int) -> tuple[str, ...]:
    """Drop the oldest of the finest points until the file fits its bound; then the plans, texts and events seen longest ago."""
    told: dict[str, str] = {}
    while file.used_bytes > max_bytes:
        with file.transaction() as connection:
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
        told[what] = (
            f"{what} up to {datetime.fromtimestamp(last, UTC):%Y-%m-%d %H:%M} UTC were dropped to stay within history.max_size"
        )
    return tuple(told.values())


def _drop_oldest(connection: Connection, table: Table, seen: Any, *which: Any) -> float | None:
    """Drop the oldest rows; the answer is the age of the youngest of them, None where there were none."""
    oldest = connection.execute(select(_ROWID, seen).select_from(table).where(*which).order_by(seen).limit(DROPPED_AT_ONCE)).all()  # fmt: skip
    if not oldest:
        return None
    connection.execute(delete(table).where(_ROWID.in_([row[0] for row in oldest])))
    return float(oldest[-1][1])


def _drop_state(connection: Connection) -> tuple[str, float | None]:
    for table, seen in schema.AGEING[1:]:
        last = _drop_oldest(connection, table, seen)
        if last is not None:
            return table.name, last
    return "", None
