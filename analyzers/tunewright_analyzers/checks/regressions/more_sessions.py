"""`regressions/more_sessions`: reads Regressions; says that more sessions are active than usual, where statements' times do not show why."""

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
    """When active sessions are worth a word."""

    sessions_min: float = threshold(5.0, "sessions", "Active, more than usual, through nearly all of half an hour.")
    ratio_min: float = threshold(2.0, "ratio", "Times what is usual.")
    explained_max: float = threshold(
        0.5, "ratio", "Silent where more than this share of them waits for locks, or is in the statements' own time: that is told by itself."
    )  # fmt: skip


@check(needs=(Regressions,), thresholds=Thresholds)
def more_sessions(context: Context[Thresholds]) -> Iterator[Verdict]:
    """More sessions are active than usual, and the time of the statements that ended does not show it.

    Risk: statements that have not ended are in no statistics: they hold connections, locks and old row versions, and more come.
    Evidence: active sessions on average, of samples every second, against the same hour of the week (of the day, of the hours before); what
    they wait for, before and since; the statements that they are at.
    Remedy: look at the oldest of them: what waits for a client wants its application mended, what waits for IO or runs for hours wants its
    statement looked at (`tunewright explain`), or a statement_timeout.
    False positives: maintenance and reports that take hours and are not weekly. What stays for two weeks becomes the usual.
    """
    section, limits = context.window.need(Regressions), context.thresholds
    floors = SessionFloors(limits.sessions_min, limits.ratio_min, limits.explained_max)
    shift = told(section, SessionsOf.ACTIVE, floors)
    if shift is None:
        return
    most = next(iter(shift.statements), None)
    at = f", most at statement {most.statement_id}" if most is not None and most.statement_id else ""
    waits = f", most for {shift.waits[0].wait_type}" if shift.waits else ""
    yield context.finding(
        Subject("cluster", context.window.cluster),
        Severity.MEDIUM,
        f"More sessions are active than usual since {clock(shift.since)}: {shift.lasting_sessions:.1f} through half an hour,"
        f" usually {at_most(shift.usual_sessions)} ({shift.usual}){waits}{at}.",
        *_evidence(shift),
    )


def _evidence(shift: SessionShift) -> Iterator[Evidence]:
    yield Evidence("active, usually", at_most(shift.usual_sessions), "sessions", f"{shift.usual}")
    yield Evidence(
        "active, worst half hour",
        round(shift.lasting_sessions, 2),
        "sessions",
        f"{_SOURCE}: all but five minutes of it",
    )
    yield Evidence("active, last ten minutes", round(shift.recent_sessions, 2), "sessions", _SOURCE)
    if shift.habit_sessions > 0:
        habit = round(shift.habit_sessions, 2)
        yield Evidence("active, about this time of day", habit, "sessions", "half an hour on three days of seven")
    yield Evidence("more since", clock(shift.since), "", _SOURCE)
    yield Evidence("score of the step", round(shift.score, 1), "", f"limit {shift.limit:.1f}")
    for wait in shift.waits:
        yield Evidence(f"waiting for {wait.wait_type}", round(wait.since, 3), "ratio", f"{_SOURCE}; {wait.before:.0%} before")  # fmt: skip
    for one in shift.statements:
        name = f"statement {one.statement_id}" if one.statement_id else "a statement that is not known"
        yield Evidence(f"{name} is active", round(one.sessions, 2), "sessions", one.database or "")
    for change in shift.changes[:5]:
        yield Evidence(f"{change.kind} at {clock(change.at)}", f"{change.subject} {change.detail}".strip(), "", "history")  # fmt: skip
