"""`regressions/plan_flip`: reads Regressions; says which changed plan made a statement slower, with both plans and what changed around it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.regressions import Regressions
from tunewright_analyzers.finding import Subject
from tunewright_analyzers.regressions.incidents import Floors, clock, companions, evidence, incidents, milliseconds


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a statement whose plan changed must weigh."""

    share_min: float = threshold(0.005, "ratio", "Share of all statements' time over the last hour.")
    load_min: float = threshold(0.01, "seconds a second", "Its execution time, as a share of one processor.")
    ratio_min: float = threshold(1.2, "ratio", "How many times slower than usual.")


@check(needs=(Regressions,), thresholds=Thresholds)
def plan_flip(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Another plan made a statement slower.

    Risk: the planner will go on choosing it: users wait until what made it choose so is undone.
    Evidence: both plans' shapes and what they begin with, latencies before and after: three times slower, or at least 20 % by the
    test of Mann and Whitney (five observations on each side), and what happened around that time: statistics, DDL, settings, version, failover.
    Remedy: undo the cause where it is named: bring back the index, set the parameter back, ANALYZE the tables whose rows changed, or
    raise the statistics target of the column that is estimated wrongly.
    False positives: where plans come from the twin and not from auto_explain, the shape that the server really used is not known.
    """
    limits = context.thresholds
    floors = Floors(0.05, limits.share_min, limits.load_min, limits.ratio_min)
    for incident in incidents(context.window.need(Regressions), floors):
        lead, flip = incident.lead, incident.lead.flip
        if flip is None or not incident.flipped:
            continue
        around = ", ".join(f"{change.kind.replace('_', ' ')} ({change.subject})" for change in incident.changes[:3])
        yield context.finding(
            Subject("statement", lead.statement_id, lead.database),
            incident.severity,
            f"Statement {lead.statement_id} has another plan ({flip.before or flip.was} before, {flip.after or flip.now} now) and takes"
            f" {milliseconds(lead.recent_seconds)} a call since {clock(lead.since)}, {lead.ratio:.1f} times what is usual;"
            f" around it: {around or 'nothing that the history knows of'}{companions(incident)}.",
            *evidence(incident),
        )
