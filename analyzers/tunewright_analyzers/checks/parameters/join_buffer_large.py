"""`parameters/join_buffer_large`: reads ServerStatus and Settings; says when a large join buffer hides missing indexes."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB, number, server_wide, too_short


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    bytes_min: float = threshold(4194304, "bytes", "join_buffer_size from which it counts as raised.")
    joins_per_minute: float = threshold(1, "count", "Joins without an index a minute.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def join_buffer_large(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A join buffer that was raised for all sessions, while joins still run without an index.

    Risk: each such join of each session takes the whole buffer at once; memory runs out under load, and the missing index stays missing.
    Evidence: Select_full_join over the window and join_buffer_size.
    Remedy: the index that the join lacks (plans/join_without_index); then the default of 256 kB, and more only in the session of a report.
    False positives: a warehouse that hashes large tables on purpose.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    joins, now = status.count("select_full_join"), number(settings, "join_buffer_size")
    if joins is None or now is None or now < limits.bytes_min:
        return
    if joins / status.period.seconds * 60 < limits.joins_per_minute:
        return
    found = context.finding(
        Subject("setting", "join_buffer_size"),
        Severity.LOW,
        f"{joins:,.0f} joins without an index, and join_buffer_size is {now / MB:,.0f} MB for every session.",
        Evidence("joins without an index", joins, "count", "Select_full_join"),
        Evidence("join_buffer_size", now, "bytes", "SHOW GLOBAL VARIABLES"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, latest.engine, latest.flavour, "join_buffer_size", 262144, effect="memory is bounded again"
        ),
        risk="Joins without an index get slower: mend those first.",
    )
