"""Faults put into a real PostgreSQL under a workload, seen by the real sources, history, plans and checks: part of bench/regressions.py.

Time runs 60 times as fast: a second of work is a minute of history, so that an hour to learn from and an hour of fault take two minutes.
Calls in a bucket of 5 minutes are those of 5 real seconds; the load in seconds a second is 60 times too small, and so is the floor that
the checks are given for it. What the server says of times (how long a session waits) is told in history's. Nothing else is scaled.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tunewright_agent.demo.watched import grant, settings_for
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.memory import Fault as HistoryFault
from tunewright_agent.memory import Remembered
from tunewright_agent.pipeline import Rules
from tunewright_agent.sources.source import Source
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import INSTANCE, history_of, watch_of
from tunewright_analyzers.facts.ids import ClusterId
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.sql.fingerprint import fingerprint

DATABASE = "shop"
SPEED = 60.0
LEARN_MINUTES, FAULT_MINUTES = 100, 100
PLANS_EVERY, JUDGE_EVERY, RELATIONS_EVERY = 5, 5, 5
"""Minutes of history."""
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "shared_buffers": "256MB",
    "max_parallel_workers_per_gather": "0",
    "autovacuum": "off",
    "jit": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "auto_explain.sample_rate": "0.02",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "json",
}
SCHEMA = """
CREATE TABLE customers (id int PRIMARY KEY, name text, credit int);
INSERT INTO customers SELECT g, 'customer ' || g, g % 1000 FROM generate_series(1, 50000) g;
CREATE TABLE orders (id int PRIMARY KEY, customer int, placed date, total numeric);
INSERT INTO orders SELECT g, g % 50000, date '2026-01-01' + g % 300, g % 977 FROM generate_series(1, 200000) g;
CREATE INDEX orders_customer ON orders (customer);
CREATE TABLE events (id int PRIMARY KEY, day int, customer int);
INSERT INTO events SELECT g, g / 20000, (g * 7919) % 50000 FROM generate_series(1, 99999) g;
CREATE INDEX events_day ON events (day);
ANALYZE;
"""
ORDERS = "SELECT count(*), sum(total) FROM orders WHERE customer = {0}"
EVENTS = "SELECT count(*), sum(c.credit) FROM events e JOIN customers c ON c.id = e.customer WHERE e.day = {0}"
CREDIT = "UPDATE customers SET credit = credit + 1 WHERE id = {0}"
NAMES = "SELECT name FROM customers WHERE id = {0}"


@dataclass(slots=True)
class Workload:
    """Three sessions that run the shop's statements at a steady pace; `day` is the day that the report asks for."""

    url: str
    day: int = 3
    ended: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Start the sessions."""
        for number in range(3):
            self.threads.append(threading.Thread(target=self._session, args=(number,), daemon=True))
            self.threads[-1].start()

    def _session(self, number: int) -> None:
        with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as connection:
            turn = number * 10_000
            while not self.ended.wait(0.04):
                turn += 7919
                key = turn % 50_000
                for text in (ORDERS, NAMES, CREDIT):
                    connection.execute(text.format(key).encode())
                if turn % 4 == 0:
                    connection.execute(EVENTS.format(self.day).encode())

    def stop(self) -> None:
        """End them."""
        self.ended.set()
        for thread in self.threads:
            thread.join(20)


def _drop_index(url: str, _workload: Workload, _ended: threading.Event) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP INDEX orders_customer")


def _stale_statistics(url: str, workload: Workload, _ended: threading.Event) -> None:
    """A new day as large as the others comes in and is asked for; the statistics know nothing of it, so one row is expected."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO events SELECT g, 9, (g * 7919) % 50000 FROM generate_series(200000, 219999) g")
    workload.day = 9


def _row_lock_storm(url: str, _workload: Workload, ended: threading.Event) -> None:
    """Somebody holds all customers' rows again and again, for half of the time."""
    _storm(url, "SELECT count(*) FROM (SELECT FROM customers FOR UPDATE) AS held", ended)


def _table_lock_storm(url: str, _workload: Workload, ended: threading.Event) -> None:
    """Somebody locks the table. Who waits for that waits while the statement is analysed: pg_stat_statements does not count it; sessions tell."""
    _storm(url, "LOCK TABLE customers IN EXCLUSIVE MODE", ended)


def _storm(url: str, text: str, ended: threading.Event) -> None:
    def hold() -> None:
        with psycopg.connect(url) as connection:
            while not ended.wait(0.2):
                connection.execute(text.encode())
                ended.wait(0.2)
                connection.rollback()

    threading.Thread(target=hold, daemon=True).start()


def _nothing(_url: str, _workload: Workload, _ended: threading.Event) -> None:
    """The control."""


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault, the statement that it hurts (None: none), and what the finding should name as its cause."""

    name: str
    inject: Callable[[str, Workload, threading.Event], None]
    hurts: str | None
    cause: str


FAULTS = (
    Injected("none (control)", _nothing, None, ""),
    Injected("dropped index", _drop_index, ORDERS, "orders_customer"),
    Injected("stale statistics", _stale_statistics, EVENTS, "statistics of public.events"),
    Injected("row lock storm", _row_lock_storm, CREDIT, "waiting for Lock"),
    Injected("table lock storm", _table_lock_storm, CREDIT, "waiting for Lock"),
)


@dataclass(slots=True)
class Pace:
    """History's clock: it began at a fixed time and runs SPEED times as fast as ours."""

    real: float = field(default_factory=time.monotonic)
    begin: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        """Now, in history's time."""
        return self.begin + timedelta(seconds=(time.monotonic() - self.real) * SPEED)

    def at(self, real: datetime) -> datetime:
        """When in history's time something was that the server dates in ours."""
        return self.begin + (real - self.begin) * SPEED

    def minutes(self) -> float:
        """Since the begin."""
        return (time.monotonic() - self.real) * SPEED / 60


