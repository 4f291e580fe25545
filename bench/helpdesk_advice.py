"""The adviser on the help desk: counters of a real run in, its indexes built on a fresh copy, the same run again. Called by index_advice.py.

Before and after start from copies of one database, because the run writes. A statement's figure is its time in the whole run, so that what
an index costs the writers is measured and not modelled.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg

import advice_rows
import advised
import built
import helpdesk
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres import statements
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.indexes.advice import advise
from tunewright_analyzers.indexes.problem import Limits

CALLS, SEED = 2_000, 11
SAMPLES = 5
"""Calls of each statement whose planner cost is asked for; their mean stands for all."""
_PLANNED = frozenset({"select", "insert", "update", "delete"})
BUDGETS: tuple[float | None, ...] = (5.0, 20.0, None)


def _copy(server: EmbeddedServer, name: str) -> str:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name} TEMPLATE helpdesk".encode())
    return server.url(name)


def _costs(url: str, calls: list[tuple[str, helpdesk.Values]]) -> dict[str, float]:
    """By statement: the mean planner cost of its first calls, times how often it runs."""
    found: dict[str, list[float]] = {}
    with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
        cursor = psycopg.ClientCursor(connection)
        for name, values in calls:
            if len(found.setdefault(name, [])) < SAMPLES:
                found[name].append(built.cost(connection, cursor.mogrify(helpdesk.MIX[name][1].encode(), values)))
    times = {name: sum(1 for one, _ in calls if one == name) for name in found}
    return {name: sum(costs) / len(costs) * times[name] for name, costs in found.items()}


def _run(url: str, calls: list[tuple[str, helpdesk.Values]]) -> dict[str, float]:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        return helpdesk.run(connection, calls)


def _window(reader: Reader) -> Window:
    found = statements.source().collect(reader, datetime.now(UTC)).sections
    return advised.snapshot(reader, found)


def measure(server: EmbeddedServer, url: str, settings: Mapping[str, str], result: Path) -> list[advice_rows.Row]:
    """Run, advise, build, run again, once a budget. Writes `result`."""
    calls = helpdesk.drawn(SEED, CALLS)
    with psycopg.connect(url, autocommit=True) as connection:
        advice_rows.told("loading the help desk")
        helpdesk.load(connection)
        connection.execute("CREATE EXTENSION pg_stat_statements")
        about = advice_rows.conditions(connection, settings)
        about |= {"workload": "helpdesk", "calls": CALLS, "statements": len(helpdesk.MIX), "seed": SEED}
    observed = _copy(server, "observed")
    with psycopg.connect(observed, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_reset()")
        connection.execute("SELECT pg_stat_statements_reset()")
    costs_before = _costs(url, calls)
    seconds_before = _run(observed, calls)
    advice_rows.told(f"without indexes: {sum(seconds_before.values()):.2f} s for {CALLS} calls")
    rows = []
    for budget in BUDGETS:
        row = _one(server, observed, budget, calls, costs_before, seconds_before)
        rows.append(row)
        advice_rows.write(result, rows, about)
    print(f"\nhelpdesk, {about['postgresql']}\n{advice_rows.table(rows)}", flush=True)
    return rows


def _one(
    server: EmbeddedServer,
    observed: str,
    budget: float | None,
    calls: list[tuple[str, helpdesk.Values]],
    costs_before: dict[str, float],
    seconds_before: dict[str, float],
) -> advice_rows.Row:
    reader = Reader(observed, include=("observed",))
    start = time.perf_counter()
    with Twin(reader, ["observed"]) as twin:
        twin_seconds = time.perf_counter() - start
        facts = _window(reader)
        limits = Limits(budget_bytes=None if budget is None else int(budget * advice_rows.MEGABYTE))
        start, used = time.perf_counter(), advised.processor_seconds(twin)
        advice = advise(facts, twin, ["observed"], limits=limits)
        seconds, processor = time.perf_counter() - start, advised.processor_seconds(twin) - used
        indexes = [row.index for row in advice.rows]
        rows = facts.need(Statements).rows
        texts = [(one.text, float(one.calls)) for one in rows if one.text and one.kind in _PLANNED and not one.own]
        estimated = advised.estimated(twin, "observed", texts, indexes)
        modelled = {str(one): twin.size_bytes("observed", one) / advice_rows.MEGABYTE for one in indexes}
    reader.close()
    advice_rows.told(f"budget {budget or 'none'}: {len(indexes)} indexes in {seconds:.1f} s, {advice.calls} EXPLAINs")
    for one in advice.unjudged:
        advice_rows.told(f"  not judged: {one.statement}: {one.because}")
    changed = _copy(server, "changed")
    with psycopg.connect(changed, autocommit=True, prepare_threshold=None) as connection:
        made = built.build(connection, indexes)
    costs_after = _costs(changed, calls)
    seconds_after = _run(changed, calls)
    total = sum(seconds_before.values())
    row = advice_rows.Row(
        budget_mb=budget,
        seconds=round(seconds, 3),
        processor_seconds=round(processor, 3),
        twin_seconds=round(twin_seconds, 3),
        planner_calls=advice.calls,
        judged=advice.judged,
        estimated_relative_cost=round(estimated, 5),
        real_relative_cost=round(sum(costs_after.values()) / sum(costs_before.values()), 5),
        estimated_mb=round(sum(modelled.values()), 2),
        real_mb=round(sum(made.megabytes.values()), 2),
        run_seconds_before=round(total, 3),
        run_seconds_after=round(sum(seconds_after.values()), 3),
        worse=advice_rows.worse(seconds_before, seconds_after),
        worse_cost=advice_rows.dearer(costs_before, costs_after),
        warned=tuple(sorted({str(gain.statement) for row in advice.rows for gain in row.gains if gain.fetched})),
        failed=tuple(made.failed),
        build_seconds=round(made.seconds, 2),
        indexes=tuple(str(one) for one in indexes),
        sizes={name: (round(modelled[name], 2), round(real, 2)) for name, real in made.megabytes.items()},
    )
    advice_rows.told(
        f"  built: cost {row.real_relative_cost:.4f}, {row.real_mb:.1f} MB, {row.run_seconds_before:.2f} -> {row.run_seconds_after:.2f} s,"
        f" worse: {', '.join(row.worse) or 'none'}"
    )
    return row
