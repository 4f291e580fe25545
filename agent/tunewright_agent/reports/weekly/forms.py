"""A Report as JSON and as Markdown. Text in Markdown is escaped so that nothing of it acts: no link, no markup, no HTML.

The JSON is public: renaming a key needs a changelog entry. Numbers stand in base units; what JSON cannot hold becomes text.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

from tunewright_agent.reports.views import moment, span
from tunewright_agent.reports.visible import visible, visible_lines
from tunewright_agent.reports.weekly.document import (
    AreaScore,
    Block,
    Cell,
    Chart,
    ClusterReport,
    Items,
    Number,
    Part,
    Report,
    Series,
    Sql,
    Table,
    Text,
)
from tunewright_analyzers.facts.snapshot import Period

FORMAT = 1
_ACTING = re.compile(r"([\\`*_{}\[\]<>|~#!&])")


def _plain(value: float | int | None) -> float | int | str | None:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _cell_shape(one: Cell) -> Any:
    return {"value": _plain(one.value), "unit": one.unit} if isinstance(one, Number) else one


def _period_shape(one: Period) -> dict[str, str]:
    return {"start": one.start.isoformat(), "end": one.end.isoformat()}


def _block_shape(one: Block) -> dict[str, Any]:
    match one:
        case Text(text):
            return {"kind": "text", "text": text}
        case Items(items):
            return {"kind": "items", "items": list(items)}
        case Sql(label, statements):
            return {"kind": "sql", "label": label, "statements": list(statements)}
        case Table(caption, heads, rows, left_out):
            cells = [[_cell_shape(cell) for cell in row] for row in rows]
            return {"kind": "table", "caption": caption, "heads": list(heads), "rows": cells, "left_out": left_out}
        case Chart():
            return {
                "kind": "chart",
                "title": one.title,
                "unit": one.unit,
                "period": _period_shape(one.period),
                "words": one.words,
                "series": [_series_shape(each) for each in one.series],
            }


def _series_shape(one: Series) -> dict[str, Any]:
    return {"name": one.name, "points": [[at.isoformat(), _plain(value)] for at, value in one.points]}


def _part_shape(one: Part) -> dict[str, Any]:
    blocks = [_block_shape(each) for each in one.blocks]
    return {"id": one.id, "title": one.title, "window": one.window, "source": one.source, "blocks": blocks}


def _area_shape(one: AreaScore) -> dict[str, Any]:
    return {
        "area": one.area,
        "health": one.score,
        "before": one.before,
        "made_of": one.made_of,
        "judged": one.judged,
        "blind": one.blind,
    }


def report_shape(report: Report) -> dict[str, Any]:
    """The document."""
    return {
        "format": FORMAT,
        "title": report.title,
        "generated_at": report.generated_at.isoformat(),
        "period": _period_shape(report.period),
        "fleet": _part_shape(report.fleet) if report.fleet is not None else None,
        "clusters": [
            {
                "name": one.name,
                "health": one.score,
                "health_before": one.before,
                "areas": [_area_shape(each) for each in one.areas],
                "summary": list(one.summary),
                "parts": [_part_shape(each) for each in one.parts],
            }
            for one in report.clusters
        ],
        "left_out": list(report.left_out),
    }


def escaped(text: object) -> str:
    """On one line, with nothing in it that Markdown would obey; an address is no link."""
    shown = _ACTING.sub(r"\\\1", visible(text))
    return re.sub(r"(?i)\b(https?|ftp|mailto|www)([:.])", r"\1\\\2", shown)


def _fence(statements: tuple[str, ...]) -> Iterator[str]:
    for one in statements:
        text = visible_lines(one)
        marks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        yield from (f"{marks}sql", text, marks, "")


def _block_lines(one: Block) -> Iterator[str]:
    match one:
        case Text(text):
            yield from (escaped(text), "")
        case Items(items):
            yield from (f"- {escaped(each)}" for each in items)
            yield ""
        case Sql(label, statements):
            yield from (f"{escaped(label)}:", "")
            yield from _fence(statements)
        case Table(caption, heads, rows, left_out):
            yield from (f"*{escaped(caption)}*", "")
            yield f"| {' | '.join(escaped(head) for head in heads)} |"
            yield f"|{' --- |' * len(heads)}"
            for row in rows:
                yield f"| {' | '.join(escaped(cell) for cell in row)} |"
            yield ""
            if left_out:
                yield from (f"{left_out:,} more.", "")
        case Chart():
            yield from (f"{escaped(one.title)}: {escaped(one.words)}.", "")


def _part_lines(one: Part, level: int) -> Iterator[str]:
    yield from (f"{'#' * level} {escaped(one.title)}", "", f"{escaped(one.window)}; from {escaped(one.source)}", "")
    for block in one.blocks:
        yield from _block_lines(block)


def _cluster_lines(one: ClusterReport) -> Iterator[str]:
    score = "not judged" if one.score is None else f"{one.score} of 100"
    before = f" (a week before {one.before})" if one.before is not None else ""
    yield from (f"## {escaped(one.name)}: health {score}{before}", "")
    for part in one.parts:
        yield from _part_lines(part, 3)


def markdown(report: Report) -> str:
    """The whole report as Markdown."""
    lines = [
        f"# Tunewright report: {escaped(report.title)}",
        "",
        f"{span(report.period)}; made {moment(report.generated_at)}",
        "",
    ]
    if report.fleet is not None:
        lines += _part_lines(report.fleet, 2)
    for one in report.clusters:
        lines += _cluster_lines(one)
    if report.left_out:
        lines += [f"In the table of the fleet only: {escaped(', '.join(report.left_out))}.", ""]
    return "\n".join(lines).rstrip("\n") + "\n"
