"""Numbers of the charts: lengths of bars in per cent of the longest. The template draws them as SVG beside the text they stand for.

A chart here is a table whose rows carry a bar: it reads on a telephone, in a screen reader and on paper without a second version.
"""

import math
from dataclasses import dataclass

from tunewright_agent.reports.shapes import Measured, by_gain
from tunewright_analyzers.facts.sessions import ActiveSessions

WAITS = ("CPU", "IO", "Lock", "LWLock", "Client", "IPC")
"""Wait types with a colour of their own, in stacking order; the rest share one."""
MOST_ROWS = 30


def _length(value: float, longest: float) -> float:
    """Per cent of the longest bar, with a visible sliver for what is not zero; no bar for what is not a number."""
    if not (math.isfinite(value) and math.isfinite(longest)) or value <= 0 or longest <= 0:
        return 0.0
    return round(max(100 * (value / longest), 0.4), 2)


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One statement: seconds and bar lengths before and after."""

    id: str
    text: str | None
    before: float
    after: float
    before_length: float
    after_length: float


def before_after(measured: Measured) -> tuple[BeforeAfter, ...]:
    """The statements by gain, at most MOST_ROWS, all bars on one scale."""
    rows = by_gain(measured)[:MOST_ROWS]
    seconds = [each for one in rows for each in (one.before_seconds, one.after_seconds)]
    longest = max((each for each in seconds if math.isfinite(each)), default=0.0)
    return tuple(
        BeforeAfter(
            one.id,
            one.text,
            one.before_seconds,
            one.after_seconds,
            _length(one.before_seconds, longest),
            _length(one.after_seconds, longest),
        )
        for one in rows
    )


@dataclass(frozen=True, slots=True)
class LoadRow:
    """One wait event: average active sessions, its share of the load, its bar. `colour` is the class that paints it."""

    kind: str
    event: str
    sessions: float
    share: float
    length: float
    colour: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One wait type in the stacked bar: start and width in per cent of the whole load."""

    kind: str
    start: float
    width: float
    sessions: float
    colour: str


def colour_of(kind: str) -> str:
    """The class of a wait type."""
    return f"wait-{kind.lower()}" if kind in WAITS else "wait-other"


def _order(kind: str) -> tuple[int, str]:
    return (WAITS.index(kind) if kind in WAITS else len(WAITS), kind)


def load_segments(section: ActiveSessions) -> tuple[Segment, ...]:
    """The load by wait type, stacked from left to right, in a fixed order."""
    sums: dict[str, int] = {}
    for row in section.rows:
        sums[row.wait_type] = sums.get(row.wait_type, 0) + row.samples
    whole = sum(sums.values())
    segments, start = [], 0.0
    for kind in sorted(sums, key=_order):
        width = 100 * sums[kind] / whole if whole else 0.0
        segments.append(
            Segment(kind, round(start, 2), round(width, 2), sums[kind] / max(section.samples, 1), colour_of(kind))
        )
        start += width
    return tuple(segments)


def load_rows(section: ActiveSessions) -> tuple[LoadRow, ...]:
    """The load by wait event, the largest first, at most MOST_ROWS."""
    sums: dict[tuple[str, str], int] = {}
    for row in section.rows:
        key = (row.wait_type, row.wait_event)
        sums[key] = sums.get(key, 0) + row.samples
    whole, longest = sum(sums.values()), max(sums.values(), default=0)
    largest = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:MOST_ROWS]
    return tuple(
        LoadRow(
            kind,
            event,
            count / max(section.samples, 1),
            count / whole if whole else 0.0,
            _length(count, longest),
            colour_of(kind),
        )
        for (kind, event), count in largest
    )
