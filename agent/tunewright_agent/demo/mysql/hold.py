"""Sessions that are left open while the daemon looks: a row that others wait for, and an ALTER TABLE that waits for a reader, with a queue behind it.

Whatever happens inside, nothing stays behind: the heads roll back first, then those who waited get what they wanted and end.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pymysql

from tunewright_agent.demo.mysql.shop import connect
from tunewright_agent.embedded.mysql import EmbeddedMysql

LONGEST_SECONDS = 600
CHANGE = "UPDATE customers SET city = 'held' WHERE id = 1"
READY_SECONDS = 60.0


def _waits(connection: "pymysql.connections.Connection[pymysql.cursors.Cursor]", statement: str) -> threading.Thread:
    """Run the statement, which waits, in a thread of its own; whatever ends it is fine."""

    def run() -> None:
        with suppress(pymysql.MySQLError, OSError), connection.cursor() as cursor:
            cursor.execute(
                f"SET SESSION lock_wait_timeout = {LONGEST_SECONDS}, innodb_lock_wait_timeout = {LONGEST_SECONDS}"
            )
            cursor.execute(statement)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@contextmanager
def hold(server: EmbeddedMysql) -> Iterator[None]:
    """Hold all of it open for the length of the block. Raises pymysql.MySQLError, TimeoutError."""
    with ExitStack() as held:
        row, reader = (held.enter_context(connect(server, "app")) for _ in range(2))
        waiter, alters, reads = (held.enter_context(connect(server, user)) for user in ("app", "root", "app"))
        for head, statement in ((row, CHANGE), (reader, "SELECT COUNT(*) FROM clicks")):
            head.begin()
            with head.cursor() as cursor:
                cursor.execute(statement)
        threads = [_waits(waiter, CHANGE), _waits(alters, "ALTER TABLE clicks ADD COLUMN country char(2)")]
        try:
            _ready(server, 2)
            threads.append(_waits(reads, "SELECT COUNT(*) FROM clicks"))
            _ready(server, 3)
            yield
        finally:
            for head in (row, reader):
                head.rollback()
            for thread in threads:
                thread.join(READY_SECONDS)


def _ready(server: EmbeddedMysql, waiting: int) -> None:
    """Return when so many sessions wait. Raises TimeoutError."""
    until = time.monotonic() + READY_SECONDS
    question = (
        "SELECT (SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT') + "
        "(SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock%')"
    )
    with connect(server) as connection, connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(question)
            row = cursor.fetchone()
            if row is not None and int(row[0]) >= waiting:
                return
            time.sleep(0.25)  # InnoDB renews innodb_trx only where nobody has read it for 0.1 s
    raise TimeoutError(f"the chain of locks did not form within {READY_SECONDS:g} s")
