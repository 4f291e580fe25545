"""`parameters/temporary_tables_on_disk`: reads ServerStatus and Settings; says when temporary tables go to the disk."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB, doubled, number, server_wide, too_short
from tunewright_analyzers.parameters.mysql_memory import memory_bytes, memory_sum


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    disk_ratio: float = threshold(0.25, "ratio", "Share of temporary tables that go to the disk.")
    per_minute: float = threshold(10, "count", "Temporary tables on disk a minute.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def temporary_tables_on_disk(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Internal temporary tables that do not fit into memory.

    Risk: GROUP BY, DISTINCT and derived tables write to the disk and read it back; on Aurora's readers such statements may fail.
    Evidence: Created_tmp_disk_tables against Created_tmp_tables over the window; the memory sum.
    Remedy: first the statements (plans/temporary_table); then tmp_table_size, within the memory.
    False positives: tables with TEXT or BLOB columns, which older releases always put on disk.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    made, on_disk = status.count("created_tmp_tables"), status.count("created_tmp_disk_tables")
    now = number(settings, "tmp_table_size")
    if not made or on_disk is None or now is None:
        return
    if on_disk / made < limits.disk_ratio or on_disk / status.period.seconds * 60 < limits.per_minute:
        return
    parts, memory = memory_sum(settings, status), memory_bytes(context.window)
    aurora = (
        " On Aurora's readers they cannot spill without limit: watch them." if latest.flavour is Flavour.AURORA else ""
    )
    found = context.finding(
        Subject("setting", "tmp_table_size"),
        Severity.LOW,
        f"{on_disk / made:.0%} of temporary tables go to the disk with tmp_table_size {now / MB:,.0f} MB.{aurora}",
        Evidence("on disk", on_disk / made, "ratio", "Created_tmp_disk_tables / Created_tmp_tables"),
        Evidence("temporary tables", made / status.period.seconds * 60, "per minute", "Created_tmp_tables"),
        Evidence("tmp_table_size", now, "bytes", "SHOW GLOBAL VARIABLES"),
        *(parts.evidence() if parts else ()),
    )
    yield found
    wanted = doubled(now, 256 * MB)
    more = (parts.sessions if parts else 0) * (wanted - now)
    if memory is not None and parts is not None and parts.total_bytes + more > memory[0]:
        return
    yield from context.parameters(
        found,
        server_wide(
            settings,
            latest.engine,
            latest.flavour,
            "tmp_table_size",
            wanted,
            effect="more temporary tables stay in memory",
        ),
        risk="Each session may take that much for each temporary table; max_heap_table_size and temptable_max_ram bound it too.",
        caution=None if memory else "The machine's memory is not known here: compare it with the sum above.",
    )
