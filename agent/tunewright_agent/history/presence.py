"""Which agents share the store now, and what each would act for: a row each, renewed with its leases. By the store's clock."""

import json

from sqlalchemy import Connection, case, delete, select, update

from tunewright_agent.history import schema
from tunewright_agent.history.shares import Agent
from tunewright_agent.history.stores.upsert import insert


def renew(connection: Connection, holder: str, wanted: frozenset[str], now: float, expires: float) -> None:
    """We are there, and would act for those. Who was away for longer than its presence lasted begins anew."""
    table, text = schema.agents, json.dumps(sorted(wanted))
    same = (table.c.holder == holder, table.c.wanted == text, table.c.expires > now)
    if connection.execute(update(table).where(*same).values(expires=expires)).rowcount:
        return  # the list, which may be long, is written where it changes only
    fresh = insert(connection, table).values(holder=holder, wanted=text, since=now, expires=expires)
    since = case((table.c.expires > now, table.c.since), else_=now)
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=["holder"], set_={"wanted": text, "since": since, "expires": expires}
        )
    )


def living(connection: Connection, now: float) -> tuple[Agent, ...]:
    """All that renewed in time, in one order for all."""
    table = schema.agents
    rows = connection.execute(select(table).where(table.c.expires > now).order_by(table.c.holder)).all()
    return tuple(Agent(row.holder, frozenset(json.loads(row.wanted)), row.since) for row in rows)


def end(connection: Connection, holder: str) -> None:
    """We are gone: others need not wait for us to be missed."""
    connection.execute(delete(schema.agents).where(schema.agents.c.holder == holder))
