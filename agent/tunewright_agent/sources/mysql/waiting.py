"""What is asked about waits: InnoDB's row locks, metadata locks, transactions. Used by the sources activity and locks; no state.

Each question stands alone: MariaDB has other tables than MySQL, and an account may lack PROCESS.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tunewright_agent.sources.mysql.metadata_locks import MetadataLock, blockers
from tunewright_agent.sources.mysql.session import PERFORMANCE_SCHEMA, Row, Session, lowered
from tunewright_agent.sources.source import SourceError, Unsupported

PROCESS = "PROCESS ON *.*"
RENEWED_SECONDS = 0.1
STALE = (
    "sessions wait for row locks, but innodb_lock_waits does not show them: another client reads information_schema.innodb_trx or"
    " innodb_lock_waits more often than every 0.1 s, and MariaDB renews them only where nobody has read them for so long"
)
STALE_MEND = "let that client (a monitor, a script) poll innodb_trx once a second at the most"


def utc(value: Any) -> datetime | None:
    """A time of the server as UTC: our sessions have that time zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def transactions(session: Session) -> dict[int, Row]:
    """Open InnoDB transactions by connection. Raises SourceError."""
    return {int(row["pid"]): row for row in session.query("transactions", mark="activity", needs=PROCESS)}


def row_lock_waits(session: Session, mark: str) -> list[tuple[int, int]]:
    """(waiting, blocking) connections by InnoDB's row locks. Raises SourceError."""
    try:
        rows = session.query("lock_waits", mark=mark, needs=PERFORMANCE_SCHEMA)
    except Unsupported:
        rows = session.query("lock_waits_innodb", mark=mark, needs=PROCESS)
    return [(int(row["waiting"]), int(row["blocking"])) for row in rows]


def stale(session: Session) -> bool:
    """Whether InnoDB's tables of transactions and lock waits stand still: sessions wait by its counter, and the tables know of none, twice.

    MariaDB renews innodb_trx and innodb_lock_waits only where nobody has read them for 0.1 s (storage/innobase/trx/trx0i_s.cc), so a client that
    polls more often shows everybody, us too, what was true when it began. MySQL tells lock waits elsewhere.
    """

    def unseen() -> bool:
        rows = lowered(session.query("row_lock_waits_now", mark="locks"))
        return any(int(row["value"]) for row in rows) and not row_lock_waits(session, "locks")

    if not unseen():
        return False
    time.sleep(2 * RENEWED_SECONDS)  # a wait that began between the two questions is in the tables by then
    return unseen()


def metadata_locks(session: Session, mark: str) -> list[MetadataLock]:
    """All metadata locks on objects that somebody waits for. Raises SourceError."""
    return [
        MetadataLock(
            (str(row["kind"]), row["db"] or "", row["name"] or ""),
            str(row["mode"]),
            row["status"] == "GRANTED",
            int(row["pid"]),
        )
        for row in session.query("metadata_locks", mark=mark, needs=PERFORMANCE_SCHEMA)
    ]


def blocked_by(session: Session) -> tuple[dict[int, tuple[int, ...]], frozenset[int], tuple[SourceError, ...]]:
    """Whom each connection waits for, who waits for a row, and what could not be asked."""
    waits: dict[int, set[int]] = {}
    failed: list[SourceError] = []
    rows: set[int] = set()

    def tried(work: Callable[[], None]) -> None:
        try:
            work()
        except Unsupported:
            return  # no such table here: nothing of the kind is counted
        except SourceError as error:
            failed.append(error)

    def by_rows() -> None:
        for waiting, blocking in row_lock_waits(session, "activity"):
            waits.setdefault(waiting, set()).add(blocking)
            rows.add(waiting)

    def by_metadata() -> None:
        for waiting, whom in blockers(metadata_locks(session, "activity")).items():
            waits.setdefault(waiting, set()).update(whom)

    tried(by_rows)
    tried(by_metadata)
    return {pid: tuple(sorted(whom)) for pid, whom in waits.items()}, frozenset(rows), tuple(failed)
