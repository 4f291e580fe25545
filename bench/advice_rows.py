"""Rows of the benchmarks of index advice: what is written to bench/results, what they ran against, and which statements count as worse.

Called by advised.py, helpdesk_advice.py and twin_fidelity.py. A megabyte is 1,000,000 bytes.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg

Connection = psycopg.Connection[tuple[object, ...]]

MEGABYTE = 1_000_000
WORSE_RATIO, WORSE_SECONDS = 1.10, 0.05
"""A statement is worse when its median time rose by more than both: less is noise of a shared machine."""
WORSE_COST_RATIO = 1.05


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the adviser. Costs are relative to those without its indexes; `worse` names statements by measured time, `worse_cost`
    by the planner's cost with the indexes really built; `failed` what ran into the time limit or could not be built.
    `processor_seconds`: the adviser's and its twin's together."""

    budget_mb: float | None
    seconds: float
    processor_seconds: float
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
    warned: tuple[str, ...]
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
