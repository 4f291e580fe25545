"""`parameters/buffer_pool_small`: reads ServerStatus, Settings and Host; says when the buffer pool misses too often."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB, number, server_wide, too_short, why_not_settable
from tunewright_analyzers.parameters.mysql_memory import memory_bytes, memory_sum
from tunewright_analyzers.parameters.mysql_pool import advised_pool


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    miss_ratio: float = threshold(0.01, "ratio", "Share of read requests that had to go to the disk.")
    reads_per_second: float = threshold(100, "count", "Reads from the disk a second.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def buffer_pool_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A buffer pool that is too small for what is read: pages come from the disk again and again.

    Risk: each miss is a read of the disk; when no page is free, sessions wait until one is written out.
    Evidence: innodb_buffer_pool_reads against read requests, and waits for free pages, over the window; the memory.
    Remedy: on a machine of its own half of the memory up to 4 GB, three quarters above; on AWS the class decides. An index that spares the
        reading comes first.
    False positives: a scan of a whole large table at night; a cold start.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    asked, missed = status.count("innodb_buffer_pool_read_requests"), status.count("innodb_buffer_pool_reads")
    now = number(settings, "innodb_buffer_pool_size")
    if not asked or missed is None or now is None:
        return
    waits = status.count("innodb_buffer_pool_wait_free") or 0.0
    rate = status.rate("innodb_buffer_pool_reads") or 0.0
    if rate < limits.reads_per_second or missed / asked < limits.miss_ratio:
        return
    memory, parts = memory_bytes(context.window), memory_sum(settings, status)
    found = context.finding(
        Subject("setting", "innodb_buffer_pool_size"),
        Severity.MEDIUM if waits else Severity.LOW,
        f"{missed / asked:.1%} of page requests go to the disk ({rate:,.0f} a second) with a buffer pool of {now / MB:,.0f} MB.",
        Evidence("misses", missed / asked, "ratio", "Innodb_buffer_pool_reads / Innodb_buffer_pool_read_requests"),
        Evidence("reads from the disk", rate, "per second", "Innodb_buffer_pool_reads"),
        Evidence("waits for a free page", waits, "count", "Innodb_buffer_pool_wait_free"),
        *(parts.evidence() if parts else ()),
        *((Evidence("memory", memory[0], "bytes", memory[1]),) if memory else ()),
    )
    yield found
    if memory is None or why_not_settable("innodb_buffer_pool_size", latest.flavour):
        return
    wanted = advised_pool(memory[0], now, parts)
    if wanted is not None:
        yield from context.parameters(
            found,
            server_wide(
                settings,
                latest.engine,
                latest.flavour,
                "innodb_buffer_pool_size",
                wanted,
                effect="fewer reads from the disk",
            ),
            risk="Takes that memory from everything else on the machine: only where the server has it to itself. Resizing pauses for moments.",
        )
