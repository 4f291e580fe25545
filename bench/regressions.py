"""How often regressions are told that are none, and how soon those that are: `make bench-regressions ARGS="--seed 2"`.

Three parts, all written to bench/results/regressions.json (or regressions_seed_N.json): single series against the reference's methods,
whole clusters of 1,000 statements through the checks, and faults put into a real PostgreSQL (injected.py). README.md explains them.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from injected import injected_faults
from reference_methods import METHODS, Learned, begins
from seasonal import WEEK, WEEKS, Habits, Replay, Synthetic, statement, synthetic, time_of
from tunewright_analyzers.check import discover, run
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.regressions import Regressions
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.regressions.judge import Held, Judged, judge

RESULTS = Path(__file__).parent / "results"
SHIFTS = (1.3, 1.5, 2.0)
WITHIN = 24
"""Buckets: two hours."""
SERIES, STATEMENTS = 150, 1000
FIRST = WEEK * (WEEKS - 1)
SLOWED = 1.5
HEAVY = 0.02
"""Statements that never come near this share of the load are not followed: no floor of a check lets them through."""
HABITS = {"usual": Habits(), "restless": Habits(correlation=(0.3, 0.95))}
CHECKS = tuple(one for one in discover() if one.group == "regressions")


def _single(data: Synthetic, seed: int) -> dict[str, dict[str, float]]:
    """False alarms a query-week and shares of the shifts that were found, by method."""
    random = np.random.default_rng(seed + 1000)
    starts = random.integers(100, WEEK - 50, SERIES)
    before, week = data.latency[:FIRST].astype(np.float64), data.latency[FIRST:].astype(np.float64)
    known = Learned(before)
    table: dict[str, dict[str, float]] = {}
    for name, method in METHODS.items():
        row = {"false_alarms_a_query_week": begins(method(known, week)) / SERIES}
        for factor in SHIFTS:
            alarms = method(known, _shifted(week, starts, factor))
            found = [alarms[start : start + WITHIN, number].any() for number, start in enumerate(starts)]
            row[f"found_x{factor}"] = float(np.mean(found))
        table[name] = row
    table["tunewright (statements alone, no floors)"] = _ours(data, starts)
    return table


def _shifted(week: Any, starts: Any, factor: float) -> Any:
    found = week.copy()
    for number, start in enumerate(starts):
        found[start:, number] += np.log(factor)
    return found


def _ours(data: Synthetic, starts: Any) -> dict[str, float]:
    """The judge itself over the quiet week, every quarter of an hour, and over the shifted ones."""
    open_before: set[Any] = set()
    alarms = 0
    for judged in _judgements(data, list(range(SERIES)), range(FIRST, FIRST + WEEK, 3)):
        now_open = {one.statement_id for one in judged.shifts}
        alarms += len(now_open - open_before)
        open_before = now_open
    row = {"false_alarms_a_query_week": alarms / SERIES}
    for factor in SHIFTS:
        latency = data.latency.copy()
        latency[FIRST:] = _shifted(latency[FIRST:], starts, factor)
        row[f"found_x{factor}"] = _found(Synthetic(latency, data.calls), starts)
    return row


def _found(data: Synthetic, starts: Any) -> float:
    """Judged every half an hour; a shift counts where it is open at one of the passes within two hours of its begin."""
    found = set()
    for bucket, judged in enumerate(_judgements(data, list(range(SERIES)), range(FIRST, FIRST + WEEK, 6))):
        now = bucket * 6
        for one in judged.shifts:
            number = int(one.statement_id, 16)
            if 0 <= now - starts[number] <= WITHIN:
                found.add(number)
    return len(found) / SERIES


def _judgements(data: Synthetic, followed: list[int], at: range) -> Any:
    replay = Replay(np.exp(data.latency) * data.calls, data.calls, followed)
    held: dict[Any, Held] = {}
    for bucket in at:
        judged = judge(replay.upto(bucket), time_of(bucket), held=held)
        held = dict(judged.held)
        yield judged


def _cluster(data: Synthetic, seed: int, factor: float | None) -> dict[str, Any]:
    """A week of one cluster through the checks, a pass every quarter of an hour.

    Quiet (`factor` None): 20 plans flip and 3 settings change without any effect; every finding is false. With a factor: one heavy
    statement at a time is slowed for six hours, one after another; told is a finding about it within two hours.
    """
    random = np.random.default_rng(seed + 2000)
    seconds = np.exp(data.latency) * data.calls
    share = (seconds / seconds.sum(axis=1, keepdims=True))[FIRST:].reshape(WEEK // 12, 12, -1).mean(axis=1).max(axis=0)
    flipped = random.integers(0, STATEMENTS, 20) if factor is None else []
    followed = sorted({*np.flatnonzero(share >= HEAVY).tolist(), *(int(one) for one in flipped)})
    events = [_flip(int(one), int(random.integers(FIRST, FIRST + WEEK))) for one in flipped]
    if factor is None:
        events += [
            Event(time_of(int(at)), "setting_changed", "work_mem") for at in random.integers(FIRST, FIRST + WEEK, 3)
        ]
    slowed = [] if factor is None else _slow(data, seconds, random, factor)
    changed = Synthetic(np.log(np.maximum(seconds, 1e-12) / np.maximum(data.calls, 1)).astype(np.float32), data.calls)
    told: list[tuple[int, Finding]] = []
    before: set[Any] = set()
    for number, judged in enumerate(_judgements(changed, followed, range(FIRST, FIRST + WEEK, 3))):
        bucket = FIRST + 3 * number
        findings = _findings(judged, events, time_of(bucket))
        told += [(bucket, one) for one in findings if one.id not in before]
        before = {one.id for one in findings}
    if factor is None:
        return {
            "heavy_statements": int((share >= 0.05).sum()),
            "incidents": len(told),
            "of": [f"{one.check} {one.subject}" for _, one in told],
        }
    hits = [
        min(
            (
                bucket - start
                for bucket, one in told
                if start <= bucket <= start + WITHIN and statement(which) in _named(one)
            ),
            default=None,
        )
        for start, which in slowed
    ]
    found = [hit for hit in hits if hit is not None]
    return {
        "shifts": len(slowed),
        "found": len(found),
        "median_minutes": float(np.median(found)) * 5 if found else None,
        "incidents": len(told),
    }


def _named(finding: Finding) -> str:
    return " ".join([finding.subject.name, *(one.label for one in finding.evidence)])


def _slow(data: Synthetic, seconds: Any, random: np.random.Generator, factor: float) -> list[tuple[int, int]]:
    """Slow one statement at a time for six hours, of those that carry at least 5 % of the load in that time as they are."""
    slowed = []
    for start in range(FIRST + 72, FIRST + WEEK - 72, 144):
        span = slice(start, start + 72)
        share = seconds[start : start + WITHIN].sum(axis=0) / seconds[start : start + WITHIN].sum()
        heavy = np.flatnonzero(share >= 0.05)
        if len(heavy):
            which = int(random.choice(heavy))
            seconds[span, which] *= factor
            slowed.append((start, which))
    return slowed


def _flip(number: int, bucket: int) -> Event:
    return Event(time_of(bucket), "plan_changed", f"statement {statement(number)} in shop", "a -> b (twin)")


def _findings(judged: Judged, events: list[Event], at: datetime) -> list[Finding]:
    shifts = tuple(
        replace(
            one,
            changes=tuple(event for event in events if _near(event, one.since) and _concerns(event, one.statement_id)),
        )
        for one in judged.shifts
    )
    section = Regressions(at, judged.statements, judged.learning, shifts, judged.load)
    snapshot = Snapshot(
        ClusterId("shop"), InstanceId("db1"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, at, (section,)
    )
    window = Window(ClusterId("shop"), at, at, snapshot)
    return [one for check in CHECKS for one in run(check, window) if isinstance(one, Finding)]


def _near(event: Event, since: datetime) -> bool:
    return -timedelta(hours=2) <= event.at - since <= timedelta(minutes=30)


def _concerns(event: Event, identity: str) -> bool:
    return event.kind != "plan_changed" or identity in event.subject


def _clusters(seed: int, count: int, habits: Habits) -> dict[str, Any]:
    quiet, slowed = [], []
    for number in range(count):
        data = synthetic(STATEMENTS, seed * 100 + number, habits)
        quiet.append(_cluster(data, seed * 100 + number, None))
        slowed.append(_cluster(data, seed * 100 + number, SLOWED))
        print(f"  cluster {number}: {quiet[-1]} {slowed[-1]}", flush=True)
    shifts = sum(one["shifts"] for one in slowed)
    return {
        "clusters": count,
        "statements": STATEMENTS,
        "false_incidents_a_cluster_week": sum(one["incidents"] for one in quiet) / count,
        "quiet": quiet,
        "slowed_by": SLOWED,
        "shifts": shifts,
        "found_within_2_h": sum(one["found"] for one in slowed) / max(1, shifts),
        "slowed": slowed,
    }


def _series(seed: int) -> dict[str, Any]:
    table = _single(synthetic(SERIES, seed, HABITS["usual"]), seed)
    for method, row in table.items():
        found = "/".join(f"{100 * row[f'found_x{factor}']:.0f}" for factor in SHIFTS)
        print(f"  {method:45} {row['false_alarms_a_query_week']:6.2f}   {found} %", flush=True)
    return table


def _all_clusters(seed: int, clusters: int, keep: Callable[[str, Any], None]) -> None:
    """Kept as they come: a part takes minutes."""
    for name, habits in HABITS.items():
        print(f"{name}: {habits}")
        found = _clusters(seed, clusters, habits)
        keep(name, found)
        told, share = found["false_incidents_a_cluster_week"], found["found_within_2_h"]
        print(f"  {told:.2f} a cluster-week, {share:.0%} found", flush=True)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clusters", type=int, default=3)
    parser.add_argument("--only", choices=("series", "clusters", "injected"))
    arguments = parser.parse_args()
    seed = arguments.seed
    path = RESULTS / ("regressions.json" if seed == 1 else f"regressions_seed_{seed}.json")
    result = json.loads(path.read_text()) if path.exists() else {}
    result |= {"seed": seed, "machine": platform.platform(), "python": sys.version}
    result["habits"] = {name: asdict(one) for name, one in HABITS.items()}

    def keep(name: str, found: Any) -> None:
        result["made"] = datetime.now(UTC).isoformat(timespec="seconds")
        result[name] = found
        path.write_text(json.dumps(result, indent=1) + "\n")

    if arguments.only in (None, "clusters"):
        _all_clusters(seed, arguments.clusters, lambda name, found: keep(f"clusters_{name}", found))
    if arguments.only in (None, "series"):
        keep("single_series", _series(seed))
    if arguments.only in (None, "injected") and seed == 1:
        keep("injected", injected_faults())


if __name__ == "__main__":
    main()
