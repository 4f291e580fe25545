"""The parameter adviser against the defaults and a hardware calculator, side by side: `make bench-parameters`. README.md explains it.

One server, one data set (pgbench and TPC-H). The advice comes from the adviser's own code over a window of a run under the defaults; the loading is
not in that window. Then five rounds, in each every configuration in turn (another one first each time): settings, restart, a pass that warms
up, TPC-H statement by statement, pgbench. Writes bench/results/parameters.json; prints medians.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg

import tpch
from tunewright_agent.cli.parameter_window import between, plans, read_all
from tunewright_agent.config.settings import ClusterSettings, Settings
from tunewright_agent.embedded.server import EmbeddedServer, wheel_binaries
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.watch import Watch
from tunewright_agent.wiring import watch_of
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.recommendation import Recommendation, Scope
from tunewright_analyzers.sql.fingerprint import fingerprint

RESULT = Path(__file__).parent / "results" / "parameters.json"
DATABASE, OLTP, OLAP = "bench", "oltp", "olap"
MB, GB = 1024**2, 1024**3
BASE = {
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "fsync": "on",
    "track_io_timing": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
"""Of all three: what the evidence needs, and a disk that is waited for. All else is the release's default."""
EVIDENCE = {
    "auto_explain.log_min_duration": "100ms",
    "auto_explain.log_format": "json",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_verbose": "on",
}
"""During the run that the advice is made from, and never in a round."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Statements that make it, and settings by statement (TPC-H's, by fingerprint) that are made with SET LOCAL."""

    name: str
    statements: tuple[str, ...] = ()
    local: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One configuration in one round."""

    configuration: str
    round: int
    tpch_seconds: float
    by_statement: dict[str, float]
    tps: float
    p99_ms: float
    wal_bytes: int
    requested_checkpoints: int
    temp_bytes: int


def calculator(memory_bytes: int, connections: int, processors: int) -> Configuration:
    """The common calculator's formulas, type "mixed", for flash (reliability-tuning reference): the hardware alone decides."""
    shared = memory_bytes // 4
    gathers = max(1, min(4, processors // 2))
    work = (memory_bytes - shared) // (3 * connections) // gathers // 2
    settings = {
        "shared_buffers": f"{shared // MB}MB",
        "effective_cache_size": f"{memory_bytes * 3 // 4 // MB}MB",
        "maintenance_work_mem": f"{min(memory_bytes // 16, 2 * GB) // MB}MB",
        "checkpoint_completion_target": "0.9",
        "wal_buffers": "16MB",
        "default_statistics_target": "100",
        "random_page_cost": "1.1",
        "effective_io_concurrency": "200",
        "work_mem": f"{work // 1024}kB",
        "min_wal_size": "1GB",
        "max_wal_size": "4GB",
    }
    return Configuration(
        "calculator", tuple(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in settings.items())
    )


def ours(advice: tuple[Recommendation, ...]) -> Configuration:
    """What the adviser said, as it said it: each statement run, SET LOCAL kept for the statement that it is about."""
    local: dict[str, list[tuple[str, str]]] = {}
    run: list[str] = []
    for one in advice:
        if all(change.scope is Scope.STATEMENT for change in one.changes):
            for change in one.changes:
                local.setdefault(change.target, []).append((change.parameter, change.advised))
        else:
            run += [text for text in one.statements if "pg_reload_conf" not in text]
    return Configuration("ours", tuple(run), {name: tuple(values) for name, values in local.items()})


@dataclass(slots=True)
class Bench:
    """The server and how long things run."""

    server: EmbeddedServer
    seconds: int
    clients: int
    scale: int

    @contextmanager
    def connected(self, user: str = "postgres") -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        with psycopg.connect(self.server.url(DATABASE, user), autocommit=True) as connection:
            yield connection

    def one(self, text: str) -> tuple[Any, ...]:
        with self.connected() as connection:
            row = connection.execute(text.encode()).fetchone()
            assert row is not None
            return row

    def pgbench(self, *arguments: str) -> str:
        program = str(wheel_binaries() / "pgbench")
        command = [
            program,
            "-h",
            str(self.server.folder),
            "-p",
            str(self.server.port),
            "-U",
            OLTP,
            *arguments,
            DATABASE,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode:
            raise SystemExit(f"pgbench failed: {done.stderr[-2000:]}")
        return done.stdout

    def configure(self, configuration: Configuration) -> None:
        """Back to the defaults, then the configuration, then a restart."""
        with self.connected() as connection:
            connection.execute("ALTER SYSTEM RESET ALL")
            for role in (OLTP, OLAP):
                connection.execute(f"ALTER ROLE {role} RESET ALL".encode())
            for text in configuration.statements:
                connection.execute(text.encode())
        self.server.halt()
        self.server.resume()

    def queries(self, local: Mapping[str, tuple[tuple[str, str], ...]], texts: Mapping[str, str]) -> dict[str, float]:
        """Seconds by statement."""
        taken: dict[str, float] = {}
        with self.connected(OLAP) as connection:
            for name, text in texts.items():
                begun = time.monotonic()
                with connection.transaction():
                    for setting, value in local.get(fingerprint(text), ()):
                        connection.execute("SELECT set_config(%s, %s, true)", (setting, value))
                    connection.execute(text.encode()).fetchall()
                taken[name] = time.monotonic() - begun
        return taken

    def transactions(self, seconds: int) -> tuple[float, float]:
        """(transactions a second, 99th percentile of their latency in ms)."""
        with tempfile.TemporaryDirectory() as folder:
            said = self.pgbench(
                "-c", str(self.clients), "-j", "2", "-T", str(seconds), "-n", "-l", f"--log-prefix={folder}/log"
            )
            latencies = [
                int(line.split()[2]) for log in Path(folder).glob("log*") for line in log.read_text().splitlines()
            ]
        tps = next(line for line in said.splitlines() if line.startswith("tps"))
        return float(tps.split("=")[1].split()[0]), statistics.quantiles(latencies, n=100)[98] / 1000

    def measure(self, configuration: Configuration, number: int, texts: Mapping[str, str]) -> Measured:
        self.configure(configuration)
        self.pgbench("-i", "-q", "-s", str(self.scale))
        self.queries(configuration.local, texts)
        with self.connected() as connection:
            connection.execute("CHECKPOINT")
        temp = int(self.one(_TEMP)[0])
        taken = self.queries(configuration.local, texts)
        temp = int(self.one(_TEMP)[0]) - temp
        before = self.one(_COUNTERS)
        tps, p99 = self.transactions(self.seconds)
        wal, requested = (int(now) - int(then) for now, then in zip(self.one(_COUNTERS), before, strict=True))
        return Measured(configuration.name, number, sum(taken.values()), taken, tps, p99, wal, requested, temp)


_TEMP = f"SELECT temp_bytes FROM pg_stat_database WHERE datname = '{DATABASE}'"
_COUNTERS = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), num_requested FROM pg_stat_checkpointer"


def prepare(bench: Bench, tpch_scale: float) -> None:
    """Databases, roles, rows."""
    with psycopg.connect(bench.server.url(), autocommit=True) as admin:
        for role in (OLTP, OLAP):
            admin.execute(f"CREATE ROLE {role} LOGIN".encode())
        admin.execute(f"CREATE DATABASE {DATABASE}".encode())
    with bench.connected() as connection:
        connection.execute(f"CREATE EXTENSION pg_stat_statements; GRANT CREATE ON SCHEMA public TO {OLTP}".encode())
        tpch.load(connection, tpch_scale)
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {OLAP}".encode())
    bench.pgbench("-i", "-q", "-s", str(bench.scale))


@contextmanager
def _sampling(watch: Watch) -> Iterator[Callable[[], list[ActiveSessions]]]:
    """Samples of the sessions, one a second, while the block runs."""
    minutes: dict[object, ActiveSessions] = {}
    over = threading.Event()
    activity = next(source for source in watch.sources if source.name == "activity")

    def sample() -> None:
        while not over.wait(1.0):
            watch.read(activity)
            load = watch.latest.snapshot().section(ActiveSessions)
            if load is not None:
                minutes[load.period.start] = load

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield lambda: list(minutes.values())
    finally:
        over.set()
        thread.join()


def advised(bench: Bench, texts: Mapping[str, str], seconds: int) -> tuple[Recommendation, ...]:
    """The adviser's word on a run under the defaults: TPC-H three times, then pgbench; nothing of the loading is in the window."""
    evidence = tuple(f"ALTER SYSTEM SET {name} = '{value}'" for name, value in EVIDENCE.items())
    bench.configure(Configuration("evidence", evidence))
    cluster = ClusterSettings(
        name="bench", url=bench.server.url(DATABASE), on_database_host=True, log_file=bench.server.log
    )
    watch = watch_of(cluster, Settings(clusters=(cluster,)), None)
    try:
        watch.identify()
        read_all(watch)
        before = watch.latest.snapshot()
        with _sampling(watch) as load:
            for _ in range(3):
                bench.queries({}, texts)
            bench.transactions(seconds)
        read_all(watch)
        plans(watch)
        window = between(before, watch.latest.snapshot(), load())
        judgement = judge(window, Rules(), datetime.now(UTC))
        return tuple(one for one in judgement.recommendations if one.changes)
    finally:
        watch.stop(5.0)


_FIGURES = ("tpch_seconds", "tps", "p99_ms", "wal_bytes", "requested_checkpoints", "temp_bytes")


def _medians(rows: list[Measured]) -> dict[str, dict[str, float]]:
    names = dict.fromkeys(row.configuration for row in rows)
    return {
        name: {
            one: statistics.median(getattr(row, one) for row in rows if row.configuration == name) for one in _FIGURES
        }
        for name in names
    }


def _by_statement(rows: list[Measured], names: list[str]) -> dict[str, dict[str, float]]:
    """Median seconds of each TPC-H statement under each configuration."""
    return {
        name: {
            other: round(statistics.median(row.by_statement[name] for row in rows if row.configuration == other), 4)
            for other in dict.fromkeys(row.configuration for row in rows)
        }
        for name in names
    }


def _print(medians: dict[str, dict[str, float]], statements: dict[str, dict[str, float]]) -> None:
    print(f"{'':12} {'TPC-H s':>9} {'tps':>8} {'p99 ms':>8} {'WAL MB':>8} {'forced':>7} {'temp MB':>8}")
    for name, one in medians.items():
        print(
            f"{name:12} {one['tpch_seconds']:9.2f} {one['tps']:8.0f} {one['p99_ms']:8.1f} {one['wal_bytes'] / MB:8.0f}"
            f" {one['requested_checkpoints']:7.0f} {one['temp_bytes'] / MB:8.0f}"
        )
    for name, times in statements.items():
        print(f"  Q{name:3}" + "".join(f" {other}={seconds:.3f}" for other, seconds in times.items()))


def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=30, help="of pgbench in a round")
    parser.add_argument(
        "--evidence-seconds", type=int, default=600, help="of pgbench in the run that the advice is made from"
    )
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--scale", type=int, default=20, help="of pgbench")
    parser.add_argument("--tpch-scale", type=float, default=0.2)
    options = parser.parse_args()
    given = tpch.queries(options.tpch_scale)
    texts = {name: text for name, text in given.items() if name not in tpch.SLOW_WITHOUT_INDEXES}
    memory, processors = psutil.virtual_memory().total, os.cpu_count() or 1
    rows: list[Measured] = []
    loads = [os.getloadavg()]
    with EmbeddedServer(settings=BASE) as server:
        bench = Bench(server, options.seconds, options.clients, options.scale)
        prepare(bench, options.tpch_scale)
        advice = advised(bench, texts, options.evidence_seconds)
        for one in advice:
            print(f"advised: {one.check}: {'; '.join(one.statements)}", file=sys.stderr)
        every = [Configuration("default"), calculator(memory, 100, processors), ours(advice)]
        for number in range(options.rounds):
            for configuration in (*every[number % 3 :], *every[: number % 3]):
                rows.append(bench.measure(configuration, number, texts))
                print(
                    f"round {number} {rows[-1].configuration}: {rows[-1].tpch_seconds:.2f} s {rows[-1].tps:.0f} tps",
                    file=sys.stderr,
                )
            loads.append(os.getloadavg())
        version = bench.one("SHOW server_version")[0]
    medians, statements = _medians(rows), _by_statement(rows, list(texts))
    _print(medians, statements)
    RESULT.write_text(
        json.dumps(
            {
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "server": f"PostgreSQL {version}",
                "machine": {"system": platform.platform(), "processors": processors, "memory_bytes": memory},
                "load_averages": [[round(one, 2) for one in each] for each in loads],
                "options": vars(options),
                "calculator": list(every[1].statements),
                "advice": [
                    {
                        "check": one.check,
                        "subject": str(one.subject),
                        "statements": list(one.statements),
                        "changes": [asdict(change) for change in one.changes],
                    }
                    for one in advice
                ],
                "medians": medians,
                "by_statement": statements,
                "rounds": [asdict(row) for row in rows],
            },
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
