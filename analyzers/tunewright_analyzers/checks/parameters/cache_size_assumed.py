"""`parameters/cache_size_assumed`: reads Settings, Host, Databases; says where the planner assumes another cache than the machine has."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.memory import memory_of
from tunewright_analyzers.parameters.storage import read_time
from tunewright_analyzers.parameters.values import size_text

_MB = 1024**2
WANTED_RATIO = 0.7


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far off it may be, and when it matters."""

    least_ratio: float = threshold(0.4, "ratio", "effective_cache_size by memory, below which it is told.")
    most_ratio: float = threshold(1.0, "ratio", "effective_cache_size by memory, above which it is told.")
    reads_per_second: float = threshold(10, "count", "Blocks a second that shared buffers did not hold.")
    change_ratio: float = threshold(1.25, "ratio", "Value advised by the value now (or now by advised): less is noise.")


def _cacheable(host: Host, settings: Settings) -> int:
    """What shared buffers and the operating system can cache: what is available now, but no more than WANTED_RATIO of the memory."""
    free = int(settings.number("shared_buffers")) + host.memory_available_bytes
    return min(int(host.memory_bytes * WANTED_RATIO), free) // _MB * _MB


def _fits(section: Databases, now: float) -> bool:
    """Whether the planner takes all that there is for cached already: more would change no plan.

    It shares effective_cache_size among the tables of a statement (costsize.c, index_pages_fetched, after Mackert and Lohman).
    """
    sizes = [row.size_bytes for row in section.rows]
    return all(size is not None for size in sizes) and sum(size or 0 for size in sizes) <= now


def _read_evidence(window: Window) -> Evidence:
    reads = read_time(window)
    if reads is None:
        return Evidence("mean time of a read", "not known: track_io_timing is off", "", "pg_settings")
    source = "pg_stat_database.blk_read_time by blks_read; the operating system's cache answers within some 0.1 ms"
    return Evidence("mean time of a read", reads.mean_seconds, "seconds", source)


@check(needs=(Settings, Host, Databases), engines=POSTGRESQL, thresholds=Thresholds)
def cache_size_assumed(context: Context[Thresholds]) -> Iterator[Verdict]:
    """effective_cache_size is far from what the machine can cache, and blocks are read that shared buffers do not hold.

    Risk: too small, repeated index scans look dearer than they are; too large, cheaper. No memory is taken either way.
    Evidence: effective_cache_size against the machine's memory and what of it is available now; blocks read a second and their mean time over
        the window. No statistic counts what the operating system caches: the size advised rests on the memory, and says so.
    Remedy: shared buffers and what is available, at most 70 % of the memory; look which plans flip first.
    False positives: a machine that the database shares with others. On RDS and Aurora a formula sets it. Silent where the databases
        together are smaller than it (the planner takes all for cached), and where hardly a block is read.
    """
    settings, host, limits = context.window.need(Settings), context.window.need(Host), context.thresholds
    section, memory, now = (
        context.window.need(Databases),
        memory_of(context.window),
        settings.number("effective_cache_size"),
    )
    if memory is None or limits.least_ratio <= now / memory.size_bytes <= limits.most_ratio or now <= 0:
        return
    speed = sum(row.blocks_read for row in section.rows) / section.period.seconds
    wanted, is_small = float(_cacheable(host, settings)), now < memory.size_bytes
    if wanted <= 0 or speed < limits.reads_per_second or (is_small and _fits(section, now)):
        return
    if (wanted / now if is_small else now / wanted) < limits.change_ratio:
        return
    tuned = server_wide(
        settings,
        context.window.latest.flavour,
        "effective_cache_size",
        wanted,
        effect="the planner counts with the cache there is",
    )
    if tuned is None:
        return
    found = context.finding(
        Subject("setting", "effective_cache_size"),
        Severity.INFO,
        f"effective_cache_size is {size_text(now)}; the machine has {size_text(memory.size_bytes // _MB * _MB)} of memory, and shared buffers "
        f"lack {speed:,.0f} blocks a second.",
        Evidence("effective_cache_size", now, "bytes", "pg_settings"),
        Evidence("memory", memory.size_bytes, "bytes", memory.source),
        Evidence("memory available now", host.memory_available_bytes, "bytes", "the machine"),
        Evidence("blocks read a second", round(speed, 1), "count", "pg_stat_database.blks_read"),
        _read_evidence(context.window),
        Evidence("what the size rests on", "the memory alone: nothing counts what the system caches", "", "the rule"),
    )
    yield found
    yield from context.parameters(
        found,
        tuned,
        risk="Plans may change; no memory is taken.",
        caution="A gain can only be claimed from times measured on a clone or afterwards.",
    )
