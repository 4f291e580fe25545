"""How often waiting and active sessions are told that are no news, and how soon a storm of locks is: `make bench-regressions_sessions`.

Made weeks of sampled sessions (five minutes a point): four to learn from, one that is judged every half hour by the judge and the floors of the
checks. Into the same week storms are then put, every 17 hours two hours of so many more that wait; found is one that is told within two hours.
Written to bench/results/regressions_sessions.json. Seeds 1 to 4 were looked at in making the method.
"""

import argparse
import json
import platform
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright_analyzers.facts.open_shifts import Held, Line
from tunewright_analyzers.facts.regressions import Regressions, SessionsOf
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.regressions import weighing
from tunewright_analyzers.regressions.series import BUCKET_SECONDS
from tunewright_analyzers.regressions.sessions import LOCK, Sampled, SessionSeries, judge_sessions

RESULTS = Path(__file__).parent / "results" / "regressions_sessions.json"
BEGIN = datetime(2026, 10, 5, tzinfo=UTC)
DAY, WEEK = 288, 2016
LEARN, ALL = 4 * WEEK, 5 * WEEK
EVERY, STORM, APART = 6, 24, 204
"""Buckets: between two looks, of a storm, from one storm to the next."""
STORMS = (1.5, 3.0)
FAMILIES = ("plain", "batch", "busy", "bursts", "reports")
FLOORS = ((SessionsOf.LOCKS, weighing.LOCKS), (SessionsOf.ACTIVE, weighing.ACTIVE))
Values = NDArray[np.float64]


def made(family: str, seed: int) -> tuple[Values, Values]:
    """Active sessions and those of them that wait for locks, by bucket."""
    random, time = np.random.default_rng([seed, FAMILIES.index(family)]), np.arange(ALL)
    season = np.exp(0.9 + 0.8 * np.cos(2 * np.pi * (time % DAY) / DAY) - 0.5 * (((time // DAY) % 7) >= 5))
    noise, fresh = np.zeros(ALL), random.normal(0, 0.25 * np.sqrt(1 - 0.7**2), ALL)
    for bucket in range(1, ALL):
        noise[bucket] = 0.7 * noise[bucket - 1] + fresh[bucket]
    work, locks = season * np.exp(noise), random.poisson(0.3, ALL) * random.exponential(0.15, ALL)
    if family == "batch":  # an hour of waiting at three o'clock, half an hour early or late
        for day in range(ALL // DAY):
            start = day * DAY + 36 + random.integers(-6, 7)
            locks[start : start + 12] += random.uniform(0.5, 3)
    elif family == "busy":  # the more work, the more waiting
        locks += 0.3 * work * np.exp(random.normal(0, 0.5, ALL))
    elif family == "bursts":  # three a week, ten to twenty minutes
        for start in random.integers(0, ALL - 6, 3 * ALL // WEEK):
            locks[start : start + random.integers(2, 5)] += random.uniform(1, 4)
    elif family == "reports":  # two a day, half an hour to two hours, of one to three sessions
        for start in random.integers(0, ALL - 30, 2 * ALL // DAY):
            work[start : start + random.integers(6, 25)] += random.integers(1, 4)
    return work + locks, locks


def _time(bucket: int) -> datetime:
    return BEGIN + timedelta(seconds=bucket * BUCKET_SECONDS)


def _add(series: SessionSeries, active: Values, locks: Values, start: int, end: int) -> None:
    samples = 300 * (end - start)
    waiting, working = (round(float(one[start:end].sum()) * samples / (end - start)) for one in (locks, active - locks))
    series.add(Sampled(Period(_time(start), _time(end)), samples, {"CPU": working, LOCK: waiting}))


def told(active: Values, locks: Values) -> list[tuple[int, str]]:
    """What is told anew within the fifth week: bucket of that week, and kind."""
    series, held, before, found = SessionSeries(), dict[Line, Held](), set[SessionsOf](), list[tuple[int, str]]()
    fine = LEARN - 9 * DAY
    for start in range(0, fine, 12):
        _add(series, active, locks, start, start + 12)
    for bucket in range(fine, ALL):
        _add(series, active, locks, bucket, bucket + 1)
        if bucket < LEARN or (bucket + 1) % EVERY:
            continue
        shifts, held = judge_sessions(series, _time(bucket + 1), (), held)
        section = Regressions(_time(bucket + 1), 1, 0, (), None, shifts)
        now = {kind for kind, floors in FLOORS if weighing.told(section, kind, floors) is not None}
        found += [(bucket + 1 - LEARN, str(kind)) for kind in sorted(now - before)]
        before = now
    return found


def _storms(active: Values, locks: Values, sessions: float) -> list[int | None]:
    """Minutes until each storm was told; None: not within two hours."""
    begins = range(72, WEEK - STORM - 36, APART)
    active, locks = active.copy(), locks.copy()
    for begin in begins:
        for values in (active, locks):
            values[LEARN + begin : LEARN + begin + STORM] += sessions
    hits = [at for at, kind in told(active, locks) if kind == SessionsOf.LOCKS]
    first = [[at - begin for at in hits if 0 <= at - begin <= STORM] for begin in begins]
    return [5 * min(one) if one else None for one in first]


def _family(family: str, seeds: list[int]) -> dict[str, Any]:
    weeks = [made(family, seed) for seed in seeds]
    false = [told(*week) for week in weeks]
    row: dict[str, Any] = {"seeds": seeds, "false": [len(one) for one in false], "told": false}
    for sessions in STORMS:
        minutes = [one for week in weeks for one in _storms(*week, sessions)]
        found = [one for one in minutes if one is not None]
        row[f"storm_of_{sessions:g}"] = {
            "storms": len(minutes),
            "found_within_2_h": len(found) / len(minutes),
            "median_minutes": float(np.median(found)) if found else None,
        }
    return row


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11])
    parser.add_argument("--into", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    result: dict[str, Any] = {"machine": platform.platform(), "python": sys.version, "families": {}}
    for family in FAMILIES:
        row = _family(family, arguments.seeds)
        found = " ".join(f"{one:g}: {row[f'storm_of_{one:g}']['found_within_2_h']:.0%}" for one in STORMS)
        print(f"  {family:8} {row['false']} false; storms found {found}", flush=True)
        result["families"][family] = row
        result["made"] = datetime.now(UTC).isoformat(timespec="seconds")
        arguments.into.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
