"""`parameters/table_cache_small`: reads ServerStatus and Settings; says when tables are opened again and again."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import doubled, number, server_wide, too_short


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    miss_ratio: float = threshold(0.05, "ratio", "Share of lookups in the table cache that miss.")
    misses_per_second: float = threshold(1, "count", "Misses a second.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def table_cache_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A table cache that throws tables out which are wanted again at once.

    Risk: opening a table takes a mutex that all sessions share; latency rises for all.
    Evidence: misses and overflows of the table cache over the window.
    Remedy: twice table_open_cache, as far as open_files_limit allows.
    False positives: tools that touch every table (backups, a catalogue of thousands of tables).
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    hits, misses = status.count("table_open_cache_hits"), status.count("table_open_cache_misses")
    now = number(settings, "table_open_cache")
    if hits is None or misses is None or now is None or not hits + misses:
        return
    rate = misses / status.period.seconds
    if rate < limits.misses_per_second or misses / (hits + misses) < limits.miss_ratio:
        return
    found = context.finding(
        Subject("setting", "table_open_cache"),
        Severity.LOW,
        f"{misses / (hits + misses):.1%} of lookups miss the table cache of {now:,.0f} ({rate:,.1f} a second).",
        Evidence("misses", misses / (hits + misses), "ratio", "Table_open_cache_misses"),
        Evidence("overflows", status.count("table_open_cache_overflows") or 0.0, "count", "Table_open_cache_overflows"),
        Evidence("table_open_cache", now, "count", "SHOW GLOBAL VARIABLES"),
    )
    yield found
    files = number(settings, "open_files_limit") or float("inf")
    wanted = doubled(now, max(now, files / 2))
    yield from context.parameters(
        found,
        server_wide(settings, latest.engine, latest.flavour, "table_open_cache", wanted, effect="tables stay open"),
        risk="Each open table takes memory and a file handle.",
    )
