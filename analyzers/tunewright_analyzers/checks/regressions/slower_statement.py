"""`regressions/slower_statement`: reads Regressions; says which statements became slower than they usually are, one finding a cause."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.regressions import Regressions
from tunewright_analyzers.finding import Subject
from tunewright_analyzers.regressions.incidents import Floors, clock, companions, evidence, incidents, milliseconds


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a slower statement must weigh."""

    share_min: float = threshold(0.05, "ratio", "Share of all statements' time over the last hour.")
    changed_share_min: float = threshold(
        0.005, "ratio", "The same where its plan, its rows a call, settings, DDL or the server's role changed."
    )
    load_min: float = threshold(0.01, "seconds a second", "Its execution time, as a share of one processor.")
    ratio_min: float = threshold(1.2, "ratio", "How many times slower than usual.")


@check(needs=(Regressions,), thresholds=Thresholds)
def slower_statement(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A statement that carries load takes longer than it usually does at this time.

    Risk: users wait, and what waits longer holds connections and locks longer; often the first sign of stale statistics, a lost index,
    a growing table or a lock that others hold.
    Evidence: mean execution time against the same hour of the week (of the day, of the hours before, as far as the history reaches),
    the score of the step and its limit, share of the load, waits before and since, rows a call, statistics of its tables, and what happened
    around that time. Statements that became slower within half an hour of each other are one finding.
    Remedy: look at what changed with it: a wait for locks names the blocker in locks/blocking_chain; changed rows want ANALYZE; more rows
    a call come from the application. Where the plan changed see regressions/plan_flip.
    False positives: a rare batch that is not weekly; the hour in which daylight saving begins or ends; parameters that ask for more than
    usual. What stays so for two weeks becomes the usual.
    """
    limits = context.thresholds
    floors = Floors(limits.share_min, limits.changed_share_min, limits.load_min, limits.ratio_min)
    for incident in incidents(context.window.need(Regressions), floors):
        if incident.flipped:
            continue  # plan_flip tells it
        lead = incident.lead
        yield context.finding(
            Subject("statement", lead.statement_id, lead.database),
            incident.severity,
            f"Statement {lead.statement_id} takes {milliseconds(lead.recent_seconds)} a call since {clock(lead.since)},"
            f" {lead.ratio:.1f} times what is usual ({milliseconds(lead.usual_seconds)}, {lead.usual});"
            f" it is {lead.share:.0%} of the load{companions(incident)}.",
            *evidence(incident),
        )
