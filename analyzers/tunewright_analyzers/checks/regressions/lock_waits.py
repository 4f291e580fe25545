"""`regressions/lock_waits`: reads Regressions; says that more sessions wait for locks than usual, at which statements and behind whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.regressions import Regressions, SessionShift, SessionsOf
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.regressions.incidents import clock
from tunewright_analyzers.regressions.weighing import SessionFloors, at_most, told

_SOURCE = "sampled sessions"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When waiting sessions are worth a word."""

    sessions_min: float = threshold(1.0, "sessions", "Waiting for locks through nearly all of half an hour.")
    sessions_high: float = threshold(5.0, "sessions", "From so many on it is severe.")
    ratio_min: float = threshold(1.5, "ratio", "Times what is usual.")
    chained_max: float = threshold(
        0.5, "ratio", "Silent where more than this share waited in chains that stood for a minute: locks/blocking_chain tells of them."
    )  # fmt: skip
    explained_max: float = threshold(
        0.5, "ratio", "Silent where more than this share of the waiting is that of statements that are told as slower."
    )


@check(needs=(Regressions,), thresholds=Thresholds)
def lock_waits(context: Context[Thresholds]) -> Iterator[Verdict]:
    """More sessions wait for locks than usual: many waits that no single standing chain explains.

    Risk: work stands still although no statement looks slow: PostgreSQL does not count what waits for a table's lock before it runs, and no
    engine counts what has not ended; what comes on queues up until no connection is left.
    Evidence: sessions that waited for locks on average, of samples every second, against the same hour of the week (of the day, of the hours
    before); the statements that wait; who stood at the head of their chains, in which state, and for how long.
    Remedy: shorten the transaction of the head: commit before it works elsewhere, take table locks with a short lock_timeout, run DDL and LOCK
    TABLE at quiet times. locks/blocking_chain names the session while it blocks, locks/recurring_blocker its statement over the window.
    False positives: a migration that is meant to lock; a batch that is not weekly. What stays for two weeks becomes the usual.
    """
    section, limits = context.window.need(Regressions), context.thresholds
    floors = SessionFloors(limits.sessions_min, limits.ratio_min, limits.explained_max, limits.chained_max)
    shift = told(section, SessionsOf.LOCKS, floors)
    if shift is None:
        return
    most, head = next(iter(shift.statements), None), next(iter(shift.heads), None)
    at = f", most at statement {most.statement_id}" if most is not None and most.statement_id else ""
    behind = f", behind sessions of {head.user or 'unknown'}" if head is not None else ""
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.HIGH if shift.lasting_sessions >= limits.sessions_high else Severity.MEDIUM,
        f"More sessions wait for locks than usual since {clock(shift.since)}: {shift.lasting_sessions:.1f} through half an hour,"
        f" usually {at_most(shift.usual_sessions)} ({shift.usual}){at}{behind}.",
        *_evidence(shift),
    )


def _evidence(shift: SessionShift) -> Iterator[Evidence]:
    yield Evidence("waiting for Lock, usually", at_most(shift.usual_sessions), "sessions", f"{shift.usual}")
    yield Evidence(
        "waiting for Lock, worst half hour",
        round(shift.lasting_sessions, 2),
        "sessions",
        f"{_SOURCE}: all but five minutes of it",
    )
    yield Evidence("waiting for Lock, last ten minutes", round(shift.recent_sessions, 2), "sessions", _SOURCE)
    if shift.habit_sessions > 0:
        habit = round(shift.habit_sessions, 2)
        yield Evidence(
            "waiting for Lock, about this time of day", habit, "sessions", "half an hour on three days of seven"
        )
    yield Evidence("more since", clock(shift.since), "", _SOURCE)
    yield Evidence("score of the step", round(shift.score, 1), "", f"limit {shift.limit:.1f}")
    for one in shift.statements:
        name = f"statement {one.statement_id}" if one.statement_id else "a statement that is not known"
        yield Evidence(f"{name} waits", round(one.sessions, 2), "sessions", one.database or "")
    for head in shift.heads:
        label = f"at the head: {head.user or 'unknown'} in {head.database or 'unknown'}"
        said = f"{head.state or 'state not known'}; statement {head.statement_id or 'not known'}; longest wait {head.longest_seconds:.0f} s"
        yield Evidence(label, said, "", f"{head.sessions:.1f} sessions wait behind it on average")
    yield Evidence("waiting in chains that stood for a minute", round(shift.chained_ratio, 2), "ratio", _SOURCE)
    for change in shift.changes[:5]:
        yield Evidence(f"{change.kind} at {clock(change.at)}", f"{change.subject} {change.detail}".strip(), "", "history")  # fmt: skip
