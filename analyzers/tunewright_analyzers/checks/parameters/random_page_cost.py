"""`parameters/random_page_cost`: reads Databases, Settings; says where the planner takes random reads for dearer than the storage makes them."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.storage import read_time

FLASH_SECONDS = 0.0003
"""A mean below it is flash or the operating system's cache for nearly all reads; between it and a millisecond a mixture."""
FLASH_COST, MIXED_COST = 1.1, 2.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the measured reads say enough."""

    blocks_min: float = threshold(100_000, "count", "Blocks read over the window.")
    seconds_max: float = threshold(0.001, "seconds", "Mean time of a read; a disk that turns needs 4 to 10 ms.")
    cost_ratio: float = threshold(2.0, "ratio", "random_page_cost by seq_page_cost, above which it is told.")


@check(needs=(Databases, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def random_page_cost(context: Context[Thresholds]) -> Iterator[Verdict]:
    """The planner is told that random reads are four times as dear as sequential ones, and the storage answers at once.

    Risk: plans read whole tables, or build hashes, where an index would do; it is no loss that can be foretold for a statement.
    Evidence: mean time of a block read (track_io_timing) over the window, random_page_cost.
    Remedy: random_page_cost of 1.1 (flash) or 2; look first which plans flip (`tunewright advise parameters`), and measure those.
    False positives: a database that is mostly cached, read at times when it is not.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    reads = read_time(context.window)
    now, sequential = settings.number("random_page_cost"), settings.number("seq_page_cost", 1.0)
    if reads is None or reads.blocks < limits.blocks_min or reads.mean_seconds > limits.seconds_max:
        return
    if sequential <= 0 or now / sequential <= limits.cost_ratio:
        return
    wanted = sequential * (FLASH_COST if reads.mean_seconds <= FLASH_SECONDS else MIXED_COST)
    found = context.finding(
        Subject("setting", "random_page_cost"),
        Severity.INFO,
        f"A block is read in {reads.mean_seconds * 1e6:,.0f} µs on average; random_page_cost is {now:g}, as for disks that turn.",
        Evidence("mean time of a read", reads.mean_seconds, "seconds", "pg_stat_database.blk_read_time by blks_read"),
        Evidence("blocks read", reads.blocks, "count", "pg_stat_database.blks_read"),
        Evidence("random_page_cost", now, "cost", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, context.window.latest.flavour, "random_page_cost", wanted, effect="indexes are chosen more often"
        ),
        risk="Plans change, some for the worse: the planner's costs do not foretell times.",
        caution="A gain can only be claimed from times measured on a clone or afterwards.",
    )
