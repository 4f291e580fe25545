"""`parameters/sort_buffer_small`: reads ServerStatus and Settings; says when sorts are merged from the disk."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB, number, too_short


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    merge_ratio: float = threshold(0.1, "ratio", "Merge passes by sorts.")
    passes_per_minute: float = threshold(10, "count", "Merge passes a minute.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def sort_buffer_small(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Sorts that do not fit into sort_buffer_size and are merged from files.

    Risk: everything sorted is written and read once more.
    Evidence: Sort_merge_passes against sorts over the window.
    Remedy: an index in the order wanted (plans/filesort); else more sort_buffer_size in the sessions that need it: never for all, for each sort of
        each session takes it.
    False positives: a nightly report.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    limits = context.thresholds
    passes = status.count("sort_merge_passes")
    sorts = (status.count("sort_range") or 0.0) + (status.count("sort_scan") or 0.0)
    now = number(settings, "sort_buffer_size")
    if passes is None or now is None or not sorts:
        return
    if passes / sorts < limits.merge_ratio or passes / status.period.seconds * 60 < limits.passes_per_minute:
        return
    yield context.finding(
        Subject("setting", "sort_buffer_size"),
        Severity.LOW,
        f"{passes / sorts:.0%} as many merge passes as sorts with sort_buffer_size {now / MB:,.2f} MB: set more in the sessions that sort most, "
        "not for all.",
        Evidence("merge passes", passes / sorts, "ratio", "Sort_merge_passes / (Sort_range + Sort_scan)"),
        Evidence("sorts", sorts / status.period.seconds * 60, "per minute", "Sort_range + Sort_scan"),
        Evidence("sort_buffer_size", now, "bytes", "SHOW GLOBAL VARIABLES"),
    )
