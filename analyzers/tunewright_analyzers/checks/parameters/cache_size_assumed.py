"""`parameters/cache_size_assumed`: reads Settings, Host; says where the planner assumes another cache than the machine has."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.memory import memory_of
from tunewright_analyzers.parameters.values import size_text

_MB = 1024**2
WANTED_RATIO = 0.7


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How far off it may be."""

    least_ratio: float = threshold(0.4, "ratio", "effective_cache_size by memory, below which it is told.")
    most_ratio: float = threshold(1.0, "ratio", "effective_cache_size by memory, above which it is told.")


@check(needs=(Settings, Host), engines=POSTGRESQL, thresholds=Thresholds)
def cache_size_assumed(context: Context[Thresholds]) -> Iterator[Verdict]:
    """effective_cache_size is far from what the machine can cache.

    Risk: too small, repeated index scans look dearer than they are; too large, cheaper. No memory is taken either way.
    Evidence: effective_cache_size against the machine's memory.
    Remedy: 70 % of the memory, or what the operating system shows as cache; look which plans flip first.
    False positives: a machine that the database shares with others. On RDS and Aurora a formula sets it.
    """
    settings, limits, memory = context.window.need(Settings), context.thresholds, memory_of(context.window)
    now = settings.number("effective_cache_size")
    if memory is None or limits.least_ratio <= now / memory.size_bytes <= limits.most_ratio:
        return
    wanted = float(int(memory.size_bytes * WANTED_RATIO / _MB) * _MB)
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
        f"effective_cache_size is {size_text(now)}; the machine has {size_text(memory.size_bytes // _MB * _MB)} of memory.",
        Evidence("effective_cache_size", now, "bytes", "pg_settings"),
        Evidence("memory", memory.size_bytes, "bytes", memory.source),
    )
    yield found
    yield from context.parameters(
        found,
        tuned,
        risk="Plans may change; no memory is taken.",
        caution="A gain can only be claimed from times measured on a clone or afterwards.",
    )
