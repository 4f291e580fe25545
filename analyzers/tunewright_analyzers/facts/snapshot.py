"""A Snapshot is what the sources read of one instance at one time; a Window is what the checks judge.

Sources write Sections; a source that failed leaves a Gap, never an empty list. Checks ask a Window for a Section by its
class and are only run when every Section they need is there.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeVar

from tunewright_analyzers.facts.ids import ClusterId, InstanceId


class Engine(StrEnum):
    """The database engines, by the name users know them."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MARIADB = "mariadb"


class Flavour(StrEnum):
    """Who runs the server: it decides which settings and functions exist and which are the user's to change."""

    SELF_MANAGED = "self-managed"
    RDS = "rds"
    AURORA = "aurora"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both UTC. For counters: the time in which they were counted."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Length in seconds, never below one microsecond, so that a rate can always be computed."""
        return max((self.end - self.start).total_seconds(), 1e-6)

    @property
    def length(self) -> timedelta:
        """Length as a timedelta."""
        return self.end - self.start


class View(StrEnum):
    """From where a target is seen. A snapshot has one view, and only the checks of that view judge it."""

    ENGINE = "engine"
    """From inside: one server, through its own catalogue and statistics."""
    CLOUD = "cloud"
    """From outside: one cluster with all its members (or one stand-alone instance), as the cloud's API tells it."""


class Section:
    """Base of all facts that one source contributes to a Snapshot. Subclasses are frozen, slotted dataclasses."""

    __slots__ = ()
    name: ClassVar[str]
    """The key of the section in a saved snapshot, and in 'not judged, because …' messages."""
    mend: ClassVar[str | None] = None
    """What to set where no source for it is switched on at all; None: nothing need be set."""
    view: ClassVar[View] = View.ENGINE
    """Which kind of target it is read from."""


SectionT = TypeVar("SectionT", bound=Section)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a source could not read, why, and the exact statement or action that mends it.

    `source` is the source's name; `database` is set where only one database is concerned (the section may still hold
    the others). `reason` never holds a literal of the user's SQL or a secret.
    """

    source: str
    reason: str
    since: datetime
    mend: str | None = None
    database: str | None = None
    sections: tuple[str, ...] = ()
    """Names of the Sections that are missing or incomplete because of this."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that was read of one instance.

    `version` is the engine's number as it orders releases (PostgreSQL: server_version_num, as in 150018; 0 in the cloud's view,
    where each member has its own). In the cloud's view `instance` is the cluster's (or stand-alone instance's) identifier there.
    """

    cluster: ClusterId
    instance: InstanceId
    engine: Engine
    version: int
    flavour: Flavour
    taken_at: datetime
    sections: tuple[Section, ...] = ()
    gaps: tuple[Gap, ...] = ()
    view: View = View.ENGINE

    def section(self, kind: type[SectionT]) -> SectionT | None:
        """The section of that class, or None where it was not read (a Gap then says why)."""
        for section in self.sections:
            if isinstance(section, kind):
                return section
        return None

    @property
    def major(self) -> int:
        """Major release: 15 for 150018, 8 for MySQL's 80045."""
        return self.version // 10000


@dataclass(frozen=True, slots=True)
class Window:
    """What a check sees: `latest` state, `deltas` of counters between `start` and `end`, and a `baseline` to compare.

    Without an earlier snapshot the deltas are what the server itself counted since its last reset; the Period of each
    section says so.
    """

    cluster: ClusterId
    start: datetime
    end: datetime
    latest: Snapshot
    deltas: tuple[Section, ...] = ()
    baseline: "Window | None" = None
    gaps: tuple[Gap, ...] = field(default=())

    def section(self, kind: type[SectionT]) -> SectionT | None:
        """The section of that class: its delta over the window where it counts, else the latest state; or None."""
        for section in self.deltas:
            if isinstance(section, kind):
                return section
        return self.latest.section(kind)

    def whole(self, kind: type[SectionT]) -> SectionT:
        """The section as the server counted it since its reset, for checks that ask for more time than the window has.

        Raises LookupError where the check did not declare that it needs it.
        """
        return self.latest.section(kind) or self.need(kind)

    def need(self, kind: type[SectionT]) -> SectionT:
        """As `section`, for a check that declared the need: raises LookupError where the section is missing."""
        found = self.section(kind)
        if found is None:
            raise LookupError(f"the check reads {kind.name} without having declared that it needs it")
        return found

    def holds(self, at: datetime) -> bool:
        """Whether something of that time lies in it. A window without a length stands for all that the server has counted."""
        return self.start >= self.end or at >= self.start

    def gaps_of(self, kind: type[Section]) -> tuple[Gap, ...]:
        """Gaps of the latest snapshot (and of the window) that concern that section, whole or in part."""
        return tuple(gap for gap in (*self.latest.gaps, *self.gaps) if kind.name in gap.sections)
