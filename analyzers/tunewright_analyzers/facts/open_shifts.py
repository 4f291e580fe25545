"""What the pass `regressions` has to know of its last judgement: the shifts that were open. Kept in the history, so that a restart, or
another agent that takes the cluster over, goes on with them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Section

Line = tuple[str, StatementId] | str | None
"""What has a baseline: a statement in a database, sessions of a kind, or (None) the load of all statements."""


@dataclass(frozen=True, slots=True)
class Held:
    """A shift that the pass before found, lest a shift make itself usual: since when it is, and when it opened.

    `usual` is a log, kept where only hours are known; `score` and `limit` are those it opened with.
    """

    since: datetime
    opened: datetime
    usual: float
    score: float
    limit: float
    p_value: float | None = None
    peak_ratio: float = 0.0
    """Of the load of all: the highest that it has been against its usual."""


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A line that is open; `marked`: it weighs, and an event says so already."""

    line: Line
    held: Held
    marked: bool = False


@dataclass(frozen=True, slots=True)
class OpenShifts(Section):
    """All that were open as of `judged_at`."""

    name: ClassVar[str] = "open_shifts"
    judged_at: datetime
    rows: tuple[OpenShift, ...]
