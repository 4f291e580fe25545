"""The JSON that findings.json, /findings and `--format json` give: one shape, so that a script reads all three alike.

Public: renaming a key needs a changelog entry. Lists come in a fixed order (severity first, then check and subject), so that two
outputs can be compared line by line. Numbers that JSON cannot hold (NaN, infinity) become text.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tunewright_agent.state import Judgement, State
from tunewright_analyzers.effects.promise import Trust
from tunewright_analyzers.facts.effects import Effect, StatementEffect
from tunewright_analyzers.facts.ids import FindingId, StatementId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity
from tunewright_analyzers.recommendation import Expectation, ParameterChange, Recommendation

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MeasuredStatement:
    """One statement before and after the advice: seconds and calls over runs of the same work. `text` is redacted."""

    id: StatementId
    text: str | None
    before_seconds: float
    after_seconds: float
    before_calls: int = 0
    after_calls: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """What applying advice brought, measured. `method` says how, for the reader who doubts."""

    before_seconds: float
    after_seconds: float
    statements: tuple[MeasuredStatement, ...] = ()
    applied: tuple[str, ...] = ()
    """The SQL that was applied between the two."""
    method: str = ""


def by_severity(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by check and subject."""
    return tuple(sorted(findings, key=lambda one: (-one.severity.rank, one.check, str(one.subject), one.id)))


def by_finding(recommendations: Iterable[Recommendation], findings: Iterable[Finding]) -> tuple[Recommendation, ...]:
    """Those for the worst finding first, then by check and subject."""
    rank: dict[FindingId, int] = {one.id: one.severity.rank for one in findings}
    lowest = Severity.INFO.rank
    return tuple(
        sorted(recommendations, key=lambda one: (-rank.get(one.finding, lowest), one.check, str(one.subject), one.id))
    )


def by_check(not_judged: Iterable[NotJudged]) -> tuple[NotJudged, ...]:
    """By check and subject, each once."""
    return tuple(sorted(set(not_judged), key=lambda one: (one.cluster, one.check, str(one.subject), one.because)))


def by_gain(measured: Measured) -> tuple[MeasuredStatement, ...]:
    """The statement that gained most seconds first; what cannot be compared last."""

    def key(one: MeasuredStatement) -> tuple[bool, float, str]:
        gained = one.before_seconds - one.after_seconds
        return (True, 0.0, one.id) if math.isnan(gained) else (False, -gained, one.id)

    return tuple(sorted(measured.statements, key=key))


def _plain(value: float | int | str | bool) -> float | int | str | bool:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def evidence_shape(one: Evidence) -> Shape:
    """A number with its unit and where it was read."""
    return {"label": one.label, "value": _plain(one.value), "unit": one.unit, "source": one.source}


def finding_shape(one: Finding) -> Shape:
    """A finding; `subject` as text."""
    return {
        "id": one.id,
        "cluster": one.cluster,
        "check": one.check,
        "subject": str(one.subject),
        "severity": str(one.severity),
        "summary": one.summary,
        "evidence": [evidence_shape(each) for each in one.evidence],
    }


def _expectation_shape(one: Expectation | None) -> Shape | None:
    if one is None:
        return None
    return {
        "metric": one.metric,
        "baseline": _plain(one.baseline),
        "predicted": _plain(one.predicted),
        "unit": one.unit,
        "method": one.method,
        "settle_seconds": one.settle.total_seconds(),
        "statements": list(one.statements),
    }


def recommendation_shape(one: Recommendation) -> Shape:
    """A recommendation with its SQL, expectation (or null), risk and rollback."""
    return {
        "id": one.id,
        "cluster": one.cluster,
        "finding": one.finding,
        "check": one.check,
        "subject": str(one.subject),
        "action": str(one.action),
        "statements": list(one.statements),
        "form": str(one.form),
        "template": one.template or None,
        "expectation": _expectation_shape(one.expectation),
        "risk": one.risk,
        "rollback": list(one.rollback),
        "caution": one.caution,
        "evidence": [evidence_shape(each) for each in one.evidence],
        "changes": [change_shape(each) for each in one.changes],
    }


def change_shape(one: ParameterChange) -> Shape:
    """One parameter, from what to what; `native` in the unit of a parameter group."""
    return {
        "parameter": one.parameter,
        "scope": str(one.scope),
        "target": one.target,
        "now": one.now,
        "advised": one.advised,
        "native_now": one.native_now,
        "native": one.native,
        "takes_effect": str(one.takes),
        "effect": one.effect,
    }


