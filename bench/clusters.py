"""Whole clusters of made statements through the judge and the checks, as the daemon runs them: part of bench/regressions.py.

A week each. Quiet: 20 plans flip and 3 settings change without any effect; whatever is told is false.
Slowed: every 12 hours one statement that carries at least 5 % of the load
is made slower for six hours, none more often than twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from seasonal import WEEK, WEEKS, Replay, Synthetic, statement, time_of
from tunewright_analyzers.check import discover, run
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.open_shifts import Held
from tunewright_analyzers.facts.regressions import Regressions
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Snapshot, Window
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.regressions import context
from tunewright_analyzers.regressions.judge import Judged, judge

WITHIN = 24
"""Buckets: two hours."""
QUIET_EVERY, SLOWED_EVERY = 6, 3
"""Buckets between passes (the daemon: one). The judge looks at the whole last day each time, so that rarer passes miss no opening."""
FIRST = WEEK * (WEEKS - 1)
FOLLOWED, HEAVY = 0.005, 0.05
"""Statements that never carry so much for an hour pass no floor: where something changed, and else; the latter may be slowed. What never
can be told is not followed, and only counts in the cluster's load.
"""
FLIPS, SETTINGS = 20, 3
TWICE = 2
"""Times that one statement is slowed: one that is slow half of the week has no usual latency in it."""
CHECKS = tuple(one for one in discover() if one.group == "regressions")
STRENGTHS = (0.0, 3.0, 4.5, 6.0, float("inf"))


@dataclass(frozen=True, slots=True)
class Slowed:
    """A statement that was made slower; `strength` is its z after two hours (seasonal.py)."""

    bucket: int
    number: int
    share: float
    strength: float


@dataclass(frozen=True, slots=True)
class _Light:
    """All that any floor may let through, and the buckets in which light ones among them may be told: about changed settings."""

    followed: list[int]
    when: frozenset[int]


def _about(events: list[Event]) -> frozenset[int]:
    """What began at a change is found within half a day, or never."""
    at = [round((one.at - time_of(0)) / timedelta(minutes=5)) for one in events if one.kind == "setting_changed"]
    return frozenset(bucket for one in at for bucket in range(one - 12, one + 144))


def quiet(data: Synthetic, seed: int) -> dict[str, Any]:
    """A week in which nothing became slower."""
    random = np.random.default_rng(seed + 2000)
    seconds = np.exp(data.latency) * data.calls
    share = _hourly_share(seconds)
    flipped = [int(one) for one in random.integers(0, seconds.shape[1], FLIPS)]
    events = [_flip(one, int(random.integers(FIRST, FIRST + WEEK))) for one in flipped]
    events += [
        Event(time_of(int(at)), "setting_changed", "work_mem") for at in random.integers(FIRST, FIRST + WEEK, SETTINGS)
    ]
    heavy = sorted({*np.flatnonzero(share >= HEAVY).tolist(), *flipped})
    light = _Light(sorted({*np.flatnonzero(share >= FOLLOWED).tolist(), *flipped}), _about(events))
    told = list(_told(seconds, data.calls, heavy, events, QUIET_EVERY, light))
    return {
        "heavy_statements": int((share >= HEAVY).sum()),
        "incidents": len(told),
        "of": [f"{time_of(bucket):%a %H:%M} {one.summary}" for bucket, one in told],
    }


def slowed(data: Synthetic, seed: int, factor: float) -> dict[str, Any]:
    """A week in which heavy statements became slower, one after another."""
    random = np.random.default_rng(seed + 3000)
    seconds = np.exp(data.latency) * data.calls
    shifts = _slow(data, seconds, random, factor)
    followed = np.flatnonzero(_hourly_share(seconds) >= HEAVY).tolist()
    told = list(_told(seconds, data.calls, followed, [], SLOWED_EVERY))
    rows = []
    for one in shifts:
        hits = [at - one.bucket for at, finding in told if 0 <= at - one.bucket <= WITHIN and _names(finding, one)]
        rows.append(
            {
                "share": round(one.share, 3),
                "sigma": round(float(data.sigma[one.number]), 3),
                "correlation": round(float(data.correlation[one.number]), 2),
                "strength": round(one.strength, 1),
                "minutes": 5 * min(hits) if hits else None,
            }
        )
    return {"shifts": rows, "incidents": len(told)}


def _slow(data: Synthetic, seconds: Any, random: np.random.Generator, factor: float) -> list[Slowed]:
    found = []
    for start in range(FIRST + 72, FIRST + WEEK - 72, 144):
        share = seconds[start : start + WITHIN].sum(axis=0) / seconds[start : start + WITHIN].sum()
        heavy = [
            one for one in np.flatnonzero(share >= HEAVY).tolist() if [row.number for row in found].count(one) < TWICE
        ]
        if heavy:
            which = int(random.choice(heavy))
            seconds[start : start + 72, which] *= factor
            found.append(Slowed(start, which, float(share[which]), data.strength(which, start, WITHIN, factor)))
    return found


def by_strength(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How many of the shifts were found, by how far they stand out of their own noise."""
    found = []
    for least, most in pairwise(STRENGTHS):
        mine = [row for row in rows if least <= row["strength"] < most]
        hits = sum(row["minutes"] is not None for row in mine)
        found.append({"strength_from": least, "shifts": len(mine), "found": hits})
    return found


def _hourly_share(seconds: Any) -> Any:
    """The highest share of the load that each carries over an hour of the judged week."""
    hours = seconds[FIRST:].reshape(WEEK // 12, 12, -1).sum(axis=1)
    return (hours / hours.sum(axis=1, keepdims=True)).max(axis=0)


def _names(finding: Finding, one: Slowed) -> bool:
    return statement(one.number) in " ".join([finding.subject.name, *(line.label for line in finding.evidence)])


def _told(
    seconds: Any, calls: Any, followed: list[int], events: list[Event], every: int, light: _Light | None = None
) -> Iterator[tuple[int, Finding]]:
    """Findings as they begin."""
    before: set[str] = set()
    for bucket, judged in judgements(seconds, calls, followed, range(FIRST, FIRST + WEEK, every), light):
        findings = _findings(judged, events, time_of(bucket))
        yield from ((bucket, one) for one in findings if one.id not in before)
        before = {one.id for one in findings}


def judgements(
    seconds: Any, calls: Any, followed: list[int], at: range, light: _Light | None = None
) -> Iterator[tuple[int, Judged]]:
    """The judge at these buckets, as the daemon calls it."""
    replay = Replay(seconds, calls, followed)
    with_light = Replay(seconds, calls, light.followed) if light else None
    held: dict[Any, Held] = {}
    for bucket in at:
        now = with_light if with_light and light and bucket in light.when else replay
        judged = judge(now.upto(bucket), time_of(bucket), held=held)
        held = dict(judged.held)
        yield bucket, judged


def _flip(number: int, bucket: int) -> Event:
    return Event(
        time_of(bucket), "plan_changed", f"statement {statement(number)} in shop", f"{'a' * 16} -> {'b' * 16} (twin)"
    )


def _findings(judged: Judged, events: list[Event], at: datetime) -> list[Finding]:
    shifts = tuple(
        replace(one, changes=context.around(events, one), flip=context.flip(events, one, ())) for one in judged.shifts
    )
    section = Regressions(at, judged.statements, judged.learning, shifts, judged.load)
    snapshot = Snapshot(
        ClusterId("shop"), InstanceId("db1"), Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, at, (section,)
    )
    window = Window(ClusterId("shop"), at, at, snapshot)
    return [one for check in CHECKS for one in run(check, window) if isinstance(one, Finding)]
