"""The advised indexes on the real server: built, priced by its planner, and the statements run with and without them.

Called by advised.py and helpdesk_advice.py.
"""

import statistics
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from advice_rows import MEGABYTE, Connection
from tunewright_analyzers.indexes.statement import create_statement, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex


def cost(connection: Connection, statement: str) -> float:
    """The planner's total cost on the real server."""
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
    assert row is not None
    plans: list[dict[str, dict[str, float]]] = row[0]  # type: ignore[assignment]
    return plans[0]["Plan"]["Total Cost"]


def costs(connection: Connection, work: Mapping[str, str]) -> dict[str, float]:
    """Planner costs by statement."""
    return {name: cost(connection, text) for name, text in work.items()}


@dataclass(slots=True)
class Built:
    """Indexes that stand on the real server: their names, megabytes by canonical text, what failed, seconds of the build."""

    names: list[str]
    megabytes: dict[str, float]
    failed: list[str]
    seconds: float


def build(connection: Connection, indexes: Sequence[HypotheticalIndex]) -> Built:
    """CREATE INDEX for each as advised; ANALYZE of tables with an index on an expression, as autovacuum would do it."""
    made, taken = Built([], {}, [], 0.0), set[str]()
    start = time.perf_counter()
    for index in indexes:
        name = index_name(index, taken)
        taken.add(name)
        try:
            connection.execute(create_statement(index, name, concurrently=False).encode())
        except psycopg.Error as error:
            made.failed.append(f"{index}: {type(error).__name__}")
            continue
        made.names.append(name)
        row = connection.execute(b"SELECT pg_relation_size(%s::regclass)", (f'"{name}"',)).fetchone()
        made.megabytes[str(index)] = int(str(row[0])) / MEGABYTE if row else 0.0
    for table in sorted(
        {f'"{one.table.schema}"."{one.table.name}"' for one in indexes if any(key.expression for key in one.keys)}
    ):
        connection.execute(f"ANALYZE {table}".encode())
    made.seconds = time.perf_counter() - start
    return made


def drop(connection: Connection, names: Sequence[str]) -> None:
    """Drop them again."""
    for name in names:
        connection.execute(f'DROP INDEX "{name}"'.encode())


@dataclass(slots=True)
class Runs:
    """Seconds of each statement by round, with and without the indexes; `late` ran into the limit, and count with it."""

    limit_seconds: float
    without: dict[str, list[float]] = field(default_factory=dict)
    with_them: dict[str, list[float]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)

    def medians(self) -> tuple[dict[str, float], dict[str, float]]:
        """(without, with): the median of the rounds, by statement."""
        first, second = (
            {name: statistics.median(seconds) for name, seconds in found.items()}
            for found in (self.without, self.with_them)
        )
        return first, second


def run(
    connection: Connection,
    work: Mapping[str, str],
    unchanged: Collection[str],
    names: Sequence[str],
    rounds: int,
    limit_seconds: float,
) -> Runs:
    """Each round runs all statements with the indexes and, in a transaction that drops them and is rolled back, without; in turn first.

    So both are measured under the same load of the machine, which may change from minute to minute. Those `unchanged` have the same plan
    either way: one run counts for both.
    """
    found = Runs(limit_seconds)
    changed = {name: text for name, text in work.items() if name not in unchanged}
    connection.execute(f"SET statement_timeout = '{int(limit_seconds * 1000)}ms'".encode())
    for number in range(rounds):
        for is_with in (True, False) if number % 2 == 0 else (False, True):
            if is_with:
                for name, text in work.items():
                    _timed(connection, name, text, found.with_them, found)
                continue
            with connection.transaction(force_rollback=True):
                drop(connection, names)
                for name, text in changed.items():
                    _timed(connection, name, text, found.without, found)
    found.without |= {name: found.with_them[name] for name in work if name in unchanged}
    connection.execute("RESET statement_timeout")
    return found


def _timed(connection: Connection, name: str, text: str, into: dict[str, list[float]], found: Runs) -> None:
    if into.get(name) == [found.limit_seconds]:
        return
    start = time.perf_counter()
    try:
        with connection.transaction():
            connection.execute(text.encode(), prepare=False).fetchall()
        into.setdefault(name, []).append(time.perf_counter() - start)
    except psycopg.errors.QueryCanceled:
        found.late.add(name)
        into[name] = [found.limit_seconds]
