"""Targets for scale.py: the readings of one real PostgreSQL, moved on. Everything behind a source's door is the agent's own code.

Real: the sections and their sizes (each source's own reading of a server with TABLES tables, INDEXES indexes, STATEMENTS statements), lanes,
clock, deltas, JSON, compression, the store's transactions, windows, checks, ledger. Not real: the network to the target and the decoding of
its rows (bench/collect.py measures those), and the twin's analyses (index advice, plans), which run on a server of their own.
"""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from tunewright_agent.clock import now
from tunewright_agent.cloud_watch import NoAnalyst
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history.deltas import FORMS
from tunewright_agent.history.store import History
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.pipeline import Rules
from tunewright_agent.sources.postgres.session import PACKAGE, Reader
from tunewright_agent.sources.source import Collected, Source, SourceError, discover
from tunewright_agent.watch import Watch
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.sessions import ActiveSessions, Sessions
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Section

TABLES, INDEXES_A_TABLE, STATEMENTS = 100, 2, 500
BUSY = 0.6
"""Share of statements, tables and indexes whose counters move between two passes."""
INTERVAL_SECONDS = 60.0
PRIMARY = InstanceId("primary")


@dataclass(frozen=True, slots=True)
class Template:
    """One source and what it read of the real server."""

    source: Source[Any]
    sections: tuple[Section, ...]


def templates() -> tuple[Template, ...]:
    """Read every source of a real server twice (load and waits need two looks); one that has nothing to read is left out."""
    settings = {"shared_preload_libraries": "pg_stat_statements", "track_io_timing": "on"}
    with EmbeddedServer(settings=settings, tcp=True) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            _fill(connection)
        reader, found = Reader(server.url()), []
        for source in discover(PACKAGE):
            try:
                for _ in range(2):
                    read = source.collect(reader, now())
            except SourceError:
                continue
            found.append(Template(source, read.sections))
        reader.close()
    return tuple(found)


def _fill(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE EXTENSION pg_stat_statements")
    columns = "id bigint PRIMARY KEY, customer_reference text, fulfilment_status text, placed_at timestamptz"
    rows = "SELECT g, 'c' || g % 50, 'open', now() FROM generate_series(1, 300) g"
    for table in range(TABLES):
        name = f"orders_{table:03d}"
        connection.execute(f"CREATE TABLE {name} ({columns})".encode())
        connection.execute(f"INSERT INTO {name} {rows}".encode())
        connection.execute(f"CREATE INDEX ON {name} (fulfilment_status)".encode())
    connection.execute("ANALYZE")
    connection.execute("SELECT pg_stat_statements_reset()")
    kinds = (
        "id = 7",
        "customer_reference = 'c7'",
        "fulfilment_status = 'open' AND id < 9",
        "placed_at > now()",
        "id IN (1, 2)",
    )
    for number in range(STATEMENTS):
        where = kinds[number // TABLES % len(kinds)]
        connection.execute(f"SELECT customer_reference, placed_at FROM orders_{number % TABLES:03d} WHERE {where}".encode())  # fmt: skip


@dataclass(slots=True)
class Server:
    """A server that nobody runs."""

    identity: str
    engine: Engine = Engine.POSTGRESQL
    version: int = 180001
    flavour: Flavour = Flavour.SELF_MANAGED


@dataclass(slots=True)
class Target:
    """Its reader: there is nothing to connect to."""

    server: Server

    @contextlib.contextmanager
    def within(self, _seconds: float) -> Iterator[None]:
        """No deadline is needed."""
        yield

    def close(self) -> None:
        """Nothing is open."""


class Moving:
    """One source of one target: each pass brings the reading before, with the counters of a share of its rows moved on."""

    def __init__(self, template: Template, chance: random.Random) -> None:
        self._sections = template.sections
        self._chance = chance

    def collect(self, _reader: Target, at: datetime) -> Collected:
        """A reading of that time."""
        self._sections = tuple(self._moved(section, at) for section in self._sections)
        return Collected(self._sections)

    def _moved(self, section: Section, at: datetime) -> Section:
        if isinstance(section, ActiveSessions):
            start = at.replace(second=0, microsecond=0)
            return replace(section, period=Period(start, max(at, start)), samples=max(1, section.samples))
        if isinstance(section, Sessions):
            return section
        form = FORMS.get(type(section))
        if form is None:
            return section
        rows = tuple(self._grown(row, form.counters) for row in getattr(section, form.rows))
        period = Period(section.period.start, at)  # type: ignore[attr-defined]  # every counting section has one
        return replace(section, **{form.rows: rows, "period": period})  # type: ignore[type-var]

    def _grown(self, row: Any, counters: tuple[str, ...]) -> Any:
        if self._chance.random() >= BUSY:
            return row
        more = {}
        for name in counters:
            value = getattr(row, name)
            if value:  # what the real server counted; the rest stays 0
                step = self._chance.expovariate(1 / 40)
                more[name] = value + (step / 1000 if isinstance(value, float) else int(step) + 1)
        return replace(row, **more)


def sources_of(given: tuple[Template, ...], seed: int) -> tuple[Source[Any], ...]:
    """Fresh sources of one target."""
    chance = random.Random(seed)
    return tuple(
        replace(one.source, collect=Moving(one, chance).collect, interval_seconds=INTERVAL_SECONDS) for one in given
    )


def watch_of(given: tuple[Template, ...], number: int, history: History, fault: Fault, judge_seconds: float) -> Watch:
    """The watch of target `number`, as wiring makes it."""
    cluster = ClusterId(f"target-{number:05d}")
    reader: Any = Target(Server(f"server-{number}"))
    return Watch(
        latest=Latest(cluster, PRIMARY, Engine.POSTGRESQL),
        reader=reader,
        sampler=reader,
        sources=sources_of(given, number),
        analyst=NoAnalyst(),
        rules=Rules(),
        now=now,
        window_seconds=3600.0,
        judge_seconds=judge_seconds,
        memory=Remembered(history, cluster, PRIMARY, fault),
    )
