"""`parameters/full_page_images`: reads Throughput, Settings, Host; says where compressing full-page images would save WAL."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.spans import too_short
from tunewright_analyzers.parameters.wal import wal_of


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When compression pays."""

    image_ratio: float = threshold(0.3, "ratio", "Share of full-page images in the WAL.")
    wal_bytes_per_hour: float = threshold(1024**3, "bytes", "WAL an hour.")
    minutes_min: float = threshold(
        10, "count", "Minutes that the window must hold: a bulk load of seconds is no usual load."
    )
    cpu_ratio: float = threshold(0.7, "ratio", "CPU share above which it is not advised, where the machine is known.")


@check(needs=(Throughput, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def full_page_images(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Full-page images are written to the WAL uncompressed, and make up much of it.

    Risk: more WAL to write, archive and send to standbys than needed.
    Evidence: full-page images against all WAL, WAL an hour, wal_compression, the machine's CPU share.
    Remedy: fewer checkpoints first (parameters/checkpoints_frequent, checkpoints_requested); then wal_compression, lz4 where it was built in.
    False positives: pages of data that is compressed already. Aurora writes no full-page images.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    section, settings, limits = context.window.need(Throughput), context.window.need(Settings), context.thresholds
    short = too_short(section.period, context.thresholds.minutes_min, "the usual WAL")
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    wal, host, setting = wal_of(section), context.window.section(Host), settings.get("wal_compression")
    if wal is None or setting is None or setting.value != "off":
        return
    if wal.image_ratio < limits.image_ratio or wal.bytes_per_second * 3600 < limits.wal_bytes_per_hour:
        return
    cpu = host.cpu_ratio if host is not None and host.is_database_host else None
    if cpu is not None and cpu > limits.cpu_ratio:
        return
    method = "lz4" if "lz4" in setting.choices else "on"
    found = context.finding(
        Subject("setting", "wal_compression"),
        Severity.LOW,
        f"Up to {wal.image_ratio:.0%} of {wal.bytes_per_second * 3600 / 1024**3:,.1f} GB of WAL an hour is full-page images, uncompressed.",
        Evidence("full-page images", section.wal_full_page_images or 0, "count", "pg_stat_wal.wal_fpi"),
        Evidence("WAL written", section.wal_bytes or 0, "bytes", "pg_stat_wal.wal_bytes"),
        *((Evidence("CPU share", round(cpu, 3), "ratio", "the machine"),) if cpu is not None else ()),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, context.window.latest.flavour, "wal_compression", method, effect="smaller full-page images"
        ),
        risk="Each image costs CPU when it is written and when it is replayed."
        + ("" if cpu is not None else " The machine's CPU share is not known here: look whether there is room."),
    )
