"""One source in a process of its own: what a pass costs the agent and the server. Run by collect.py; prints JSON.

Server seconds are those that pg_stat_statements booked to our marker: with the time of planning, without sending the rows.
"""

import json
import resource
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import psutil
import psycopg

from tunewright_agent.sources.postgres.session import PACKAGE, Reader
from tunewright_agent.sources.source import Source, discover

PASSES = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one pass. Times in seconds."""

    wall: float
    cpu: float
    server_exec: float
    server_plan: float
    statements: int


@dataclass(frozen=True, slots=True)
class Measured:
    """`first` reads all texts and opens the connections; `later` is the median of PASSES passes after it. Memory in bytes."""

    source: str
    interval_seconds: float
    first: Cost
    later: Cost
    rss_before: int
    rss_growth: int
    rss_peak_growth: int
    gaps: tuple[str, ...]


def _booked(admin: psycopg.Connection[tuple[float, float, int]], name: str) -> tuple[float, float, int]:
    row = admin.execute(
        "SELECT coalesce(sum(total_exec_time), 0) / 1000, coalesce(sum(total_plan_time), 0) / 1000, coalesce(sum(calls), 0)::int8"
        " FROM pg_stat_statements WHERE query LIKE %s",
        (f"%/* tunewright:{name} */%",),
    ).fetchone()
    assert row is not None
    return row


def _pass(source: Source[Reader], reader: Reader, admin: psycopg.Connection[tuple[float, float, int]]) -> Cost:
    before = _booked(admin, source.name)
    wall, cpu = time.perf_counter(), time.process_time()
    with reader.within(source.deadline_seconds):
        source.collect(reader, datetime.now(UTC))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = _booked(admin, source.name)
    return Cost(wall, cpu, after[0] - before[0], after[1] - before[1], after[2] - before[2])


def _median(costs: list[Cost]) -> Cost:
    rows = [asdict(cost) for cost in costs]
    return Cost(**{name: statistics.median(row[name] for row in rows) for name in rows[0]})


def measure(url: str, name: str) -> Measured:
    """A first pass and PASSES more of the source."""
    source = next(source for source in discover(PACKAGE) if source.name == name)
    process, reader = psutil.Process(), Reader(url)
    with psycopg.Connection[tuple[float, float, int]].connect(url, autocommit=True) as admin:
        _booked(admin, name)
        _ = reader.server
        rss = process.memory_info().rss
        first = _pass(source, reader, admin)
        later = [_pass(source, reader, admin) for _ in range(PASSES)]
        growth = process.memory_info().rss - rss
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - rss
        gaps = source.collect(reader, datetime.now(UTC)).gaps
    reader.close()
    reasons = tuple(gap.reason for gap in gaps)
    return Measured(name, source.interval_seconds, first, _median(later), rss, growth, max(0, peak), reasons)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1], sys.argv[2]))))
