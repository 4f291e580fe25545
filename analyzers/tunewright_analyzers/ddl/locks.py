"""PostgreSQL's table locks: their order and what each holds up. Used by the other modules of this folder and by `tunewright preflight`.

The conflicts are those of the manual, chapter 13.3.1; tests/live/test_preflight.py compares what we say with pg_locks.
"""

from dataclasses import dataclass
from enum import StrEnum


class Lock(StrEnum):
    """Lock modes by their name in pg_locks, weakest first."""

    ACCESS_SHARE = "AccessShareLock"
    ROW_SHARE = "RowShareLock"
    ROW_EXCLUSIVE = "RowExclusiveLock"
    SHARE_UPDATE_EXCLUSIVE = "ShareUpdateExclusiveLock"
    SHARE = "ShareLock"
    SHARE_ROW_EXCLUSIVE = "ShareRowExclusiveLock"
    EXCLUSIVE = "ExclusiveLock"
    ACCESS_EXCLUSIVE = "AccessExclusiveLock"

    @property
    def rank(self) -> int:
        """0 for the weakest to 7 for the strongest."""
        return list(Lock).index(self)

    @property
    def sql(self) -> str:
        """`ACCESS EXCLUSIVE`."""
        return self.name.replace("_", " ")

    def conflicts(self, other: "Lock") -> bool:
        """Whether one session must wait for this lock while another holds `other`."""
        return other in _CONFLICTS[self]

    @property
    def blocks_reads(self) -> bool:
        """Whether SELECT must wait."""
        return self.conflicts(Lock.ACCESS_SHARE)

    @property
    def blocks_writes(self) -> bool:
        """Whether INSERT, UPDATE and DELETE must wait."""
        return self.conflicts(Lock.ROW_EXCLUSIVE)


_ALL = frozenset(Lock)
_CONFLICTS: dict[Lock, frozenset[Lock]] = {
    Lock.ACCESS_SHARE: frozenset({Lock.ACCESS_EXCLUSIVE}),
    Lock.ROW_SHARE: frozenset({Lock.EXCLUSIVE, Lock.ACCESS_EXCLUSIVE}),
    Lock.ROW_EXCLUSIVE: frozenset({Lock.SHARE, Lock.SHARE_ROW_EXCLUSIVE, Lock.EXCLUSIVE, Lock.ACCESS_EXCLUSIVE}),
    Lock.SHARE_UPDATE_EXCLUSIVE: _ALL - {Lock.ACCESS_SHARE, Lock.ROW_SHARE, Lock.ROW_EXCLUSIVE},
    Lock.SHARE: _ALL - {Lock.ACCESS_SHARE, Lock.ROW_SHARE, Lock.SHARE},
    Lock.SHARE_ROW_EXCLUSIVE: _ALL - {Lock.ACCESS_SHARE, Lock.ROW_SHARE},
    Lock.EXCLUSIVE: _ALL - {Lock.ACCESS_SHARE},
    Lock.ACCESS_EXCLUSIVE: _ALL,
}


class Work(StrEnum):
    """What is done while the lock is held, lightest first."""

    CATALOGUE = "catalogue"
    """Only the catalogue is changed: milliseconds."""
    SCAN = "scan"
    """The table is read whole."""
    BUILD = "build"
    """The table is read whole and an index is written."""
    REWRITE = "rewrite"
    """The table is written anew, and all of its indexes."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one part of a statement does to one relation. `table` is the name as written, unquoted; `schema` None where none was.

    `why` is one sentence; `is_index`: the name is that of an index, whose table is meant.
    """

    schema: str | None
    table: str
    lock: Lock
    work: Work
    why: str
    is_index: bool = False
    column: str | None = None
    new_type: str | None = None
    """Set where a column gets another type without a USING of its own: whether rows must be written anew depends on the old type."""

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}" if self.schema else self.table
