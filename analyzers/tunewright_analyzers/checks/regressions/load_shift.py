"""`regressions/load_shift`: reads Regressions; says that the time of all statements left its baseline, and which statements brought it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.regressions import LoadShift, Regressions
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.regressions.incidents import Floors, clock, incidents


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When more load is worth a word."""

    ratio_min: float = threshold(1.5, "ratio", "Statement time over an hour since it rose, against what is usual.")
    load_min: float = threshold(0.2, "seconds a second", "Statement time over the last hour: a fifth of a processor.")
    explained_max: float = threshold(
        0.5, "ratio", "Silent where slower statements, told by themselves, explain more than this share of the surplus."
    )


@check(needs=(Regressions,), thresholds=Thresholds)
def load_shift(context: Context[Thresholds]) -> Iterator[Verdict]:
    """The cluster does more statement work than it usually does at this time.

    Risk: no statement need be slow for a server to be full: more calls, a new release or a crawler bring it to its limit all the same.
    Evidence: seconds of execution a second against the same hour of the week (of the day, of the hours before), the score of the step and its
    limit, and the statements that added most, by more calls or by longer ones.
    Remedy: ask who calls those statements; an unexpected rise in calls is a loop, a retry storm or a lost cache.
    False positives: a campaign, a month's end, an import: what is expected but not weekly. What stays for two weeks becomes the usual.
    """
    section, limits = context.window.need(Regressions), context.thresholds
    load = section.load
    if load is None or load.recent_load < limits.load_min or load.highest_ratio < limits.ratio_min:
        return
    told = sum(one.extra_load for one in incidents(section, Floors(0.05, 0.005, 0.01, 1.2)))
    if told > limits.explained_max * (load.recent_load - load.usual_load):
        return
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.MEDIUM,
        f"Statements take {load.recent_load:.2f} s a second since {clock(load.since)},"
        f" {load.recent_load / load.usual_load:.1f} times what is usual ({load.usual_load:.2f}, {load.usual}).",
        *_evidence(load),
    )


def _evidence(load: LoadShift) -> Iterator[Evidence]:
    source = "history of pg_stat_statements"
    yield Evidence("usual load", round(load.usual_load, 4), "seconds a second", f"{load.usual}")
    yield Evidence("load over the last hour", round(load.recent_load, 4), "seconds a second", source)
    yield Evidence("more since", clock(load.since), "", source)
    yield Evidence("score of the step", round(load.score, 1), "", f"limit {load.limit:.1f}")
    for one in load.contributions:
        if one.extra_load > 0:
            how = f"calls x{one.calls_ratio:.1f}, latency x{one.latency_ratio:.1f}"
            yield Evidence(f"statement {one.statement_id}", round(one.extra_load, 4), "seconds a second", how)
    for change in load.changes[:5]:
        yield Evidence(f"{change.kind} at {clock(change.at)}", f"{change.subject} {change.detail}".strip(), "", "history")  # fmt: skip
