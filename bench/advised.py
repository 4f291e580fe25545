"""What the benchmarks of index advice share: a Window made of a workload, one run of the adviser, its indexes really built and measured.

In comes a running server with a loaded database and statements; out come rows for bench/results. Called by index_advice.py. A megabyte is
1,000,000 bytes, for budgets and for sizes.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg

from tunewright_agent.sources.postgres import relations, schema
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Section, Snapshot, Window
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.indexes.advice import IndexAdvice, advise
from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.statement import create_statement, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError

Connection = psycopg.Connection[tuple[object, ...]]

MEGABYTE = 1_000_000
ROUNDS = 3
"""Runs of every statement; the median counts."""
WORSE_RATIO, WORSE_SECONDS = 1.10, 0.05
"""A statement is worse when its median time rose by more than both: less is noise of a shared machine."""
WORSE_COST_RATIO = 1.05
SECONDS_A_COST_UNIT = 1e-5
"""A statement's weight is its planner cost, as in the published comparison: the sum of costs is what counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the adviser. Costs are relative to those without its indexes; `worse` names statements by measured time, `worse_cost`
    by the planner's cost with the indexes really built; `failed` what ran into the time limit or could not be built."""

    budget_mb: float | None
    seconds: float
    twin_seconds: float
    planner_calls: int
    judged: int
    estimated_relative_cost: float
    real_relative_cost: float
    estimated_mb: float
    real_mb: float
    run_seconds_before: float
    run_seconds_after: float
    worse: tuple[str, ...]
    worse_cost: tuple[str, ...]
    failed: tuple[str, ...]
    build_seconds: float
    indexes: tuple[str, ...]
    sizes: Mapping[str, tuple[float, float]]
    """By index: modelled and real megabytes."""


def told(text: str) -> None:
    """Progress, on stderr."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


def conditions(connection: Connection, settings: Mapping[str, str]) -> dict[str, object]:
    """What a run was made on: server, machine, commit, date."""
    row = connection.execute("SELECT version(), pg_size_pretty(pg_database_size(current_database()))").fetchone()
    assert row is not None
    here = Path(__file__).parent
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=40"], capture_output=True, text=True, check=False, cwd=here
    ).stdout
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.strip() or "unknown",
        "postgresql": row[0],
        "database_size": row[1],
        "settings": dict(settings),
        "machine": f"{os.cpu_count()} cores, {cpu}, {psutil.virtual_memory().total // 10**9} GB, {platform.platform()}",
        "load_average_at_start": os.getloadavg()[0],
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def cost(connection: Connection, statement: str) -> float:
    """The planner's total cost on the real server."""
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode()).fetchone()
    assert row is not None
    plans: list[dict[str, dict[str, float]]] = row[0]  # type: ignore[assignment]
    return plans[0]["Plan"]["Total Cost"]


def costs(connection: Connection, work: Mapping[str, str]) -> dict[str, float]:
    """Planner costs by statement."""
    return {name: cost(connection, text) for name, text in work.items()}


