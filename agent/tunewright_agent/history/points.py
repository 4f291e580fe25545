"""One stored point: a section that counts, compressed, in a bucket of some resolution. Used by store and upkeep."""

import structlog
from sqlalchemy import Connection

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError, dump_section, load_section
from tunewright_agent.history.database import packed, unpacked
from tunewright_agent.history.retention import FIVE_MINUTES as FIVE_MINUTES
from tunewright_agent.history.retention import HOUR as HOUR
from tunewright_agent.history.retention import MINUTE as MINUTE
from tunewright_agent.history.retention import Retention as Retention
from tunewright_agent.history.stores.upsert import insert
from tunewright_analyzers.facts.snapshot import Period, Section

_log = structlog.get_logger("history")


def put_point(connection: Connection, key: tuple[str, str, str], delta: Section, resolution: int) -> None:
    """Store one delta; one that begins at the same time (a minute still running) takes its place."""
    period: Period = delta.period  # type: ignore[attr-defined]  # every delta has one
    payload = packed(dump_section(delta))
    statement = insert(connection, schema.deltas).values(
        cluster=key[0], instance=key[1], section=key[2], resolution=resolution,
        start=period.start.timestamp(), end=period.end.timestamp(), payload=payload,
    )  # fmt: skip
    unique = ["cluster", "instance", "section", "resolution", "start"]
    connection.execute(
        statement.on_conflict_do_update(index_elements=unique, set_={"end": period.end.timestamp(), "payload": payload})
    )


def read_point(name: str, payload: bytes) -> Section | None:
    """A stored section; None, and a line in the log, where it cannot be read."""
    try:
        return load_section(name, unpacked(payload))
    except SnapshotError as error:
        _log.warning("history_point_unreadable", section=name, reason=str(error))
        return None
