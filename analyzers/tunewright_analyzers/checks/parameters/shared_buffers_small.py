"""`parameters/shared_buffers_small`: reads Databases, Settings, Host, Throughput; says where hot blocks are evicted for want of room."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Databases, Throughput
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.memory import memory_of
from tunewright_analyzers.parameters.values import size_text

_MB = 1024**2
WANTED_RATIO = 0.25


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When more would be of use."""

    memory_ratio: float = threshold(0.2, "ratio", "shared_buffers by memory, below which it is told.")
    hit_ratio: float = threshold(0.99, "ratio", "Share of blocks found in shared buffers, below which it is told.")
    reads_per_second: float = threshold(100, "count", "Blocks read a second.")


def _evictions(window_section: Throughput | None) -> int | None:
    rows = [row for row in window_section.io if row.context == "normal"] if window_section else []
    return sum(row.evictions for row in rows) if rows else None


@check(needs=(Databases, Settings, Host), engines=POSTGRESQL, thresholds=Thresholds)
def shared_buffers_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """shared_buffers far below a quarter of the memory, while blocks are read again and again.

    Risk: each miss is a copy from the operating system's cache at best, a read from the storage at worst.
    Evidence: hit ratio and blocks read a second over the window, evictions (16 and later), shared_buffers against the memory.
    Remedy: a quarter of the memory; more only where evictions of hot relations go on.
    False positives: a data set that no memory holds; a machine that the database shares. On RDS and Aurora a formula sets it.
    """
    settings, limits, memory = context.window.need(Settings), context.thresholds, memory_of(context.window)
    section, now = context.window.need(Databases), settings.number("shared_buffers")
    hit, read = sum(row.blocks_hit for row in section.rows), sum(row.blocks_read for row in section.rows)
    if memory is None or now / memory.size_bytes >= limits.memory_ratio or not hit + read:
        return
    ratio, speed = hit / (hit + read), read / section.period.seconds
    if ratio >= limits.hit_ratio or speed < limits.reads_per_second:
        return
    wanted = float(int(memory.size_bytes * WANTED_RATIO / _MB) * _MB)
    tuned = server_wide(
        settings,
        context.window.latest.flavour,
        "shared_buffers",
        wanted,
        effect="more of the working set stays in shared buffers",
    )
    if tuned is None:
        return
    evicted = _evictions(context.window.section(Throughput))
    found = context.finding(
        Subject("setting", "shared_buffers"),
        Severity.LOW,
        f"{ratio:.1%} of blocks are found in {size_text(now)} of shared buffers, {speed:,.0f} a second are read; the machine has "
        f"{size_text(memory.size_bytes // _MB * _MB)}.",
        Evidence("hit ratio", round(ratio, 4), "ratio", "pg_stat_database"),
        Evidence("blocks read a second", round(speed, 1), "count", "pg_stat_database.blks_read"),
        Evidence("shared_buffers", now, "bytes", "pg_settings"),
        Evidence("memory", memory.size_bytes, "bytes", memory.source),
        *((Evidence("evictions", evicted, "count", "pg_stat_io, context normal"),) if evicted is not None else ()),
    )
    yield found
    yield from context.parameters(
        found, tuned, risk="Needs a restart; that much less is left for the operating system's cache and for sorts."
    )
