"""How much memory the server has, and how much of it sorts and hashes may take. In comes a Window; called by the memory rules."""

import math
from dataclasses import dataclass

from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour, Window

_BLOCK = 8192
_AURORA_DIVISOR, _AURORA_OFFSET = 12038, 50003
"""Aurora's default: shared_buffers = SUM(DBInstanceClassMemory/12038, -50003) blocks of 8 kB."""
_RDS_DIVISOR = 32768
"""RDS's default: shared_buffers = DBInstanceClassMemory/32768 blocks of 8 kB."""
RESERVED_RATIO = 0.25
"""Of the memory beside shared_buffers that is left to the operating system's cache and the connections themselves."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, and how they are known."""

    size_bytes: int
    source: str


def memory_of(window: Window) -> Memory | None:
    """The machine's own word where the agent runs on it; on RDS and Aurora what shared_buffers, by AWS's formula, tells. Else None."""
    host = window.section(Host)
    if host is not None and host.is_database_host:
        return Memory(host.memory_bytes, "the machine")
    settings = window.section(Settings)
    if settings is None or window.latest.flavour is Flavour.SELF_MANAGED:
        return None
    pages = settings.number("shared_buffers") / _BLOCK
    if pages <= 0:
        return None
    if window.latest.flavour is Flavour.AURORA:
        return Memory(
            round((pages + _AURORA_OFFSET) * _AURORA_DIVISOR), "AWS's formula for shared_buffers, solved for the memory"
        )
    return Memory(round(pages * _RDS_DIVISOR), "AWS's formula for shared_buffers, solved for the memory")


def room_for_sorts(window: Window) -> int | None:
    """Bytes that all sorts and hashes together may take: the memory beside shared_buffers, less the reserve. None where memory is unknown."""
    memory, settings = memory_of(window), window.section(Settings)
    if memory is None or settings is None:
        return None
    beside = memory.size_bytes - settings.number("shared_buffers")
    return max(0, int(beside * (1 - RESERVED_RATIO)))


def concurrent(window: Window, role: str | None = None) -> int:
    """Sessions active at the same time at the busiest moment of the window, at least 1: all, or the role's share of them.

    A role's share is its share of the samples, rounded up, so that it is never taken for less than one session. Without samples: 1.
    """
    load = window.section(ActiveSessions)
    if load is None:
        return 1
    if role is None:
        return max(1, load.peak_active)
    every = sum(row.samples for row in load.rows)
    own = sum(row.samples for row in load.rows if row.user == role)
    return max(1, math.ceil(load.peak_active * own / every)) if every else max(1, load.peak_active)
