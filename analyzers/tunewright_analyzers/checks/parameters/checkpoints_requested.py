"""`parameters/checkpoints_requested`: reads Throughput and Settings; says when WAL volume forces checkpoints before their time."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

_MB = 1024**2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When forced checkpoints are worth telling."""

    share_min: float = threshold(0.5, "ratio", "Share of checkpoints that were requested, not timed.")
    requested_min: float = threshold(3, "count", "Requested checkpoints in the period.")
    per_hour_min: float = threshold(2, "count", "Requested checkpoints an hour.")


def _is_by_volume(settings: Settings, requested: int, wal_bytes: int | None) -> bool:
    """Whether so much WAL was written that it can have forced them: the server forces one at about half of max_wal_size.

    Half of that again is asked for here. Where WAL is not counted, it is believed.
    """
    return wal_bytes is None or wal_bytes >= requested * settings.number("max_wal_size") / 4


def _advised(settings: Settings, requested: float, seconds: float, wal_bytes: int | None) -> int:
    """max_wal_size that holds two checkpoint intervals of WAL; doubled where the WAL is not counted. In whole gigabytes."""
    now = settings.number("max_wal_size")
    if wal_bytes is None:
        return round(now * 2)
    interval = max(settings.number("checkpoint_timeout", 300), 300)
    return max(round(now * 1.5), round(wal_bytes / seconds * interval * 2))


@check(needs=(Throughput, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def checkpoints_requested(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Checkpoints forced by the volume of WAL, before checkpoint_timeout.

    Risk: full-page images multiply the WAL, and bursts of writes raise the latency of everything else.
    Evidence: requested against timed checkpoints over the period, WAL written, max_wal_size.
    Remedy: max_wal_size for two checkpoint intervals of WAL.
    False positives: CHECKPOINT commands, base backups and shutdowns also count as requested; they are told apart by the WAL written, where it
    is counted. Aurora has no such checkpoints.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    section, settings = context.window.need(Throughput), context.window.need(Settings)
    timed, requested = section.checkpoints_timed or 0, section.checkpoints_requested or 0
    share, hours = requested / max(1, timed + requested), section.period.seconds / 3600
    limits = context.thresholds
    if requested < limits.requested_min or share < limits.share_min or requested / hours < limits.per_hour_min:
        return
    if not _is_by_volume(settings, requested, section.wal_bytes):
        return
    advised = _advised(settings, requested, section.period.seconds, section.wal_bytes)
    found = context.finding(
        Subject("setting", "max_wal_size"),
        Severity.MEDIUM,
        f"{requested} of {timed + requested} checkpoints in {hours:.1f} h were forced by WAL volume (max_wal_size "
        f"{settings.number('max_wal_size') / _MB:,.0f} MB).",
        Evidence("requested checkpoints", requested, "count", "pg_stat_checkpointer or pg_stat_bgwriter"),
        Evidence("timed checkpoints", timed, "count", "pg_stat_checkpointer or pg_stat_bgwriter"),
        Evidence("max_wal_size", settings.number("max_wal_size"), "bytes", "pg_settings"),
        *(() if section.wal_bytes is None else (Evidence("WAL written", section.wal_bytes, "bytes", "pg_stat_wal"),)),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings,
            context.window.latest.flavour,
            "max_wal_size",
            float(round(advised / _MB) * _MB),
            effect="checkpoints come by time and not by volume, so that fewer full-page images are written",
        ),
        risk="Up to that much more disk for WAL, and a longer recovery after a crash.",
    )
