"""`parameters/index_builds_spill`: reads Statements, Settings, Host; says where index builds sort on disk for want of maintenance_work_mem."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import for_session, server_wide
from tunewright_analyzers.parameters.memory import memory_of
from tunewright_analyzers.parameters.spills import BLOCK_BYTES, MEMORY_BY_FILE
from tunewright_analyzers.parameters.values import power_of_two_mb, size_text

_GB = 1024**3
_BUILDS = re.compile(
    r"\s*(?:CREATE\s+(?:UNIQUE\s+)?INDEX|REINDEX|CLUSTER|ALTER\s+TABLE|VACUUM\b.{0,40}\bFULL)\b", re.IGNORECASE
)
SHARE_OF_MEMORY, MOST_BYTES = 16, 2 * _GB


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a build's sort on disk is worth telling."""

    bytes_per_call: float = threshold(256 * 1024**2, "bytes", "Temporary bytes that one build writes.")
    seconds_per_call: float = threshold(30.0, "seconds", "Time of one build.")
    recurring_calls: float = threshold(
        10, "count", "Builds from which the setting is advised for all, not for the session."
    )


def _bytes_per_call(row: Statement) -> float:
    return row.temp_blocks_written * BLOCK_BYTES / row.calls


@check(needs=(Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def index_builds_spill(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Index builds that sort on disk, because the rows' keys do not fit into maintenance_work_mem.

    Risk: the build writes and reads all keys once more; a table that is locked for it is locked for longer.
    Evidence: temporary blocks of CREATE INDEX, REINDEX, CLUSTER, ALTER TABLE and VACUUM FULL in pg_stat_statements (utility statements counted).
    Remedy: maintenance_work_mem in the session that builds; for all only where builds recur. At most a sixteenth of the memory, and 2 GB.
    False positives: a build that nobody waits for. A merge of few runs from a fast disk costs little: how much is gained, only the build tells.
    """
    window, limits = context.window, context.thresholds
    settings = window.need(Settings)
    if settings.text("pg_stat_statements.track_utility") == "off":
        reason = "utility statements are not counted: pg_stat_statements.track_utility = on"
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    found = [
        row
        for row in window.need(Statements).rows
        if row.calls and not row.own and row.text is not None and _BUILDS.match(row.text)
        if _bytes_per_call(row) >= limits.bytes_per_call and row.mean_exec_seconds >= limits.seconds_per_call
    ]
    if found:
        yield from _verdicts(context, found, settings)


def _verdicts(context: Context[Thresholds], rows: list[Statement], settings: Settings) -> Iterator[Verdict]:
    worst, now, memory = (
        max(rows, key=_bytes_per_call),
        settings.number("maintenance_work_mem"),
        memory_of(context.window),
    )
    need = power_of_two_mb(_bytes_per_call(worst) * MEMORY_BY_FILE)
    most = min(MOST_BYTES, memory.size_bytes // SHARE_OF_MEMORY) if memory else _GB
    wanted, calls = float(min(need, most)), sum(row.calls for row in rows)
    found = context.finding(
        Subject("setting", "maintenance_work_mem"),
        Severity.LOW,
        f"{calls} index builds sorted on disk with maintenance_work_mem {size_text(now)}: statement {worst.id} wrote "
        f"{_bytes_per_call(worst) / _GB:,.1f} GB of temporary files a run of {worst.mean_exec_seconds:,.0f} s.",
        Evidence("builds", calls, "count", "pg_stat_statements"),
        Evidence(
            "temporary bytes of the largest",
            round(_bytes_per_call(worst)),
            "bytes",
            "pg_stat_statements.temp_blks_written",
        ),
        Evidence("its time", round(worst.mean_exec_seconds, 1), "seconds", "pg_stat_statements"),
        Evidence("maintenance_work_mem", now, "bytes", "pg_settings"),
        Evidence("memory that would hold it", need, "bytes", "2.5 x temporary bytes (estimate)"),
        *((Evidence("memory", memory.size_bytes, "bytes", memory.source),) if memory else ()),
    )
    yield found
    if wanted <= now:
        return
    effect = (
        "the build's sort stays in memory" if wanted >= need else "the build's sort needs fewer passes over the disk"
    )
    flavour = context.window.latest.flavour
    if calls >= context.thresholds.recurring_calls:
        tuned = server_wide(settings, flavour, "maintenance_work_mem", wanted, effect=effect)
        risk = f"Each build and, where autovacuum_work_mem is -1, each autovacuum worker may take {size_text(wanted)}."
    else:
        tuned = for_session(settings, worst.id, "maintenance_work_mem", wanted, effect=effect)
        risk = f"The session's build may take {size_text(wanted)}, its parallel workers included."
    yield from context.parameters(found, tuned, risk=risk)
