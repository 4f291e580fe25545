"""Advice on parameters for people and for machines: as words, as SQL, as JSON. Called by `tunewright advise parameters`.

In come recommendations that carry changes, the findings they rest on, and what the twin said of the planner's settings; out go lines and
dictionaries. Narrowest scope first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tunewright_agent.reports.console import evidence_text, expectation_text
from tunewright_agent.reports.shapes import evidence_shape, recommendation_shape
from tunewright_analyzers.finding import Finding, NotJudged
from tunewright_analyzers.parameters.trial import Flip, Trial
from tunewright_analyzers.recommendation import Recommendation

_SHOWN = 5
"""Flips named in words; JSON has all."""


@dataclass(frozen=True, slots=True)
class Advised:
    """One recommendation with its finding, and what EXPLAIN on the twin said, where the planner asks the parameter."""

    recommendation: Recommendation
    finding: Finding
    trial: Trial | None = None

    @property
    def order(self) -> tuple[int, int, str]:
        """Narrowest scope first, then the worst finding."""
        scope = min((one.scope.rank for one in self.recommendation.changes), default=0)
        return scope, -self.finding.severity.rank, str(self.recommendation.subject)


def in_order(rows: Sequence[Advised]) -> tuple[Advised, ...]:
    """As they are told."""
    return tuple(sorted(rows, key=lambda one: one.order))


def _flip_text(flip: Flip) -> str:
    return f"{flip.statement} in {flip.database}: planner cost {flip.cost_before:,.0f} -> {flip.cost_after:,.0f}"


def _trial_lines(trial: Trial) -> Iterator[str]:
    what = ", ".join(f"{name} = {value}" for name, value in trial.settings)
    total = len(trial.flips) + trial.same
    yield f"   EXPLAIN on the twin with {what}: {len(trial.flips)} of {total} plans flip, {trial.same} stay as they are"
    if trial.unasked:
        yield f"     {trial.unasked} statements could not be planned there"
    for flip in trial.flips[:_SHOWN]:
        yield f"     {_flip_text(flip)}"
    if len(trial.flips) > _SHOWN:
        yield f"     and {len(trial.flips) - _SHOWN} more"
    if trial.flips:
        yield "     a flip is no gain: costs do not foretell times; measure these statements on a clone, or afterwards"


def text_lines(rows: Sequence[Advised], not_judged: Sequence[NotJudged]) -> Iterator[str]:
    """For a person."""
    yield f"{len(rows)} piece{'' if len(rows) == 1 else 's'} of advice on parameters, the narrowest scope first"
    for number, one in enumerate(in_order(rows), start=1):
        yield ""
        yield f"{number}. {one.finding.summary}"
        for change in one.recommendation.changes:
            where = f" of {change.scope} {change.target}" if change.target else ""
            yield f"   {change.parameter}{where}: {change.now} -> {change.advised}   takes effect: {change.takes}"
            yield f"     expected: {change.effect}"
        yield from _rest(one)
    if not_judged:
        yield ""
        yield f"{len({one.check for one in not_judged})} checks could not judge (not the same as healthy):"
        for gap in not_judged:
            yield f"  {gap.check}: {gap.because}"


def _rest(one: Advised) -> Iterator[str]:
    advice = one.recommendation
    for text in advice.statements:
        yield f"   {text}"
    for each in one.finding.evidence:
        yield f"   because   {evidence_text(each)}"
    if advice.expectation is not None:
        yield f"   measured by {expectation_text(advice.expectation)}"
    yield f"   risk      {advice.risk}"
    if advice.caution:
        yield f"   caution   {advice.caution}"
    for text in advice.rollback:
        yield f"   rollback  {text}"
    if one.trial is not None:
        yield from _trial_lines(one.trial)


def sql_lines(rows: Sequence[Advised]) -> Iterator[str]:
    """SQL to run, each piece with its evidence and its rollback as comments. SET LOCAL stands as a comment: it belongs into the transaction."""
    for one in in_order(rows):
        advice = one.recommendation
        yield f"-- {one.finding.summary}"
        yield f"-- risk: {advice.risk}"
        if advice.caution:
            yield f"-- {advice.caution}"
        for text in advice.statements:
            yield f"-- {text}" if text.startswith("SET LOCAL") else text
        for text in advice.rollback:
            yield f"-- rollback: {text}"
        yield ""


def advice_shape(rows: Sequence[Advised], not_judged: Sequence[NotJudged]) -> dict[str, Any]:
    """The whole answer."""
    return {
        "parameters": [
            {
                **recommendation_shape(one.recommendation),
                "summary": one.finding.summary,
                "severity": str(one.finding.severity),
                "evidence": [evidence_shape(each) for each in one.finding.evidence],
                "trial": None if one.trial is None else asdict(one.trial),
            }
            for one in in_order(rows)
        ],
        "not_judged": [{"check": one.check, "subject": str(one.subject), "because": one.because} for one in not_judged],
    }
