"""`changes/hurt`: reads Effects; says which change made the statements slower, and how to take it back."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.effects.telling import UNDOING, evidence, subject
from tunewright_analyzers.facts.effects import Effects, Outcome
from tunewright_analyzers.finding import Severity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a change that cost time is worth a finding."""

    least_seconds_a_day: float = threshold(60.0, "seconds", "execution time lost a day from which a change is reported")
    high_seconds_a_day: float = threshold(3600.0, "seconds", "execution time lost a day from which it is severe")


@check(needs=(Effects,), thresholds=Thresholds)
def hurt(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Changes after which the statements they concern take more time than before, whoever made them.

    Risk: the server does the same work more slowly, and it will go on until the change is taken back.
    Evidence: each statement's time a call in comparable hours before and after, by ranks; what else changed then is named.
    Remedy: take the change back with the statements printed, or find out which of the changes named together did it.
    False positives: data that grew at the same time, a release of the application, a cache that is still cold after a restart.
    """
    for row in context.window.need(Effects).rows:
        lost = -row.saved_seconds_a_day
        if (
            row.outcome is not Outcome.HURT
            or row.undone_at is not None
            or lost < context.thresholds.least_seconds_a_day
        ):
            continue
        severe = lost >= context.thresholds.high_seconds_a_day
        advised = "as we advised" if row.recommendation else "not on our advice"
        found = context.finding(
            subject(row.change),
            Severity.HIGH if severe else Severity.MEDIUM,
            f"{str(row.change)[:300]}; {row.change.at:%Y-%m-%d %H:%M} UTC, {advised}; {row.because}.",
            *evidence(row),
        )
        yield found
        if row.change.undo:
            yield context.recommendation(
                found,
                UNDOING[row.change.what],
                row.change.undo,
                risk="What became faster by the change becomes slower again: see the statements in the evidence.",
                rollback=row.change.redo,
                caution=row.change.caution,
            )
