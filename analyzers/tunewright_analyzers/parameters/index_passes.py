"""How often vacuums went through the indexes of a table: by the server's log, by the progress that was seen, by the next one's memory.

In comes a Window, out come Passes by table. Called by checks/parameters/vacuum_index_passes.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.progress import Progress
from tunewright_analyzers.facts.relations import RelationName, Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.parameters.vacuum import DEAD_ID_BYTES, trigger

COMPRESSED_SINCE = 170000
"""PostgreSQL 17 keeps dead rows in a compressed tree: how many rows its memory holds cannot be computed, only seen."""


@dataclass(frozen=True, slots=True)
class Passes:
    """`count` times a vacuum read the indexes of the table; `runs` vacuums did so more than once (0: none did yet, the next one will)."""

    table: Table
    count: int
    runs: int
    source: str

    def need_bytes(self, now: float, settings: Settings) -> float:
        """Memory for one pass: each of the passes that were seen filled what there is at most; else 6 bytes a dead row."""
        return now * self.count if self.runs else dead_rows(self.table, settings) * DEAD_ID_BYTES


def memory_now(settings: Settings) -> float:
    """What an autovacuum worker may take for dead rows, in bytes."""
    own = settings.number("autovacuum_work_mem", -1)
    return own if own > 0 else settings.number("maintenance_work_mem")


def dead_rows(table: Table, settings: Settings) -> float:
    """Dead rows now, or those at which autovacuum begins, whichever is more."""
    return max(float(table.dead_rows), trigger(table, settings))


def _logged(window: Window) -> dict[RelationName, tuple[int, int]]:
    section = window.section(LogEvents)
    found: dict[RelationName, list[int]] = defaultdict(list)
    for run in section.vacuums if section else ():
        if run.index_scans > 1 and window.holds(run.at):
            found[RelationName(run.database, run.schema, run.table)].append(run.index_scans)
    return {name: (max(scans), len(scans)) for name, scans in found.items()}


def _watched(window: Window) -> dict[RelationName, tuple[int, int]]:
    section = window.section(Progress)
    return {
        job.table: (max(2, job.index_passes // job.repeated_runs), job.repeated_runs)
        for job in (section.rows if section else ())
        if job.repeated_runs
    }


def passes_of(window: Window, *, least_index_bytes: float) -> tuple[Passes, ...]:
    """Tables whose vacuums read their indexes more than once, or will; those of the largest indexes first."""
    settings = window.need(Settings)
    logged, watched, now = _logged(window), _watched(window), memory_now(settings)
    found = []
    for table in window.need(Tables).rows:
        if table.kind not in {"r", "m"} or table.index_bytes < least_index_bytes:
            continue
        if table.name in logged:
            found.append(Passes(table, *logged[table.name], "the server's log"))
        elif table.name in watched:
            found.append(Passes(table, *watched[table.name], "pg_stat_progress_vacuum"))
        elif window.latest.version < COMPRESSED_SINCE:
            next_one = math.ceil(dead_rows(table, settings) * DEAD_ID_BYTES / now)
            found.append(Passes(table, next_one, 0, "6 bytes a dead row"))
    return tuple(sorted(found, key=lambda one: (-one.table.index_bytes, str(one.table.name))))
