"""Long work on tables that was seen under way: index builds and vacuums, how fast they went, how often a vacuum read the indexes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Period, Section


class JobKind(StrEnum):
    """What is under way."""

    INDEX_BUILD = "index build"
    VACUUM = "vacuum"


@dataclass(frozen=True, slots=True)
class Job:
    """All jobs of one kind and command on one table: counters over the Period of the Section.

    Of index builds that were seen from their beginning to their end: `runs`, their `seconds` without waits for other transactions, and the
    `heap_bytes` of their tables. `scanned_bytes` of heap were seen read in `scanned_seconds`, of unfinished jobs too. `index_passes`: times that
    vacuums went through the indexes; `repeated_runs`: vacuums that did so more than once.
    """

    kind: JobKind
    table: RelationName
    command: str
    """`CREATE INDEX CONCURRENTLY`, `REINDEX`, …; `VACUUM` or `autovacuum`."""
    runs: int = 0
    seconds: float = 0.0
    heap_bytes: int = 0
    scanned_bytes: int = 0
    scanned_seconds: float = 0.0
    index_passes: int = 0
    repeated_runs: int = 0


@dataclass(frozen=True, slots=True)
class Progress(Section):
    """Counted since the agent's start (`period.start`); another start counts anew. Jobs shorter than `interval_seconds` may go unseen."""

    name: ClassVar[str] = "progress"
    period: Period
    rows: tuple[Job, ...]
    interval_seconds: float
