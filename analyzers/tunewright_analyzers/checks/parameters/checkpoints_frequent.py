"""`parameters/checkpoints_frequent`: reads Throughput, Settings; says where timed checkpoints come so often that they multiply the WAL."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide, together
from tunewright_analyzers.parameters.spans import too_short
from tunewright_analyzers.parameters.values import power_of_two_mb, size_text, time_text
from tunewright_analyzers.parameters.wal import wal_of

WANTED_SECONDS = 900.0
INTERVALS = 2
"""max_wal_size holds the WAL of up to two intervals: the previous checkpoint's and the running one's."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When full-page images weigh enough."""

    image_ratio: float = threshold(0.4, "ratio", "Share of full-page images in the WAL.")
    wal_bytes_per_hour: float = threshold(256 * 1024**2, "bytes", "WAL an hour below which nothing is gained.")
    minutes_min: float = threshold(
        10, "count", "Minutes that the window must hold: a bulk load of seconds is no usual load."
    )
    timed_ratio: float = threshold(
        0.5, "ratio", "Share of timed checkpoints; if less, see parameters/checkpoints_requested."
    )


@check(needs=(Throughput, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def checkpoints_frequent(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Timed checkpoints that come so often that much of the WAL is images of whole pages.

    Risk: every first change of a page after a checkpoint writes the whole page to the WAL; archive and standbys carry it too.
    Evidence: full-page images against all WAL, timed and requested checkpoints, checkpoint_timeout.
    Remedy: checkpoint_timeout of 15 minutes, with a max_wal_size that does not force checkpoints before.
    False positives: pages changed once only, whose images a longer interval does not save. Aurora has no such checkpoints.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    section, settings, limits = context.window.need(Throughput), context.window.need(Settings), context.thresholds
    short = too_short(section.period, context.thresholds.minutes_min, "the usual WAL")
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    timed, requested = section.checkpoints_timed or 0, section.checkpoints_requested or 0
    wal, now = wal_of(section), settings.number("checkpoint_timeout")
    if wal is None or now >= WANTED_SECONDS or not timed or timed / (timed + requested) < limits.timed_ratio:
        return
    if wal.image_ratio < limits.image_ratio or wal.bytes_per_second * 3600 < limits.wal_bytes_per_hour:
        return
    size = max(
        settings.number("max_wal_size"), float(power_of_two_mb(wal.bytes_per_second * WANTED_SECONDS * INTERVALS))
    )
    found = context.finding(
        Subject("setting", "checkpoint_timeout"),
        Severity.LOW,
        f"Up to {wal.image_ratio:.0%} of the WAL is full-page images, with a checkpoint every {time_text(now)}.",
        Evidence("full-page images", section.wal_full_page_images or 0, "count", "pg_stat_wal.wal_fpi"),
        Evidence("WAL written", section.wal_bytes or 0, "bytes", "pg_stat_wal.wal_bytes"),
        Evidence("timed checkpoints", timed, "count", "pg_stat_checkpointer or pg_stat_bgwriter"),
        Evidence("requested checkpoints", requested, "count", "pg_stat_checkpointer or pg_stat_bgwriter"),
        Evidence("checkpoint_timeout", now, "seconds", "pg_settings"),
    )
    yield found
    flavour, effect = context.window.latest.flavour, "fewer full-page images"
    yield from context.parameters(
        found,
        together(
            server_wide(settings, flavour, "checkpoint_timeout", WANTED_SECONDS, effect=effect),
            server_wide(settings, flavour, "max_wal_size", size, effect="checkpoints still come by time"),
        ),
        risk=f"Recovery after a crash replays up to {size_text(size)} of WAL, and takes longer by that.",
    )
