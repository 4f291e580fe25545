"""A child process for test_history_survives: it records the readings of a pretended server in a loop, until it is killed.

It imports once and forks for each round (an import takes longer than the round). Lines in: `PATH FIRST`. Lines out: `pid N`, then
`stored N` after the transaction of reading N, and `gone` when the child is no more.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tunewright_agent.history.store import History, Retention
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements

SHOP, DB1 = ClusterId("shop"), InstanceId("db1:5432")
BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
ROWS = 40
CALLS_A_READING = 7
SHORT = Retention(minute=600, five_minutes=3600, hour=10**9)
"""Points grow coarser soon, so that a kill may fall into a roll-up."""


def at(number: int) -> datetime:
    """Readings are taken each 20 s of the pretended server's time."""
    return BEGIN + timedelta(seconds=20 * number)


def reading(number: int) -> tuple[Statements, Events]:
    """Everything it ever counted, at that time; and an event of that time."""
    calls = number * CALLS_A_READING
    rows = tuple(
        Statement(
            StatementKey("shop", "app", f"{row:04d}"),
            StatementId(f"{row:016x}"),
            "SELECT $1",
            "select",
            calls,
            calls / 1024,
            calls,
        )
        for row in range(ROWS)
    )
    section = Statements(Period(BEGIN - timedelta(days=9), at(number)), rows, Coverage(ROWS, 5000, 0, None))
    return section, Events((Event(at(number), "tick", "db1"),))


def _say(line: str) -> None:
    """In one write: a kill must not leave half a line."""
    os.write(1, f"{line}\n".encode())


def record_forever(path: Path, first: int) -> None:
    """Record readings from `first` on; say so after each."""
    with History(path, SHORT) as history:
        number = first
        while True:
            history.record(SHOP, DB1, "server", reading(number), at(number))
            _say(f"stored {number}")
            if number % 25 == 0:
                history.maintain(at(number))
            number += 1


def main() -> None:
    """One round a line."""
    for line in sys.stdin:
        path, first = line.split()
        child = os.fork()
        if child == 0:
            record_forever(Path(path), int(first))
        _say(f"pid {child}")
        os.waitpid(child, 0)
        _say("gone")


if __name__ == "__main__":
    main()
