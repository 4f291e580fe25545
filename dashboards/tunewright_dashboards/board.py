"""What a board says of itself, without a word of Grafana's: rows of panels, each with a title, a description, a unit and its queries.

Written by boards/*.py, read by frame.py. Queries name raw metrics only, so that the boards work where no recording rule is loaded.
"""

from dataclasses import dataclass
from enum import StrEnum

SERVER = 'cluster=~"$cluster",server=~"$instance"'
"""Selects the servers that the variables name. (The label is `server`: Prometheus sets `instance` to the daemon's own address.)"""
DATABASE = f'{SERVER},database=~"$database"'
STATEMENT = f'{DATABASE},statement="$statement"'
RATE = "$__rate_interval"


class Kind(StrEnum):
    """How a panel shows its data."""

    LINES = "lines"
    STACK = "stack"
    STAT = "stat"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Query:
    """One expression. `legend` names its series; in a table it is the column's title, and `unit` the column's unit."""

    expr: str
    legend: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `warn` and `bad` colour values from there on (below them where `falling`).

    `labels`: a table's columns that come from labels, with their titles; `link`: the board that a row leads to, keeping time and variables.
    `empty`: why it may have no data on a sound, quiet server; None where it must have some.
    """

    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    kind: Kind = Kind.LINES
    warn: float | None = None
    bad: float | None = None
    falling: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] | None = None
    """(label whose cell is the link, uid of the board)."""
    sort: str | None = None
    """The column by which a table is sorted at first, the greatest above."""
    width: int = 12
    height: int = 8
    most: float | None = None
    """The top of the axis, where there is one (1 for a ratio)."""
    empty: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading; `folded` rows are loaded when somebody opens them."""

    title: str
    panels: tuple[Panel, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard: one question, answered from top to bottom. `with_statement` adds the variable that chooses a statement."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    with_statement: bool = False


def stat(
    title: str, description: str, unit: str, expr: str, *, warn: float | None = None, bad: float | None = None,
    falling: bool = False, empty: str | None = None,
) -> Panel:  # fmt: skip
    """One number in the top row; its query must give one series."""
    return Panel(
        title, description, unit, (Query(expr, title),), Kind.STAT, warn, bad, falling, width=3, height=4, empty=empty
    )