def statement_effect_shape(one: StatementEffect) -> Shape:
    """A statement before and after a change."""
    return {
        "statement": one.statement,
        "kind": one.kind,
        "before_seconds": _plain(one.before_seconds),
        "after_seconds": _plain(one.after_seconds),
        "before_calls": one.before_calls,
        "after_calls": one.after_calls,
        "ratio": _plain(one.ratio),
        "low": _plain(one.low),
        "high": _plain(one.high),
        "probability": _plain(one.probability),
        "differs": one.differs,
        "saved_seconds_a_day": _plain(one.saved_seconds_a_day),
    }


def effect_shape(one: Effect) -> Shape:
    """A change with what it did; `recommendation` is null where nobody here advised it."""
    change = one.change
    return {
        "change": change.id,
        "what": str(change.what),
        "name": change.name,
        "object": change.object,
        "database": change.database,
        "seen_after": change.after.isoformat(),
        "seen_at": change.at.isoformat(),
        "before": change.before,
        "now": change.now,
        "undo": list(change.undo),
        "caution": change.caution,
        "outcome": str(one.outcome),
        "because": one.because,
        "undone_at": one.undone_at.isoformat() if one.undone_at else None,
        "recommendation": one.recommendation,
        "check": one.check,
        "promised": one.promised,
        "promised_metric": one.promised_metric,
        "measured": one.measured,
        "kept": one.kept,
        "saved_seconds_a_day": _plain(one.saved_seconds_a_day),
        "saved_dollars_a_month": one.saved_dollars_a_month,
        "statements": [statement_effect_shape(each) for each in one.statements],
        "before_period": _period_shape(one.before),
        "after_period": _period_shape(one.after),
        "method": one.method,
        "alongside": list(one.alongside),
        "measured_at": one.measured_at.isoformat(),
        "is_final": one.is_final,
    }


def _period_shape(one: Period | None) -> Shape | None:
    return None if one is None else {"start": one.start.isoformat(), "end": one.end.isoformat()}


def trust_shape(one: Trust) -> Shape:
    """How far the promises of a check may be trusted."""
    return {
        "check": one.check,
        "judged": one.judged,
        "kept": one.kept,
        "promised": one.promised,
        "measured": one.measured,
    }


def measured_shape(measured: Measured) -> Shape:
    """What the advice brought, in all and by statement (the largest gain first)."""
    return {
        "before_seconds": _plain(measured.before_seconds),
        "after_seconds": _plain(measured.after_seconds),
        "statements": [
            {
                "id": one.id,
                "text": one.text,
                "before_seconds": _plain(one.before_seconds),
                "after_seconds": _plain(one.after_seconds),
                "before_calls": one.before_calls,
                "after_calls": one.after_calls,
            }
            for one in by_gain(measured)
        ],
        "applied": list(measured.applied),
        "method": measured.method,
    }


def judgement_shape(judgement: Judgement, measured: Measured | None = None) -> Shape:
    """The document: findings, recommendations, not_judged, and `measured` only where it is given."""
    shape: Shape = {
        "findings": [finding_shape(one) for one in by_severity(judgement.findings)],
        "recommendations": [
            recommendation_shape(one) for one in by_finding(judgement.recommendations, judgement.findings)
        ],
        "not_judged": [
            {"cluster": one.cluster, "check": one.check, "subject": str(one.subject), "because": one.because}
            for one in by_check(judgement.not_judged)
        ],
    }
    if measured is not None:
        shape["measured"] = measured_shape(measured)
    return shape


def whole_judgement(state: State) -> Judgement:
    """The judgements of all instances as one; `judged_at` is the oldest among them (the daemon's start where there is none)."""
    judged = [one.judgement for one in state.instances if one.judgement is not None]
    return Judgement(
        min((one.judged_at for one in judged), default=state.started_at),
        tuple(each for one in judged for each in one.findings),
        tuple(each for one in judged for each in one.recommendations),
        tuple(each for one in judged for each in one.not_judged),
    )


def state_shape(state: State, measured: Measured | None = None) -> Shape:
    """The document for everything that is watched: what /findings answers."""
    return judgement_shape(whole_judgement(state), measured)
