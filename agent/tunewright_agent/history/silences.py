"""Silences in the outbox file: made and ended by the command line, obeyed by the next plan of the daemon."""

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from tunewright_agent.history import outbox_schema as schema
from tunewright_agent.history.codec import dump, load
from tunewright_agent.history.database import Database
from tunewright_agent.history.stores.upsert import insert
from tunewright_alerts.message import digest
from tunewright_alerts.routing import Silence


def kept_in(connection: Connection) -> tuple[Silence, ...]:
    """All that are kept, those that end last first."""
    table = schema.silences
    rows = connection.execute(select(table.c.payload).order_by(table.c.ends.desc(), table.c.id)).scalars()
    return tuple(load(Silence, payload) for payload in rows)


class Silences:
    """The silences of one outbox file. Every method raises HistoryError where it cannot be used."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, wanted: Silence) -> Silence:
        """Keep a silence; the answer has its id."""
        made = replace(wanted, id=digest(secrets.token_hex(16))[:8])
        values = {"starts": made.starts.timestamp(), "ends": made.ends.timestamp(), "payload": dump(Silence, made)}
        with self.database.transaction() as connection:
            connection.execute(insert(connection, schema.silences).values(id=made.id, **values))
        return made

    def expire(self, identity: str, at: datetime) -> Silence | None:
        """End a silence now; None where no silence in force or to come has that id."""
        table = schema.silences
        alive = (table.c.id == identity, table.c.ends > at.timestamp())
        with self.database.transaction() as connection:
            row = connection.execute(select(table).where(*alive)).first()
            if row is None:
                return None
            ended = replace(load(Silence, row.payload), ends=at)
            values = {"ends": at.timestamp(), "payload": dump(Silence, ended)}
            connection.execute(table.update().where(table.c.id == identity).values(**values))
        return ended

    def all(self) -> tuple[Silence, ...]:
        """All that are kept, those that end last first."""
        with self.database.reading() as connection:
            return kept_in(connection)
