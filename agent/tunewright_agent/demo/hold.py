"""Sessions that are left open while the daemon looks: an old snapshot, a forgotten prepared transaction, and a chain of locks.

States of the chain: the head has changed a row and idles; the second waits for the head's row; the third waits for the second. When
the block ends the head rolls back, each follower then gets the row and rolls back too. Whatever happens inside, nothing stays behind.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg

from tunewright_agent.demo.schema import BACK_OFFICE_ROLE

REPORT, CHECKOUT, WORKER = "shop-report", "shop-checkout", "shop-worker"
"""application_name of the old snapshot, of the head of the chain, and of those who wait."""
PREPARED = "nightly-import"
WAITING = 2
READY_SECONDS, RELEASE_SECONDS = 60.0, 10.0
LONGEST_SECONDS = 600
"""A waiting session gives up by itself after so long, should the demo die in between."""
_CHANGE = "UPDATE coupons SET redeemed = redeemed + 1 WHERE id = 1"
_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = %s AND datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
"""


class HoldError(RuntimeError):
    """The sessions could not be brought into their state within the deadline."""


def _open(url: str, application: str) -> psycopg.Connection:
    limits = f"-c statement_timeout={LONGEST_SECONDS}s -c idle_in_transaction_session_timeout={LONGEST_SECONDS}s"
    return psycopg.connect(url, user=BACK_OFFICE_ROLE, application_name=application, options=limits, connect_timeout=10)


def _wait_for_row(connection: psycopg.Connection) -> None:
    """Ask for the row, which blocks; give it back as soon as it comes. An end by timeout or by a dying server is fine as well."""
    with suppress(psycopg.Error):
        connection.execute(_CHANGE)
        connection.rollback()


@contextmanager
def _session(url: str, application: str) -> Iterator[psycopg.Connection]:
    connection = _open(url, application)
    try:
        yield connection
    finally:
        connection.close()  # the server rolls back what was open


@contextmanager
def _prepared(url: str) -> Iterator[None]:
    with _session(url, "shop-import") as connection:
        connection.execute("UPDATE coupons SET redeemed = redeemed + 1 WHERE id = 2")
        connection.execute(f"PREPARE TRANSACTION '{PREPARED}'")
        connection.rollback()  # the driver's own view of the transaction, which the server has put aside
    try:
        yield
    finally:
        with _session(url, "shop-import") as connection:
            connection.autocommit = True
            connection.execute(f"ROLLBACK PREPARED '{PREPARED}'")


@contextmanager
def _follower(url: str) -> Iterator[None]:
    """A session that waits for the row in a thread of its own; at the end it gets it, or is cancelled."""
    with _session(url, WORKER) as connection:
        thread = threading.Thread(target=_wait_for_row, args=(connection,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join(RELEASE_SECONDS / 2)
            if thread.is_alive():
                connection.cancel_safe(timeout=RELEASE_SECONDS / 2)
                thread.join(RELEASE_SECONDS / 2)


def _ready(url: str, waiting: int) -> None:
    """Return when so many workers are blocked. Raises HoldError after READY_SECONDS."""
    until = time.monotonic() + READY_SECONDS
    with _session(url, "shop-demo") as connection:
        connection.autocommit = True
        while time.monotonic() < until:
            row = connection.execute(_WAITING, (WORKER,)).fetchone()
            if row is not None and row[0] >= waiting:
                return
            time.sleep(0.05)
    raise HoldError(f"the chain of locks did not form within {READY_SECONDS:g} s: is the row held by somebody else?")


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Hold all of it open for the length of the block. `url`: the shop over the demo's socket; the sessions are of role `backoffice`.

    Ready when entered: the chain stands and the snapshot is taken. Released within 15 s at the end. CREATE INDEX CONCURRENTLY waits for
    the old snapshot: apply advice after the block. Raises HoldError, psycopg.Error.
    """
    with ExitStack() as held:
        report = held.enter_context(_session(url, REPORT))
        report.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        report.execute("SELECT count(*) FROM coupons")
        held.enter_context(_prepared(url))
        # Callbacks run in reverse order: the head must let go before its followers are waited for, so it is entered first here
        # and closed by a callback that stands last.
        head = held.enter_context(_session(url, CHECKOUT))
        head.execute(_CHANGE)
        for number in range(1, WAITING + 1):
            held.enter_context(_follower(url))
            held.callback(head.close)
            _ready(url, number)
        yield
