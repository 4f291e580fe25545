"""Changes that were seen in the catalogue or the settings, and what each did to the statements concerned. Made by `effects`, kept by the ledger."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tunewright_analyzers.facts.ids import CheckId, RecommendationId, StatementId
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Period, Section


class What(StrEnum):
    """The kind of a change."""

    INDEX_CREATED = "index created"
    INDEX_DROPPED = "index dropped"
    SETTING = "setting changed"
    TABLE_OPTIONS = "table options changed"
    RESOURCE = "resource changed"
    """Of the cloud: a cluster, an instance, a parameter group, …"""


@dataclass(frozen=True, slots=True)
class Change:
    """One change. It lies between `after` (the last reading without it) and `at` (the first with it).

    `object` is canonical and without names that people choose: `public.orders(status)`, `work_mem`, `work_mem of role app`.
    `undo` are the statements that take it back, `redo` those that make it again; empty where they cannot be given (`caution` then
    says why). `before` and `now` are values of settings that hold no text of the user's.
    """

    id: str
    what: What
    name: str
    object: str
    database: str | None
    table: RelationName | None
    after: datetime
    at: datetime
    undo: tuple[str, ...] = ()
    redo: tuple[str, ...] = ()
    caution: str | None = None
    before: str | None = None
    now: str | None = None

    def __str__(self) -> str:
        values = (
            f" from {self.before or 'its default'} to {self.now or 'its default'}" if self.before or self.now else ""
        )
        named = f" ({self.object})" if self.what in {What.INDEX_CREATED, What.INDEX_DROPPED} else ""
        where = f" in {self.database}" if self.database else ""
        return f"{self.what}: {self.name}{named}{where}{values}"


class Outcome(StrEnum):
    """What a change did."""

    MEASURING = "being measured"
    HELPED = "helped"
    UNCHANGED = "no difference"
    HURT = "hurt"
    UNDECIDED = "could not be decided"


@dataclass(frozen=True, slots=True)
class StatementEffect:
    """One statement before and after: `ratio` of its time a call after to before, with the bounds of a 95 % interval.

    `probability` is that of such a difference by chance (two-sided Mann-Whitney on the means of hours); `differs` says that it is
    beyond chance, for all statements that were compared together, and large enough to matter.
    """

    statement: StatementId
    kind: str
    before_seconds: float
    after_seconds: float
    before_calls: int
    after_calls: int
    hours: int
    ratio: float
    low: float
    high: float
    probability: float
    differs: bool
    saved_seconds_a_day: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change did, as measured at one time. `because` says it in a sentence; `saved_seconds_a_day` is below zero where it cost time.

    `promised` and `measured` are ratios after to before: of the recommendation's metric, and of the time of the statements it named.
    `kept` says whether the promise was; None where none was made, or nothing can be said. `undone_at`: it was taken back then.
    """

    change: Change
    outcome: Outcome
    because: str
    measured_at: datetime
    recommendation: RecommendationId | None = None
    check: CheckId | None = None
    statements: tuple[StatementEffect, ...] = ()
    before: Period | None = None
    after: Period | None = None
    method: str = ""
    saved_seconds_a_day: float = 0.0
    promised: float | None = None
    promised_metric: str = ""
    measured: float | None = None
    kept: bool | None = None
    alongside: tuple[str, ...] = ()
    undone_at: datetime | None = None
    is_final: bool = False
    saved_dollars_a_month: float | None = None
    """Of a cloud's resource, by list prices; below zero where it costs more; None where no price is known or nothing is paid for it."""


@dataclass(frozen=True, slots=True)
class Effects(Section):
    """The newest measurement of each change that is still followed or was made lately, oldest change first."""

    name: ClassVar[str] = "effects"
    rows: tuple[Effect, ...]
