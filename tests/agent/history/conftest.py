"""Both stores: what is asked of a history is asked of a SQLite file and of a real PostgreSQL 18."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import servers
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history import outbox_schema, schema
from tunewright_agent.history.database import Database, Mode
from tunewright_agent.history.place import Address, Store, database_at


@pytest.fixture(scope="session")
def _store_server() -> Iterator[EmbeddedServer]:
    """A server of its own: on the shared one the roles of other tests would find these databases, and lack their rights in them."""
    with EmbeddedServer(settings=servers.SETTINGS, tcp=True, binaries=servers.BINARIES[18]) as server:
        yield server


@pytest.fixture(scope="session")
def _stores() -> dict[str, str]:
    """The database that the tests' schemas are in, once it is made."""
    return {}


def _schema(server: EmbeddedServer, stores: dict[str, str]) -> Address:
    if "url" not in stores:
        name = f"history_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        stores["url"] = server.url(name)
    schema = f"s_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(stores["url"], autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
    return Address(f"{stores['url']}{'&' if '?' in stores['url'] else '?'}options=-csearch_path%3D{schema}")


@pytest.fixture
def shared_store(_store_server: EmbeddedServer, _stores: dict[str, str]) -> Address:
    """A fresh, empty schema of its own in PostgreSQL 18. It goes with the server."""
    return _schema(_store_server, _stores)


@pytest.fixture
def emptied_store(_store_server: EmbeddedServer, _stores: dict[str, str]) -> Address:
    """A schema that has its tables already, and no rows: making them anew takes longer than most tests."""
    if "emptied" not in _stores:
        made = _schema(_store_server, _stores)
        for tables in (schema.metadata, outbox_schema.metadata):
            database = database_at(made, Mode.OWN, tables)
            database.open()
            database.close()
        _stores["emptied"] = made.url
    with psycopg.connect(_stores["emptied"], autocommit=True) as admin:
        for table in sorted({*schema.metadata.tables, *outbox_schema.metadata.tables} - {"meta"}):
            admin.execute(f"DELETE FROM {table}")
        admin.execute("DELETE FROM meta WHERE key <> 'version'")
    return Address(_stores["emptied"])


@pytest.fixture(params=["file", pytest.param("postgresql", marks=pytest.mark.live)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Where a history may be made: in a file, and in PostgreSQL."""
    if request.param == "file":
        return tmp_path / "folder" / "history.db"
    found: Address = request.getfixturevalue("emptied_store")
    return found


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    """An open, fresh store of either kind."""
    made = database_at(store, Mode.OWN)
    made.open()
    yield made
    made.close()
