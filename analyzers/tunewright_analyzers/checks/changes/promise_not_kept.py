"""`changes/promise_not_kept`: reads Effects; says which advice was followed and did not bring what it promised."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.effects.telling import UNDOING, evidence, subject
from tunewright_analyzers.facts.effects import Effects, Outcome
from tunewright_analyzers.finding import Severity


@check(needs=(Effects,))
def promise_not_kept(context: Context[object]) -> Iterator[Verdict]:
    """Advice that was followed and did not bring what it promised, though nothing became slower.

    Risk: an index that serves nobody costs every write and its room; a setting that does nothing hides the one that would.
    Evidence: the promise of the recommendation, and the time a call of the statements that it named, in comparable hours.
    Remedy: take it back with the statements printed, unless something that ran outside the hours compared has use of it.
    False positives: a statement that comes once a month; a workload that has changed since the advice.
    """
    for row in context.window.need(Effects).rows:
        if row.kept is not False or row.outcome is Outcome.HURT or row.undone_at is not None:
            continue
        found = context.finding(
            subject(row.change),
            Severity.LOW,
            f"{str(row.change)[:300]}; {row.change.at:%Y-%m-%d %H:%M} UTC, as we advised; it did not bring what was promised: {row.because}.",
            *evidence(row),
        )
        yield found
        if row.change.undo:
            yield context.recommendation(
                found,
                UNDOING[row.change.what],
                row.change.undo,
                risk="What became a little faster becomes slower again.",
                rollback=row.change.redo,
                caution=row.change.caution,
            )
