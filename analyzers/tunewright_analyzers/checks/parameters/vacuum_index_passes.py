"""`parameters/vacuum_index_passes`: reads Tables, Settings, Host; says where a vacuum must read all indexes more than once for want of memory."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.memory import memory_of
from tunewright_analyzers.parameters.vacuum import DEAD_ID_BYTES, trigger
from tunewright_analyzers.parameters.values import power_of_two_mb, size_text

_GB = 1024**3
COMPRESSED_SINCE = 170000
"""PostgreSQL 17 keeps dead rows in a compressed tree: memory is seldom the limit there."""
SHARE_OF_MEMORY = 16


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    passes_min: float = threshold(2, "count", "Times that the next vacuum must read the indexes.")
    index_bytes_min: float = threshold(
        256 * 1024**2, "bytes", "Size of the table's indexes from which a further pass costs something."
    )


def _memory(settings: Settings) -> float:
    own = settings.number("autovacuum_work_mem", -1)
    return own if own > 0 else settings.number("maintenance_work_mem")


def _dead_rows(table: Table, settings: Settings) -> float:
    return max(float(table.dead_rows), trigger(table, settings))


@check(needs=(Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def vacuum_index_passes(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Vacuums that read all indexes of a table more than once, because the list of dead rows does not fit into their memory.

    Risk: a vacuum takes a multiple of its time, and falls behind.
    Evidence: dead rows now, or those at which autovacuum begins, times 6 bytes, against autovacuum_work_mem or maintenance_work_mem.
    Remedy: autovacuum_work_mem for the largest table, at most 1 GB (the list holds no more before 17) and a sixteenth of the memory.
    False positives: none on 17 and later, which are not judged so: they keep the list compressed.
    """
    if context.window.latest.version >= COMPRESSED_SINCE:
        return
    settings, limits = context.window.need(Settings), context.thresholds
    now = _memory(settings)
    passes = {
        table.name: math.ceil(_dead_rows(table, settings) * DEAD_ID_BYTES / now)
        for table in context.window.need(Tables).rows
        if table.kind in {"r", "m"} and table.index_bytes >= limits.index_bytes_min
    }
    worst = [row for row in context.window.need(Tables).rows if passes.get(row.name, 0) >= limits.passes_min]
    if not worst:
        return
    table = max(worst, key=lambda row: _dead_rows(row, settings))
    memory = memory_of(context.window)
    need = power_of_two_mb(_dead_rows(table, settings) * DEAD_ID_BYTES)
    most = min(_GB, memory.size_bytes // SHARE_OF_MEMORY) if memory else _GB
    wanted = min(need, most)
    found = context.finding(
        Subject("setting", "autovacuum_work_mem"),
        Severity.LOW,
        f"The next vacuum of {table.name} reads its {table.index_bytes / _GB:,.1f} GB of indexes {passes[table.name]} times: {size_text(now)} "
        f"do not hold {_dead_rows(table, settings):,.0f} dead rows ({len(worst)} such tables).",
        Evidence("dead rows", round(_dead_rows(table, settings)), "rows", "n_dead_tup, or where autovacuum begins"),
        Evidence("memory for dead rows", now, "bytes", "autovacuum_work_mem or maintenance_work_mem"),
        Evidence("memory that would hold them", need, "bytes", "6 bytes a row"),
        Evidence("indexes", table.index_bytes, "bytes", "pg_relation_size"),
        *((Evidence("memory", memory.size_bytes, "bytes", memory.source),) if memory else ()),
    )
    yield found
    if wanted > now:
        yield from context.parameters(
            found,
            server_wide(
                settings,
                context.window.latest.flavour,
                "autovacuum_work_mem",
                float(wanted),
                effect="one pass over the indexes",
            ),
            risk=f"Each of {settings.number('autovacuum_max_workers', 3):.0f} workers may take {size_text(wanted)}.",
        )
