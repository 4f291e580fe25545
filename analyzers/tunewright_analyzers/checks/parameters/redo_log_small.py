"""`parameters/redo_log_small`: reads ServerStatus and Settings; says when the redo log holds less than an hour of writing, or is nearly full."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB, number, server_wide, too_short, why_not_settable


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    hours_min: float = threshold(1.0, "hours", "Hours of writing that the log should hold.")
    full_ratio: float = threshold(
        0.8, "ratio", "Share of the log that is in use, from which it is reported whatever the rate."
    )


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def redo_log_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A redo log that is filled within the hour: pages are then written out in haste, and writers wait.

    Risk: near the end of the log every writer waits for the page cleaner (furious flushing).
    Evidence: what was written to the log over the window, its size, and how much of it is in use.
    Remedy: a log that holds an hour of writing at its busiest; crash recovery then takes longer.
    False positives: one bulk load.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    variable = "innodb_redo_log_capacity" if settings.get("innodb_redo_log_capacity") else "innodb_log_file_size"
    files = 1.0 if variable == "innodb_redo_log_capacity" else number(settings, "innodb_log_files_in_group") or 1.0
    size = (number(settings, variable) or 0.0) * files
    written = status.count("innodb_os_log_written")
    if not size or written is None or why_not_settable(variable, latest.flavour):
        return
    hourly = written / status.period.seconds * 3600
    used = status.gauge("innodb_redo_log_logical_size") or status.gauge("innodb_checkpoint_age") or 0.0
    if size >= hourly * limits.hours_min and used / size < limits.full_ratio:
        return
    found = context.finding(
        Subject("setting", variable),
        Severity.HIGH if used / size >= limits.full_ratio else Severity.MEDIUM,
        f"The redo log of {size / MB:,.0f} MB takes in {hourly / MB:,.0f} MB an hour and is {used / size:.0%} full.",
        Evidence("written", hourly, "bytes an hour", "Innodb_os_log_written"),
        Evidence("size of the log", size, "bytes", variable),
        Evidence("in use", used / size, "ratio", "Innodb_redo_log_logical_size, else Innodb_checkpoint_age"),
    )
    yield found
    wanted = int(-(-max(hourly * limits.hours_min, size * 1.5) // (128 * MB)) * 128 * MB)
    yield from context.parameters(
        found,
        server_wide(
            settings,
            latest.engine,
            latest.flavour,
            variable,
            int(wanted / files),
            effect="pages are written out evenly",
        ),
        risk="Takes that room on the disk; recovery after a crash reads the whole log.",
    )
