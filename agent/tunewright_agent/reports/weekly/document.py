"""What a report is made of: parts with blocks, the same for every form in which it is shown.

A Part says over what time its numbers are and where they were read; a block that differs says so in its caption.
"""

from dataclasses import dataclass
from datetime import datetime

from tunewright_agent.reports.quantities import quantity
from tunewright_analyzers.facts.snapshot import Period


@dataclass(frozen=True, slots=True)
class Number:
    """A number in base units; None: not known."""

    value: float | int | None
    unit: str = ""

    def __str__(self) -> str:
        return "not known" if self.value is None else quantity(self.value, self.unit)


Cell = str | Number


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sql:
    """Statements to run."""

    label: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads. `left_out` rows are not shown."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """One line or layer; `colour` is the class that paints it. A point whose value is None was not recorded."""

    name: str
    colour: str
    points: tuple[tuple[datetime, float | None], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Series over the time of `period`; stacked where `is_stacked`. `words` says in a sentence what one sees."""

    title: str
    unit: str
    period: Period
    series: tuple[Series, ...]
    words: str
    is_stacked: bool = False


Block = Text | Items | Sql | Table | Chart


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the report: its blocks, the time that its numbers are of, and where they come from."""

    id: str
    title: str
    window: str
    source: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class AreaScore:
    """Health of one area, 0 to 100; None where no check of it could look. `made_of` says how; `before` is the score a span earlier."""

    area: str
    score: int | None
    before: int | None
    made_of: str
    judged: int
    blind: int


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """One server: its name, its scores, its parts."""

    name: str
    score: int | None
    before: int | None
    areas: tuple[AreaScore, ...]
    summary: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. `fleet` compares the clusters where there are several."""

    title: str
    generated_at: datetime
    period: Period
    fleet: Part | None
    clusters: tuple[ClusterReport, ...]
    left_out: tuple[str, ...] = ()
    """Clusters that stand in the fleet's table alone, for want of room."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows a table may have, and how many clusters are told in full."""

    rows: int = 20
    clusters: int = 60

    def halved(self) -> "Limits":
        """Half of both, at least 3 rows and 1 cluster."""
        return Limits(max(3, self.rows // 2), max(1, self.clusters // 2))
