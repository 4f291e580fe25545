"""Source `locks`: row and metadata locks that are waited for, with those that block. Fills Locks.

data_locks is read only while somebody waits: listing it stops InnoDB's lock system for a moment.
"""

from datetime import datetime

from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Reader, Row, Session
from tunewright_agent.sources.mysql.waiting import PROCESS, STALE, STALE_MEND, metadata_locks, row_lock_waits, stale
from tunewright_agent.sources.source import Collected, Source, SourceError, Unsupported
from tunewright_analyzers.facts.sessions import Lock, Locks, Sessions
from tunewright_analyzers.facts.snapshot import Gap


def _row_locks(session: Session) -> list[Row]:
    try:
        return session.query("data_locks", mark="locks", needs=PERFORMANCE_SCHEMA)
    except Unsupported:
        return session.query("data_locks_innodb", mark="locks", needs=PROCESS)


def _lock(row: Row) -> Lock:
    name = str(row["name"] or "").replace("`", "")
    database = row["db"] or (name.partition(".")[0] if "." in name else None)
    relation = f"{row['db']}.{name}" if row["db"] else name or None
    return Lock(
        int(row["pid"]), database, relation, str(row["lock_type"]).lower(), str(row["mode"]), row["status"] == "GRANTED"
    )


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """Locks that matter now. Raises SourceError where neither kind can be read."""
    found: list[Lock] = []
    gaps: list[Gap] = []
    failures: list[SourceError] = []
    with reader.session() as session:
        try:
            if row_lock_waits(session, "locks"):
                found += [_lock(row) for row in _row_locks(session)]
            elif reader.server.is_mariadb and stale(session):
                gaps.append(Gap("locks", STALE, taken_at, STALE_MEND, None, (Locks.name, Sessions.name)))
        except SourceError as error:
            failures.append(error)
        try:
            for lock in metadata_locks(session, "locks"):
                kind, database, name = lock.subject
                relation = f"{database}.{name}" if name else kind.lower()
                found.append(Lock(lock.pid, database or None, relation, "metadata", lock.mode, lock.granted))
        except SourceError as error:
            failures.append(error)
    if len(failures) == 2:
        raise failures[0]
    gaps += [Gap("locks", error.reason, taken_at, error.mend, None, (Locks.name,)) for error in failures]
    return Collected((Locks(taken_at, tuple(found)),), tuple(gaps))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("locks", (Locks,), interval_seconds=10, deadline_seconds=5, collect=collect)
