"""`parameters/vacuum_index_passes`: reads Tables, Settings, LogEvents, Progress, Host; says where a vacuum reads all indexes more than once."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.index_passes import COMPRESSED_SINCE, Passes, dead_rows, memory_now, passes_of
from tunewright_analyzers.parameters.memory import Memory, memory_of
from tunewright_analyzers.parameters.values import power_of_two_mb, size_text

_GB = 1024**3
SHARE_OF_MEMORY = 16


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    passes_min: float = threshold(2, "count", "Times that a vacuum read the indexes, or the next one must.")
    index_bytes_min: float = threshold(
        256 * 1024**2, "bytes", "Size of the table's indexes from which a further pass costs something."
    )


@check(needs=(Tables, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def vacuum_index_passes(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Vacuums that read all indexes of a table more than once, because the list of dead rows does not fit into their memory.

    Risk: a vacuum takes a multiple of its time, and falls behind.
    Evidence: vacuums that did so, by the server's log (`index scans: 3`) or pg_stat_progress_vacuum while they ran; before 17 also what the next one
        must do: dead rows now, or those at which autovacuum begins, times 6 bytes, against autovacuum_work_mem or maintenance_work_mem.
    Remedy: autovacuum_work_mem for the largest table, within a sixteenth of the memory (before 17 at most 1 GB: the list holds no more).
    False positives: one vacuum after a mass deletion that does not come again.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    found = [
        one
        for one in passes_of(context.window, least_index_bytes=limits.index_bytes_min)
        if one.count >= limits.passes_min
    ]
    if not found:
        return
    now, memory = memory_now(settings), memory_of(context.window)
    seen = [one for one in found if one.runs]
    worst = max(seen or found, key=lambda one: one.need_bytes(now, settings))
    need = power_of_two_mb(worst.need_bytes(now, settings))
    told = _found(context, worst, len(found), need, memory)
    yield told
    wanted = min(need, _most(context, memory))
    if wanted > now:
        yield from context.parameters(
            told,
            server_wide(
                settings,
                context.window.latest.flavour,
                "autovacuum_work_mem",
                float(wanted),
                effect="one pass over the indexes",
            ),
            risk=f"Each of {settings.number('autovacuum_max_workers', 3):.0f} workers may take {size_text(wanted)}.",
        )


def _most(context: Context[Thresholds], memory: Memory | None) -> int:
    share = memory.size_bytes // SHARE_OF_MEMORY if memory else _GB
    return share if context.window.latest.version >= COMPRESSED_SINCE else min(_GB, share)


def _found(context: Context[Thresholds], worst: Passes, tables: int, need: int, memory: Memory | None) -> Finding:
    settings, table = context.window.need(Settings), worst.table
    now, gigabytes = memory_now(settings), table.index_bytes / _GB
    if worst.runs:
        text = f"A vacuum of {table.name} read its {gigabytes:,.1f} GB of indexes {worst.count} times ({worst.runs} vacuums did so): "
        text += f"{size_text(now)} did not hold its dead rows ({tables} such tables)."
        counted = Evidence("passes over the indexes", worst.count, "count", worst.source)
    else:
        text = f"The next vacuum of {table.name} reads its {gigabytes:,.1f} GB of indexes {worst.count} times: {size_text(now)} do not hold "
        text += f"{dead_rows(table, settings):,.0f} dead rows ({tables} such tables)."
        counted = Evidence(
            "dead rows", round(dead_rows(table, settings)), "rows", "n_dead_tup, or where autovacuum begins"
        )
    return context.finding(
        Subject("setting", "autovacuum_work_mem"),
        Severity.LOW,
        text,
        counted,
        Evidence("memory for dead rows", now, "bytes", "autovacuum_work_mem or maintenance_work_mem"),
        Evidence("memory that would hold them", need, "bytes", "passes x memory" if worst.runs else "6 bytes a row"),
        Evidence("indexes", table.index_bytes, "bytes", "pg_relation_size"),
        *((Evidence("memory", memory.size_bytes, "bytes", memory.source),) if memory else ()),
    )