@dataclass(frozen=True, slots=True)
class PacedReader:
    """A reader whose rows say in history's time what the server says in ours: else every wait would seem hours long."""

    reader: Any
    pace: Pace

    @property
    def server(self) -> Any:
        """As the reader's."""
        return self.reader.server

    @contextmanager
    def session(self) -> Iterator["PacedSession"]:
        """As the reader's."""
        with self.reader.session() as session:
            yield PacedSession(session, self.pace)


@dataclass(frozen=True, slots=True)
class PacedSession:
    """One session of such a reader."""

    session: Any
    pace: Pace

    def query(self, name: str, **options: Any) -> list[dict[str, Any]]:
        """As the session's."""
        rows = self.session.query(name, **options)
        return [
            {key: self.pace.at(one) if isinstance(one, datetime) else one for key, one in row.items()} for row in rows
        ]


def _paced(source: Source[Any], pace: Pace) -> Source[Any]:
    if source.name != "activity":
        return source
    return replace(source, collect=lambda reader, at: source.collect(PacedReader(reader, pace), at))


def _watched(server: EmbeddedServer, folder: Path, stack: ExitStack, pace: Pace) -> Watch:
    settings = settings_for(server, folder)
    history = stack.enter_context(history_of(settings.history))
    memory = Remembered(history, ClusterId(DATABASE), INSTANCE, HistoryFault())
    watch = watch_of(settings.clusters[0], settings, memory)
    watch.now = pace.now
    watch.sources = tuple(_paced(one, pace) for one in watch.sources)
    floor = {"load_min": 0.01 / SPEED}
    watch.rules = Rules({"regressions/slower_statement": floor, "regressions/plan_flip": floor})
    watch.window_seconds = 1800.0
    stack.callback(watch.stop, 10.0)
    return watch


def _names(finding: Finding, fault: Injected) -> bool:
    """Whether a finding is about the hurt statement."""
    if fault.hurts is None:
        return True
    identity = fingerprint(fault.hurts.format(1))
    return identity in finding.subject.name or any(identity in one.label for one in finding.evidence)


def _run(fault: Injected) -> dict[str, Any]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tunewright-bench-")))
        server = stack.enter_context(EmbeddedServer(settings=SETTINGS, tcp=True))
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
            connection.execute(SCHEMA.encode())
        grant(server)
        workload, ended = Workload(server.url(DATABASE)), threading.Event()
        stack.callback(workload.stop)
        stack.callback(ended.set)
        workload.start()
        pace = Pace()
        watch = _watched(server, folder, stack, pace)
        return _measured(fault, server, watch, workload, ended, pace)


def _measured(
    fault: Injected, server: EmbeddedServer, watch: Watch, workload: Workload, ended: threading.Event, pace: Pace
) -> dict[str, Any]:
    by_name = {source.name: source for source in watch.sources}
    passes = {source.name: source for source in watch.analyst.sources()}
    due = {"statements": 0.0, "activity": 0.0, "relations": 0.0, "plans": 8.0, "regressions": 30.0}
    every = {"statements": 1.0, "activity": 0.3, "relations": RELATIONS_EVERY, "plans": PLANS_EVERY, "regressions": JUDGE_EVERY}  # fmt: skip
    injected: float | None = None
    seen: dict[str, tuple[float, Finding]] = {}
    before = 0
    while pace.minutes() < LEARN_MINUTES + FAULT_MINUTES:
        if injected is None and pace.minutes() >= LEARN_MINUTES:
            fault.inject(server.url(DATABASE), workload, ended)
            injected, before = pace.minutes(), len(seen)
        for name in due:
            if pace.minutes() < due[name]:
                continue
            due[name] = pace.minutes() + every[name]
            if name in by_name:
                watch.read(by_name[name])
            else:
                watch.analyse(passes[name])
            if name == "regressions":
                for one in watch.judge().findings:
                    if one.check.startswith("regressions/"):
                        seen.setdefault(f"{one.check} {one.subject}", (pace.minutes(), one))
        time.sleep(0.02)
    mine = {
        key: (at, one)
        for key, (at, one) in seen.items()
        if injected is not None and at >= injected and _names(one, fault)
    }
    first = min((at for at, _ in mine.values()), default=None)
    told = [f"{one.label} {one.value}" for _, one_finding in mine.values() for one in (*one_finding.evidence,)]
    return {
        "fault": fault.name,
        "found": fault.hurts is not None and first is not None,
        "minutes_of_history": None if first is None or injected is None else round(first - injected, 1),
        "cause_named": bool(fault.cause) and any(fault.cause in text for text in told),
        "incidents_before_the_fault": before,
        "incidents_after": len(seen) - before,
        "findings": [f"+{at - (injected or 0):.0f} min {key}: {one.summary}" for key, (at, one) in seen.items()],
    }


def injected_faults() -> Iterator[dict[str, Any]]:
    """Each fault on a fresh server."""
    for fault in FAULTS:
        row = _run(fault)
        print(f"  {row}", flush=True)
        yield row
