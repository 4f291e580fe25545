"""What the twin needs of a production database, read from its catalogue: definitions, sizes, settings, statistics.

Only catalogue functions are asked (pg_get_indexdef and the like), never pg_dump: that takes a lock on every table and is refused to a
role that may not read the tables, which is what the monitoring role is (measured: "permission denied", LOCK TABLE). Rows of
dictionaries stay in this folder; statistics hold values of the user's data and go nowhere but into the twin.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

Row = Mapping[str, Any]


class Session(Protocol):
    """A read-only session with deadlines on the production server: sources.postgres.session.Session is one."""

    def execute(
        self, text: str, parameters: Sequence[object] | None = None, *, doing: str, seconds: float | None = None
    ) -> Sequence[Row]:
        """Rows of a statement."""
        ...


class Production(Protocol):
    """Hands out sessions within our cap on connections: sources.postgres.session.Reader is one."""

    def session(self, database: str | None = None) -> AbstractContextManager[Session]:
        """A session on a database."""
        ...


@cache
def sql(name: str) -> str:
    """The text of whatif/sql/NAME.sql with our marker behind its first word."""
    text = (files("tunewright_agent.whatif") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
    first, _, rest = body.partition(" ")
    return f"{first} /* tunewright:twin */ {rest}"


@dataclass(frozen=True, slots=True)
class Copy:
    """One production database as the twin will be: all rows as the catalogue gave them."""

    database: str
    version: int
    """server_version_num of the production server."""
    locale: str
    provider: str | None
    settings: tuple[Row, ...]
    extensions: tuple[Row, ...]
    schemas: tuple[Row, ...]
    types: tuple[Row, ...]
    functions: tuple[Row, ...]
    tables: tuple[Row, ...]
    constraints: tuple[Row, ...]
    indexes: tuple[Row, ...]
    views: tuple[Row, ...]
    unseen: tuple[Row, ...]
    statistics: tuple[Row, ...]
    extended: tuple[Row, ...]
    hidden_columns: int
    """Columns whose statistics the role could not read."""
    pages: Mapping[int, int]
    """Blocks of each relation now, by OID; where a lock kept us from asking, relpages."""


def _pages(session: Session, relations: Sequence[Row]) -> dict[int, int]:
    known = {int(row["oid"]): max(int(row["pages"]), 0) for row in relations}
    stored = [int(row["oid"]) for row in relations if row["kind"] in {"r", "m", "i"}]
    rows = session.execute(sql("sizes"), (stored,), doing="sizes for the twin")
    known.update((int(row["oid"]), int(row["pages"])) for row in rows if row["pages"] is not None)
    return known


def read(production: Production, database: str) -> Copy:
    """Read one database. Raises what the session raises (a SourceError) where the catalogue cannot be read."""
    with production.session(database) as session:

        def rows(name: str) -> tuple[Row, ...]:
            return tuple(session.execute(sql(name), doing=f"{name} for the twin"))

        kind = rows("database")[0]
        access = rows("statistics_of")[0]
        granted = bool(access["granted"])
        tables, indexes = rows("tables"), rows("indexes")
        return Copy(
            database=database,
            version=int(kind["version"]),
            locale=str(kind["locale"]),
            provider=kind["provider"],
            settings=rows("settings"),
            extensions=rows("extensions"),
            schemas=rows("schemas"),
            types=rows("types"),
            functions=rows("functions"),
            tables=tables,
            constraints=rows("constraints"),
            indexes=indexes,
            views=rows("views"),
            unseen=rows("unseen"),
            statistics=rows("statistics_granted" if granted else "statistics"),
            extended=rows("extended"),
            hidden_columns=0 if granted else int(access["hidden"]),
            pages=_pages(session, (*tables, *indexes)),
        )
