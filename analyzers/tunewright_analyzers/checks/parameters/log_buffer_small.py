"""`parameters/log_buffer_small`: reads ServerStatus and Settings; says when transactions wait for the log buffer."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB, doubled, number, server_wide, too_short, why_not_settable


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    waits_min: float = threshold(1, "count", "Waits over the window.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def log_buffer_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Transactions that waited because the log buffer was full.

    Risk: large transactions write the log in the middle instead of at their end, and others wait behind them.
    Evidence: Innodb_log_waits over the window.
    Remedy: twice the buffer; smaller transactions where one loads millions of rows.
    False positives: a single bulk load.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    waits, now = status.count("innodb_log_waits"), number(settings, "innodb_log_buffer_size")
    if waits is None or now is None or waits < context.thresholds.waits_min:
        return
    if why_not_settable("innodb_log_buffer_size", latest.flavour):
        return
    found = context.finding(
        Subject("setting", "innodb_log_buffer_size"),
        Severity.LOW,
        f"{waits:,.0f} waits for the log buffer of {now / MB:,.0f} MB.",
        Evidence("waits", waits, "count", "Innodb_log_waits"),
        Evidence("log buffer", now, "bytes", "innodb_log_buffer_size"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings,
            latest.engine,
            latest.flavour,
            "innodb_log_buffer_size",
            doubled(now, 256 * MB),
            effect="no waits for the log buffer",
        ),
        risk="Takes that memory once.",
    )
