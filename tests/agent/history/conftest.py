"""Both stores: what is asked of a history is asked of a SQLite file and of a real PostgreSQL 18."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history.database import Database, Mode
from tunewright_agent.history.place import Address, Store, database_at


@pytest.fixture(scope="session")
def _stores() -> dict[str, str]:
    """The database that the tests' schemas are in, once it is made."""
    return {}


@pytest.fixture
def shared_store(start: Callable[[int], EmbeddedServer], _stores: dict[str, str]) -> Address:
    """A fresh, empty schema of its own in PostgreSQL 18. It goes with the server."""
    server, schema = start(18), f"s_{uuid.uuid4().hex[:12]}"
    if "url" not in _stores:
        name = f"history_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        _stores["url"] = server.url(name)
    with psycopg.connect(_stores["url"], autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
    return Address(f"{_stores['url']}{'&' if '?' in _stores['url'] else '?'}options=-csearch_path%3D{schema}")


@pytest.fixture(params=["file", pytest.param("postgresql", marks=pytest.mark.live)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Where a history may be made: in a file, and in PostgreSQL."""
    if request.param == "file":
        return tmp_path / "folder" / "history.db"
    found: Address = request.getfixturevalue("shared_store")
    return found


@pytest.fixture
def database(store: Store) -> Iterator[Database]:
    """An open, fresh store of either kind."""
    made = database_at(store, Mode.OWN)
    made.open()
    yield made
    made.close()