def run_seconds(
    connection: Connection, work: Mapping[str, str], limit_seconds: float, rounds: int = ROUNDS
) -> tuple[dict[str, float], list[str]]:
    """Median seconds of each statement over the rounds, and the names of those that ran into the limit (and count with it)."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    late: list[str] = []
    connection.execute(f"SET statement_timeout = '{int(limit_seconds * 1000)}ms'".encode())
    for _ in range(rounds):
        for name, text in work.items():
            if name in late:
                continue
            start = time.perf_counter()
            try:
                connection.execute(text.encode(), prepare=False).fetchall()
                seconds[name].append(time.perf_counter() - start)
            except psycopg.errors.QueryCanceled:
                late.append(name)
                seconds[name] = [limit_seconds]
    connection.execute("RESET statement_timeout")
    return {name: statistics.median(found) for name, found in seconds.items()}, late


def snapshot(reader: Reader, sections: Sequence[Section]) -> Window:
    """A window of an hour with those sections and the relations and schema as the sources read them."""
    now = datetime.now(UTC)
    read: list[Section] = list(sections)
    for module in (schema, relations):
        read += module.source().collect(reader, now).sections
    taken = Snapshot(
        ClusterId("bench"),
        InstanceId("bench"),
        Engine.POSTGRESQL,
        reader.server.version,
        Flavour.SELF_MANAGED,
        now,
        tuple(read),
    )
    return Window(ClusterId("bench"), now - timedelta(hours=1), now, taken)


def window(reader: Reader, database: str, work: Mapping[str, str], weights: Mapping[str, float]) -> Window:
    """The workload as the adviser is given it: one call of each statement in an hour, its time in proportion to its planner cost."""
    end = datetime.now(UTC)
    rows = tuple(
        Statement(
            StatementKey(database, "bench", name),
            StatementId(name),
            text,
            "select",
            1,
            weights[name] * SECONDS_A_COST_UNIT,
            1,
        )
        for name, text in work.items()
    )
    return snapshot(
        reader, (Statements(Period(end - timedelta(hours=1), end), rows, Coverage(len(rows), 5000, 0, None)),)
    )


@dataclass(slots=True)
class Bench:
    """One loaded database and its workload; `measure` once a budget. Indexes are dropped again after each."""

    url: str
    database: str
    work: Mapping[str, str]
    limit_seconds: float = 300.0
    rounds: int = ROUNDS
    before: dict[str, float] = field(init=False, default_factory=dict)
    seconds_before: dict[str, float] = field(init=False, default_factory=dict)
    late: list[str] = field(init=False, default_factory=list)

    def start(self) -> None:
        """Costs and times without indexes."""
        with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as connection:
            self.before = costs(connection, self.work)
            told(f"running {len(self.work)} statements {self.rounds} times without indexes")
            self.seconds_before, self.late = run_seconds(connection, self.work, self.limit_seconds, self.rounds)
        told(f"without indexes: {sum(self.seconds_before.values()):.2f} s")

    def advice(self, budget_mb: float | None, twin: Twin, reader: Reader) -> tuple[IndexAdvice, float]:
        """The adviser's answer and the seconds that it took."""
        limits = Limits(budget_bytes=None if budget_mb is None else int(budget_mb * MEGABYTE))
        facts = window(reader, self.database, self.work, self.before)
        start = time.perf_counter()
        found = advise(facts, twin, [self.database], limits=limits)
        return found, time.perf_counter() - start

    def measure(self, budget_mb: float | None) -> Row:
        """Advice of a fresh twin under that budget, built for real and measured."""
        reader = Reader(self.url, include=(self.database,))
        start = time.perf_counter()
        with Twin(reader, [self.database]) as twin:
            twin_seconds = time.perf_counter() - start
            advice, seconds = self.advice(budget_mb, twin, reader)
            indexes = [row.index for row in advice.rows]
            cost_ratio = estimated(twin, self.database, ((text, 1.0) for text in self.work.values()), indexes)
            modelled = {str(one): twin.size_bytes(self.database, one) / MEGABYTE for one in indexes}
        reader.close()
        told(
            f"budget {budget_mb or 'none'}: {len(indexes)} indexes in {seconds:.1f} s, {advice.calls} EXPLAINs, estimated {cost_ratio:.4f}"
        )
        for one in advice.unjudged:
            told(f"  not judged: {one.statement}: {one.because}")
        with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as connection:
            made = build(connection, indexes)
            try:
                after = costs(connection, self.work)
                seconds_after, late = run_seconds(connection, self.work, self.limit_seconds, self.rounds)
            finally:
                for name in made.names:
                    connection.execute(f'DROP INDEX "{name}"'.encode())
        row = Row(
            budget_mb=budget_mb,
            seconds=round(seconds, 3),
            twin_seconds=round(twin_seconds, 3),
            planner_calls=advice.calls,
            judged=advice.judged,
            estimated_relative_cost=round(cost_ratio, 5),
            real_relative_cost=round(sum(after.values()) / sum(self.before.values()), 5),
            estimated_mb=round(sum(modelled.values()), 2),
            real_mb=round(sum(made.megabytes.values()), 2),
            run_seconds_before=round(sum(self.seconds_before.values()), 3),
            run_seconds_after=round(sum(seconds_after.values()), 3),
            worse=worse(self.seconds_before, seconds_after),
            worse_cost=dearer(self.before, after),
            failed=(*made.failed, *(f"{name}: over {self.limit_seconds:g} s" for name in sorted({*self.late, *late}))),
            build_seconds=round(made.seconds, 2),
            indexes=tuple(str(one) for one in indexes),
            sizes={name: (round(modelled[name], 2), round(real, 2)) for name, real in made.megabytes.items()},
        )
        told(
            f"  built: cost {row.real_relative_cost:.4f}, {row.real_mb:.1f} MB (model {row.estimated_mb:.1f}),"
            f" {row.run_seconds_before:.2f} -> {row.run_seconds_after:.2f} s, worse: {', '.join(row.worse) or 'none'}"
        )
        return row

    def calls_together(self, budgets: Sequence[float | None]) -> int:
        """EXPLAINs for all the budgets asked one after the other of the same twin, which keeps its answers."""
        reader = Reader(self.url, include=(self.database,))
        with Twin(reader, [self.database]) as twin:
            total = sum(self.advice(budget, twin, reader)[0].calls for budget in budgets)
        reader.close()
        return total


