"""The store's own clock: what agents on machines of different times agree on."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, cast, func


def store_time(connection: Connection) -> ColumnElement[Any]:
    """Seconds since 1970, by the clock of the server (of this machine, for a file), now and not at the transaction's start."""
    if connection.dialect.name == "postgresql":
        return cast(func.extract("epoch", func.clock_timestamp()), Float)
    return (func.julianday("now") - 2440587.5) * 86400.0
