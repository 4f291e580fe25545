"""Tables that another session holds ACCESS EXCLUSIVE: how the catalogue sources read past them.

The functions that print expressions (pg_get_indexdef, pg_get_expr, pg_get_constraintdef) open the table, so one such lock would fail a
whole statement. The SQL files leave those texts out for tables that pg_locks names. A lock that arrives between that look and the
printing still fails the statement after lock_timeout: it is asked once more.
"""

from collections.abc import Iterable
from datetime import datetime

from psycopg import errors

from tunewright_agent.sources.postgres.session import Row, Session
from tunewright_agent.sources.source import Overrun
from tunewright_analyzers.facts.snapshot import Gap

_NAMED = 5
MEND = "none needed if the lock is short; the locks page names its holder"


def query(session: Session, name: str, mark: str) -> list[Row]:
    """Rows of a statement that leaves locked tables out; asked twice where a lock came in between. Raises SourceError."""
    try:
        return session.query(name, mark=mark)
    except Overrun as error:
        if not isinstance(error.__cause__, errors.LockNotAvailable):
            raise
        return session.query(name, mark=mark)


def gap(source: str, section: str, what: str, tables: Iterable[str], taken_at: datetime, database: str) -> Gap | None:
    """The Gap for texts (`what`) that were left out, naming up to five tables; None where there are none."""
    names = sorted(set(tables))
    if not names:
        return None
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    reason = f"{what} of {', '.join(names[:_NAMED])}{more} were not read: another session holds ACCESS EXCLUSIVE"
    return Gap(source, reason, taken_at, MEND, database, (section,))