def worse(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[str, ...]:
    """Statements whose time rose by more than both WORSE_RATIO and WORSE_SECONDS."""
    return tuple(
        f"{name} {before[name]:.2f} -> {seconds:.2f} s"
        for name, seconds in after.items()
        if seconds > before[name] * WORSE_RATIO and seconds > before[name] + WORSE_SECONDS
    )


def dearer(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[str, ...]:
    """Statements whose planner cost rose by more than WORSE_COST_RATIO."""
    return tuple(
        f"{name} {cost:.0f} -> {after[name]:.0f}"
        for name, cost in before.items()
        if after[name] > cost * WORSE_COST_RATIO
    )


def estimated(
    twin: Twin, database: str, work: Iterable[tuple[str, float]], indexes: Sequence[HypotheticalIndex]
) -> float:
    """Cost on the twin with the indexes, relative to that without, over (statement, weight); what it cannot plan is left out."""
    before = after = 0.0
    for text, weight in work:
        try:
            once, then = twin.explain(database, text), twin.explain(database, text, add=indexes)
        except WhatIfError:  # named by the adviser already
            continue
        before, after = before + weight * once.root.cost.total, after + weight * then.root.cost.total
    return after / before if before else 1.0


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


def write(path: Path, rows: Sequence[Row], about: Mapping[str, object]) -> None:
    """A list of rows, each with what it ran against."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([{**asdict(row), "ran_against": dict(about)} for row in rows], indent=1) + "\n")


def table(rows: Sequence[Row]) -> str:
    """The rows for people."""
    head = f"{'budget MB':>10}{'s':>8}{'calls':>8}{'est.':>8}{'real':>8}{'real MB':>9}{'run s':>9}{'after':>9}{'worse':>7}{'indexes':>9}"
    lines = [
        f"{'none' if one.budget_mb is None else f'{one.budget_mb:g}':>10}{one.seconds:>8.1f}{one.planner_calls:>8}{one.estimated_relative_cost:>8.4f}"
        f"{one.real_relative_cost:>8.4f}{one.real_mb:>9.1f}{one.run_seconds_before:>9.2f}{one.run_seconds_after:>9.2f}{len(one.worse):>7}"
        f"{len(one.indexes):>9}"
        for one in rows
    ]
    return "\n".join([head, *lines])
