"""`parameters/prefetch_off`: reads Plans, Databases, Settings; says where bitmap scans read one block after another from storage that serves many."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.plans import NodeKind, Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.storage import read_time

WANTED = 100.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When prefetching can help."""

    concurrency_max: float = threshold(1, "count", "effective_io_concurrency up to which nothing is read ahead.")
    blocks_min: float = threshold(100_000, "count", "Blocks read over the window.")
    seconds_max: float = threshold(0.001, "seconds", "Mean time of a read.")


@check(needs=(Plans, Databases, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def prefetch_off(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Bitmap heap scans that wait for each block in turn, because effective_io_concurrency is 0 or 1.

    Risk: storage that serves a hundred reads at once is asked for one.
    Evidence: plans with bitmap heap scans, blocks read and their mean time, effective_io_concurrency.
    Remedy: effective_io_concurrency of 100 (18 has 16 from the start).
    False positives: data that is always cached; a disk that turns, which is left out by its read time.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    reads, now = read_time(context.window), settings.number("effective_io_concurrency", 100)
    if (
        reads is None
        or reads.blocks < limits.blocks_min
        or reads.mean_seconds > limits.seconds_max
        or now > limits.concurrency_max
    ):
        return
    scanning = {
        row.statement_id
        for row in context.window.need(Plans).rows
        for node in row.plan.root.walk()
        if node.kind is NodeKind.BITMAP_HEAP_SCAN
    }
    if not scanning:
        return
    found = context.finding(
        Subject("setting", "effective_io_concurrency"),
        Severity.INFO,
        f"{len(scanning)} statements use bitmap heap scans, and effective_io_concurrency is {now:.0f}: nothing is read ahead.",
        Evidence("statements with bitmap heap scans", len(scanning), "count", "plans"),
        Evidence("mean time of a read", reads.mean_seconds, "seconds", "pg_stat_database.blk_read_time by blks_read"),
        Evidence("effective_io_concurrency", now, "count", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings,
            context.window.latest.flavour,
            "effective_io_concurrency",
            WANTED,
            effect="bitmap heap scans read ahead",
        ),
        risk="More reads at the same time; on a volume with a limit of operations others may wait for them.",
    )
