"""Who waits for whose metadata lock. Pure: rows of metadata_locks in, pairs of connection ids out. Used by the sources activity and locks.

A pending lock waits for the granted ones that it conflicts with, and where there is none, for the pending ones that stand before it: a SELECT
behind an ALTER TABLE that waits for a long transaction. The conflicts are those of MySQL's mdl.cc, table of granted and waiting locks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WRITES = frozenset({"SHARED_WRITE", "SHARED_WRITE_LOW_PRIO"})
_STRONG = frozenset({"SHARED_NO_READ_WRITE", "EXCLUSIVE"})
_SHARED = frozenset(
    {"SHARED", "SHARED_HIGH_PRIO", "SHARED_READ", "SHARED_UPGRADABLE", "SHARED_READ_ONLY", "SHARED_NO_WRITE"}
)
CONFLICTS: Mapping[str, frozenset[str]] = {
    "SHARED": frozenset({"EXCLUSIVE"}),
    "SHARED_HIGH_PRIO": frozenset({"EXCLUSIVE"}),
    "SHARED_READ": _STRONG,
    "SHARED_WRITE": _STRONG | {"SHARED_READ_ONLY", "SHARED_NO_WRITE"},
    "SHARED_WRITE_LOW_PRIO": _STRONG | {"SHARED_READ_ONLY", "SHARED_NO_WRITE"},
    "SHARED_UPGRADABLE": _STRONG | {"SHARED_UPGRADABLE", "SHARED_NO_WRITE"},
    "SHARED_READ_ONLY": _STRONG | _WRITES,
    "SHARED_NO_WRITE": _STRONG | _WRITES | {"SHARED_UPGRADABLE", "SHARED_NO_WRITE"},
    "SHARED_NO_READ_WRITE": _STRONG | _WRITES | (_SHARED - {"SHARED", "SHARED_HIGH_PRIO"}),
    "EXCLUSIVE": _STRONG | _WRITES | _SHARED,
}
"""By the lock asked for: those of others that it must wait for. A mode that is not here (global locks) waits for every other's."""


@dataclass(frozen=True, slots=True)
class MetadataLock:
    """One row: the object as (kind, schema, name), the mode, whether it is granted, and the connection that holds or wants it."""

    subject: tuple[str, str, str]
    mode: str
    granted: bool
    pid: int


def blockers(locks: Iterable[MetadataLock]) -> dict[int, tuple[int, ...]]:
    """By waiting connection: those it waits for."""
    by_subject: dict[tuple[str, str, str], list[MetadataLock]] = {}
    for lock in locks:
        by_subject.setdefault(lock.subject, []).append(lock)
    found: dict[int, set[int]] = {}
    for group in by_subject.values():
        for wanted in (one for one in group if not one.granted):
            others = [one for one in group if one.pid != wanted.pid and _conflict(wanted, one)]
            granted = {one.pid for one in others if one.granted}
            found.setdefault(wanted.pid, set()).update(granted or {one.pid for one in others})
    return {pid: tuple(sorted(whom)) for pid, whom in found.items() if whom}


def _conflict(wanted: MetadataLock, other: MetadataLock) -> bool:
    known = CONFLICTS.get(wanted.mode)
    return known is None or other.mode in known
