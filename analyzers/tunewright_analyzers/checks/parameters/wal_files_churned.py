"""`parameters/wal_files_churned`: reads LogEvents, Settings; says where WAL files are removed in quiet hours and made anew in busy ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.log_events import LogEvents
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.flavours import why_not_settable
from tunewright_analyzers.parameters.values import power_of_two_mb, size_text

_GB = 1024**3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth a setting."""

    removed_bytes: float = threshold(_GB, "bytes", "WAL files that checkpoints of the window removed.")
    busy_ratio: float = threshold(2.0, "ratio", "WAL between two checkpoints, at most, by min_wal_size.")


@check(needs=(LogEvents, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def wal_files_churned(context: Context[Thresholds]) -> Iterator[Verdict]:
    """WAL files that are removed when it is quiet, and must be made anew when work comes back.

    Risk: a session that needs a new file fills it with zeros and flushes it first, in the middle of its commit, just when the load rises.
    Evidence: the log's reports of checkpoints (log_checkpoints): files removed, and the most WAL that lay between two of them.
    Remedy: min_wal_size of the busiest interval, within max_wal_size: files are then kept and recycled.
    False positives: one load of data that does not come again; storage on which files cost nothing.
    """
    limits, settings = context.thresholds, context.window.need(Settings)
    if why_not_settable("min_wal_size", context.window.latest.flavour) is not None:
        return
    done = [one for one in context.window.need(LogEvents).checkpoints if context.window.holds(one.at)]
    segment = settings.number("wal_segment_size", 16 * 1024**2)
    removed = sum(one.files_removed for one in done) * segment
    most = max((one.distance_bytes for one in done), default=0)
    now = settings.number("min_wal_size", 80 * 1024**2)
    if removed < limits.removed_bytes or most < limits.busy_ratio * now:
        return
    found = context.finding(
        Subject("setting", "min_wal_size"),
        Severity.LOW,
        f"Checkpoints removed {removed / _GB:,.1f} GB of WAL files, and up to {most / _GB:,.1f} GB are written between two of them: "
        f"min_wal_size {size_text(now)} lets them go.",
        Evidence("WAL files removed", removed, "bytes", "the server's log"),
        Evidence("most WAL between two checkpoints", most, "bytes", "the server's log"),
        Evidence("checkpoints", len(done), "count", "the server's log"),
        Evidence("min_wal_size", now, "bytes", "pg_settings"),
    )
    yield found
    wanted = min(float(power_of_two_mb(most)), settings.number("max_wal_size", _GB))
    if wanted > now:
        yield from context.parameters(
            found,
            server_wide(
                settings,
                context.window.latest.flavour,
                "min_wal_size",
                wanted,
                effect="WAL files are recycled, not made",
            ),
            risk=f"So much of the disk ({size_text(wanted)}) stays taken by WAL.",
        )
