"""`parameters/wal_buffers_full`: reads Throughput, Settings; says where backends write WAL themselves because its buffers are full."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.spans import too_short
from tunewright_analyzers.parameters.values import size_text

_MB = 1024**2
SEGMENT_BYTES, MOST_BYTES = 16 * _MB, 64 * _MB


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth a restart."""

    minutes_min: float = threshold(
        10, "count", "Minutes that the window must hold: a bulk load of seconds is no usual load."
    )
    per_minute: float = threshold(60, "count", "Times a minute that WAL was written because the buffers were full.")


@check(needs=(Throughput, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def wal_buffers_full(context: Context[Thresholds]) -> Iterator[Verdict]:
    """WAL buffers that fill up between commits.

    Risk: a backend that needs room for its WAL record writes the buffers out itself, under a lock that all writers need.
    Evidence: pg_stat_wal.wal_buffers_full over the window, wal_buffers.
    Remedy: wal_buffers of one WAL segment (16 MB), then four times that, no more; it needs a restart.
    False positives: a bulk load that is over. Aurora has no use for it.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    section, settings = context.window.need(Throughput), context.window.need(Settings)
    short = too_short(section.period, context.thresholds.minutes_min, "how often the buffers are full")
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    now = settings.number("wal_buffers")
    full = section.wal_buffers_full or 0
    if full / section.period.seconds * 60 < context.thresholds.per_minute or now >= MOST_BYTES:
        return
    wanted = SEGMENT_BYTES if now < SEGMENT_BYTES else MOST_BYTES
    found = context.finding(
        Subject("setting", "wal_buffers"),
        Severity.LOW,
        f"The WAL buffers ({size_text(now)}) were full {full / section.period.seconds * 60:,.0f} times a minute.",
        Evidence("times full", full, "count", "pg_stat_wal.wal_buffers_full"),
        Evidence("wal_buffers", now, "bytes", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, context.window.latest.flavour, "wal_buffers", float(wanted), effect="WAL waits for its writer"
        ),
        risk="That much shared memory; it needs a restart.",
    )
