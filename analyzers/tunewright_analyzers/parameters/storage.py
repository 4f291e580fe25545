"""How fast the storage answers, by what the server itself measured. In comes a Window; called by the rules of planner costs and prefetching.

A short read may come from the operating system's cache as well as from flash: both make a random page cheap, so the advice is the same.
"""

from dataclasses import dataclass

from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Window


@dataclass(frozen=True, slots=True)
class ReadTime:
    """Blocks read over the window, and the mean seconds of one."""

    blocks: int
    mean_seconds: float


def read_time(window: Window) -> ReadTime | None:
    """None where track_io_timing is off, or nothing was read: then nothing is known of the storage."""
    settings, databases = window.section(Settings), window.section(Databases)
    if settings is None or databases is None or not settings.on("track_io_timing"):
        return None
    blocks = sum(row.blocks_read for row in databases.rows)
    seconds = sum(row.block_read_seconds for row in databases.rows)
    return ReadTime(blocks, seconds / blocks) if blocks > 0 and seconds > 0 else None
