"""Single made series, ours beside the methods of the reference: part of bench/regressions.py.

The same data for all: four weeks to learn from and one to judge. A shift, from a random time on, is found where an alarm stands within two
hours of its begin; a false alarm is one that begins in the week as it was. Ours is the very `judge`, over groups of 20 statements that
carry a twentieth of the load each, every half an hour (the daemon: every five minutes), without the floors of the checks.
"""

from typing import Any

import numpy as np

from clusters import FIRST, WITHIN, judgements
from reference_methods import METHODS, Learned, begins, otava_alarms
from seasonal import WEEK, Synthetic

SERIES, TOGETHER = 80, 20
SHIFTS = (1.3, 1.5, 2.0)
OTAVA_SERIES = 20
"""Of which apache-otava is asked each hour of the quiet week; about shifts it is asked in all of them, in the hours that count."""
Row = dict[str, float]


def single_series(data: Synthetic, seed: int) -> dict[str, Row]:
    """False alarms a query-week and shares of the shifts that were found, by method."""
    starts = np.random.default_rng(seed + 1000).integers(100, WEEK - 50, SERIES)
    before, week = data.latency[:FIRST].astype(np.float64), data.latency[FIRST:].astype(np.float64)
    known = Learned(before)
    table: dict[str, Row] = {}
    for name, method in METHODS.items():
        row = {"false_alarms_a_query_week": begins(method(known, week)) / SERIES}
        for factor in SHIFTS:
            alarms = method(known, _shifted(week, starts, factor))
            row[f"found_x{factor}"] = float(
                np.mean([alarms[at : at + WITHIN, one].any() for one, at in enumerate(starts)])
            )
        table[name] = row
    try:
        table["apache-otava, hourly"] = _otava(known, week, starts)
    except ImportError:
        print("  apache-otava is not installed: pip install apache-otava brings its row")
    table["tunewright (no floors of load)"] = _ours(data, starts)
    return table


def _shifted(week: Any, starts: Any, factor: float) -> Any:
    found = week.copy()
    for number, start in enumerate(starts):
        found[start:, number] += np.log(factor)
    return found


def _otava(known: Learned, week: Any, starts: Any) -> Row:
    hours = range(2, WEEK // 12)
    alarms = np.stack([otava_alarms(known, week, one, hours) for one in range(OTAVA_SERIES)], axis=1)
    row = {"false_alarms_a_query_week": begins(alarms) / OTAVA_SERIES}
    for factor in SHIFTS:
        slow = _shifted(week, starts, factor)
        ended = [range(-(-at // 12), (at + WITHIN) // 12) for at in starts.tolist()]  # hours that end within two hours
        found = [otava_alarms(known, slow, one, hours).any() for one, hours in enumerate(ended)]
        row[f"found_x{factor}"] = float(np.mean(found))
    return row


def _ours(data: Synthetic, starts: Any) -> Row:
    quiet = data.latency.astype(np.float64)
    row = {"false_alarms_a_query_week": sum(_alarms(data, quiet, part) for part in _groups()) / SERIES}
    for factor in SHIFTS:
        slow = quiet.copy()
        slow[FIRST:] = _shifted(slow[FIRST:], starts, factor)
        row[f"found_x{factor}"] = sum(_found(data, slow, part, starts) for part in _groups()) / SERIES
    return row


def _groups() -> list[list[int]]:
    return [list(range(first, first + TOGETHER)) for first in range(0, SERIES, TOGETHER)]


def _work(data: Synthetic, latency: Any, part: list[int]) -> tuple[Any, Any]:
    """Seconds and calls of statements that carry the same load on the average."""
    seconds = np.exp(latency[:, part]) * np.maximum(1, data.calls[:, part])
    calls = np.maximum(1, data.calls[:, part])
    weight = 1 / seconds[:FIRST].mean(axis=0)
    return seconds * weight * 30, calls


def _alarms(data: Synthetic, latency: Any, part: list[int]) -> int:
    """How many shifts begin."""
    before, count = set[Any](), 0
    for _, judged in judgements(*_work(data, latency, part), list(range(len(part))), range(FIRST, FIRST + WEEK, 6)):
        now = {one.statement_id for one in judged.shifts}
        count, before = count + len(now - before), now
    return count


def _found(data: Synthetic, latency: Any, part: list[int], starts: Any) -> int:
    """How many shifts are open at one of the passes within two hours of their begin (the judge forgets nothing between passes)."""
    found = set[int]()
    for bucket, judged in judgements(*_work(data, latency, part), list(range(len(part))), range(FIRST, FIRST + WEEK, 6)):  # fmt: skip
        now = bucket - FIRST
        for one in judged.shifts:
            number = int(one.statement_id, 16)
            if 0 <= now - starts[part[number]] <= WITHIN:
                found.add(number)
    return len(found)
