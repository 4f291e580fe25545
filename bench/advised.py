"""What the benchmarks of index advice share: a Window made of a workload, one run of the adviser, its indexes really built and measured.

In comes a running server with a loaded database and statements; out come rows for bench/results. Called by index_advice.py. A megabyte is
1,000,000 bytes, for budgets and for sizes.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psutil
import psycopg

import built
from advice_rows import MEGABYTE, Row, dearer, told, worse
from tunewright_agent.sources.postgres import relations, schema
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.ids import ClusterId, InstanceId, StatementId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Section, Snapshot, Window
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.indexes.advice import IndexAdvice, advise
from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError

ROUNDS = 3
"""Runs of every statement; the median counts."""
SECONDS_A_COST_UNIT = 1e-5
"""A statement's weight is its planner cost, as in the published comparison: the sum of costs is what counts."""


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

    def start(self) -> None:
        """Costs without indexes."""
        with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as connection:
            self.before = built.costs(connection, self.work)

    def advice(self, budget_mb: float | None, twin: Twin, reader: Reader) -> tuple[IndexAdvice, float, float]:
        """The adviser's answer, the seconds that it took, and the processor seconds of ours and the twin's together."""
        limits = Limits(budget_bytes=None if budget_mb is None else int(budget_mb * MEGABYTE))
        facts = window(reader, self.database, self.work, self.before)
        start, used = time.perf_counter(), processor_seconds(twin)
        found = advise(facts, twin, [self.database], limits=limits)
        return found, time.perf_counter() - start, processor_seconds(twin) - used

    def measure(self, budget_mb: float | None) -> Row:
        """Advice of a fresh twin under that budget, built for real and measured."""
        reader = Reader(self.url, include=(self.database,))
        start = time.perf_counter()
        with Twin(reader, [self.database]) as twin:
            twin_seconds = time.perf_counter() - start
            advice, seconds, processor = self.advice(budget_mb, twin, reader)
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
            made = built.build(connection, indexes)
            try:
                after = built.costs(connection, self.work)
                same = [name for name, before in self.before.items() if after[name] == before]
                runs = built.run(connection, self.work, same, made.names, self.rounds, self.limit_seconds)
            finally:
                built.drop(connection, made.names)
        seconds_before, seconds_after = runs.medians()
        row = Row(
            budget_mb=budget_mb,
            seconds=round(seconds, 3),
            processor_seconds=round(processor, 3),
            twin_seconds=round(twin_seconds, 3),
            planner_calls=advice.calls,
            judged=advice.judged,
            estimated_relative_cost=round(cost_ratio, 5),
            real_relative_cost=round(sum(after.values()) / sum(self.before.values()), 5),
            estimated_mb=round(sum(modelled.values()), 2),
            real_mb=round(sum(made.megabytes.values()), 2),
            run_seconds_before=round(sum(seconds_before.values()), 3),
            run_seconds_after=round(sum(seconds_after.values()), 3),
            worse=worse(seconds_before, seconds_after),
            worse_cost=dearer(self.before, after),
            warned=tuple(sorted({str(gain.statement) for row in advice.rows for gain in row.gains if gain.fetched})),
            failed=(*made.failed, *(f"{name}: over {self.limit_seconds:g} s" for name in sorted(runs.late))),
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


def processor_seconds(twin: Twin) -> float:
    """Processor time so far, of this process and of the twin's server: on a busy machine it says more than the clock."""
    server = psutil.Process(int((twin.folder / "data" / "postmaster.pid").read_text().split()[0]))
    everyone = [psutil.Process(), server, *server.children()]
    return sum(one.cpu_times().user + one.cpu_times().system for one in everyone)


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
