"""Charts as the paths of an SVG: lines, or layers upon each other. Chart in, coordinates out; the template draws them. Pure.

No colour is said here (classes are), and no more points than pixels: what is left out is told by the words of the Chart and stands in the JSON.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_agent.reports.quantities import quantity
from tunewright_agent.reports.weekly.document import Chart, Series

WIDTH, HEIGHT = 720, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 8, 8, 24
_MOST_POINTS = 360
_MOST_DAYS = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """One line or layer: its class, its name, its path."""

    colour: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """All of a chart. `grid` is one path."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    grid: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    is_stacked: bool


def _step(most: float) -> float:
    """A round number that goes into `most` two to four times."""
    if most <= 0 or not math.isfinite(most):
        return 1.0
    size = 10.0 ** math.floor(math.log10(most / 2))
    return next(size * one for one in (1, 2, 2.5, 5, 10) if most / (size * one) <= 4)


def _thinned(series: Series) -> tuple[tuple[datetime, float | None], ...]:
    step = max(1, -(-len(series.points) // _MOST_POINTS))
    return series.points[::step]


def _layers(chart: Chart) -> list[tuple[Series, list[tuple[datetime, float | None, float]]]]:
    """(series, (time, top, bottom) of each point); a stacked point rests on the layers before it."""
    floor: dict[datetime, float] = {}
    found = []
    for series in chart.series:
        rows: list[tuple[datetime, float | None, float]] = []
        for at, value in _thinned(series):
            bottom = floor.get(at, 0.0) if chart.is_stacked else 0.0
            known = value is not None and math.isfinite(value)
            rows.append((at, bottom + value if known and value is not None else None, bottom))
            if chart.is_stacked and known and value is not None:
                floor[at] = bottom + value
        found.append((series, rows))
    return found


def drawn(chart: Chart) -> Drawn:
    """The chart's coordinates."""
    layers = _layers(chart)
    most = max((top for _, rows in layers for _, top, _ in rows if top is not None), default=0.0)
    step = _step(most)
    high = max(step, math.ceil(most / step) * step)
    start, length = chart.period.start, max(chart.period.seconds, 1.0)

    def x(at: datetime) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (at - start).total_seconds() / length, 1)

    def y(value: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / high, 1)

    shapes = []
    for series, rows in layers:
        runs = _runs([(x(at), None if top is None else y(top), y(bottom)) for at, top, bottom in rows])
        path = "".join(_layer(run) if chart.is_stacked else _line(run) for run in runs)
        shapes.append(Shape(series.colour, series.name, path))
    ticks = [step * number for number in range(round(high / step) + 1)]
    up = tuple(Tick(_LEFT - 6, y(value) + 4, quantity(value, chart.unit)) for value in ticks)
    grid = "".join(f"M{_LEFT} {y(value)}H{WIDTH - _RIGHT}" for value in ticks)
    return Drawn(WIDTH, HEIGHT, tuple(shapes), grid, _days(chart, x), up, chart.is_stacked)


def _days(chart: Chart, x: Callable[[datetime], float]) -> tuple[Tick, ...]:
    first = chart.period.start.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [first + timedelta(days=number) for number in range(math.ceil(chart.period.seconds / 86400) + 1)]
    inside = [one for one in days if chart.period.start <= one < chart.period.end]
    step = max(1, -(-len(inside) // _MOST_DAYS))
    return tuple(Tick(x(one), HEIGHT - 7, f"{one:%a} {one.day}") for one in inside[::step])


Point = tuple[float, float, float]


def _runs(points: list[tuple[float, float | None, float]]) -> list[list[Point]]:
    """The stretches that were recorded."""
    runs: list[list[Point]] = [[]]
    for at, top, bottom in points:
        if top is None:
            runs.append([])
        else:
            runs[-1].append((at, top, bottom))
    return [run for run in runs if run]


def _line(run: list[Point]) -> str:
    first, *rest = run
    tail = "".join(f"L{at:g} {top:g}" for at, top, _ in rest) or "h1"
    return f"M{first[0]:g} {first[1]:g}{tail}"


def _layer(run: list[Point]) -> str:
    over = "L".join(f"{at:g} {top:g}" for at, top, _ in run)
    under = "L".join(f"{at:g} {bottom:g}" for at, _, bottom in reversed(run))
    return f"M{over}L{under}Z"
