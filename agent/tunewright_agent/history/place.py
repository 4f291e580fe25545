"""Where a history lies: a SQLite file, or a PostgreSQL database that several agents share. The settings choose; daemon and commands open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import MetaData

from tunewright_agent.config.settings import HistorySettings
from tunewright_agent.history import schema
from tunewright_agent.history.database import Database, Mode
from tunewright_agent.history.stores.postgresql import PostgresqlStore
from tunewright_agent.history.stores.sqlite import SqliteFile


@dataclass(frozen=True, slots=True)
class Address:
    """A PostgreSQL database. `password` is asked at each new connection, so that a rotated secret is found without a restart."""

    url: str = field(repr=False)
    password: Callable[[], str] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """The address without user and password."""
        parts = urlsplit(self.url)
        where = parts.netloc.rpartition("@")[2]
        return f"postgresql://{where}{parts.path}"


Store = Path | Address


def store_of(settings: HistorySettings) -> Store:
    """The history of these settings."""
    if settings.url is None:
        return settings.path.absolute()
    return Address(settings.url, settings.password_from.resolve if settings.password_from is not None else None)


def database_at(store: Store, mode: Mode, tables: MetaData = schema.metadata) -> Database:
    """The store there, not yet open; `tables` are those of the outbox where that is meant."""
    if isinstance(store, Path):
        return SqliteFile(store, mode, tables)
    return PostgresqlStore(store.url, str(store), store.password, mode, tables)
