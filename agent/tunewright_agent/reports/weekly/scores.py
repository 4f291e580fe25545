"""Health by area: 100 less what the findings that stand weigh. Pure.

A critical finding weighs 40, one that is high 15, medium 5, low 1; an area ends at 0. The whole is the mean of the areas that could be judged.
An area without a check that could look has no score: that is not the same as healthy.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from tunewright_agent.reports.weekly.document import AreaScore
from tunewright_agent.week import FindingLife, Week
from tunewright_analyzers.check import PARTLY
from tunewright_analyzers.finding import NotJudged, Severity

WEIGHTS = {Severity.CRITICAL: 40, Severity.HIGH: 15, Severity.MEDIUM: 5, Severity.LOW: 1, Severity.INFO: 0}
AREAS = {
    "performance": ("plans", "queries", "indexes", "changes", "regressions"),
    "configuration": ("parameters",),
    "maintenance": ("maintenance", "schema"),
    "capacity": ("capacity",),
    "availability": ("availability", "replication", "locks"),
    "backup": ("backup",),
    "security": ("security",),
    "cost": ("cost",),
}
"""Groups of checks by area; a group that is in none is an area of its own."""


def group_of(check: str) -> str:
    """`indexes` of `indexes/unused`."""
    return check.partition("/")[0]


def area_of(check: str) -> str:
    """The area of a check."""
    group = group_of(check)
    return next((area for area, groups in AREAS.items() if group in groups), group)


def blind_checks(not_judged: Iterable[NotJudged]) -> frozenset[str]:
    """Checks that could not look at all: what could be read in part was looked at."""
    return frozenset(one.check for one in not_judged if PARTLY not in one.because)


def _weight(severities: Counter[Severity]) -> int:
    return max(0, 100 - sum(WEIGHTS[one] * number for one, number in severities.items()))


def _made_of(severities: Counter[Severity]) -> str:
    parts = [
        f"{severities[one]} {one} (-{WEIGHTS[one] * severities[one]})"
        for one in reversed(Severity)
        if severities[one] and WEIGHTS[one]
    ]
    return ", ".join(parts) or "nothing found"


def _before(area: str, findings: tuple[FindingLife, ...], at: datetime) -> int | None:
    """The score of then; None where nothing was known then, or a severity of then is not kept."""
    if not any(one.first_seen <= at for one in findings):
        return None
    then = [one for one in findings if one.stood(at) and area_of(one.check) == area]
    if any(one.severity is None for one in then):
        return None
    return _weight(Counter(Severity(one.severity) for one in then if one.severity is not None))


def areas(week: Week, known: frozenset[str]) -> tuple[AreaScore, ...]:
    """Every area that has checks among those `known`, in a fixed order; those without any too, so that what nobody looks at is seen."""
    judgement = week.judgement
    names = dict.fromkeys([*AREAS, *sorted({area_of(check) for check in known})])
    blind = blind_checks(judgement.not_judged) if judgement is not None else known
    found = []
    for area in names:
        checks = {check for check in known if area_of(check) == area}
        judged = checks - blind
        severities = (
            Counter(one.severity for one in judgement.findings if area_of(one.check) == area)
            if judgement
            else Counter()
        )
        score = _weight(severities) if judged or severities else None
        before = _before(area, week.findings, week.period.start) if score is not None else None
        told = _made_of(severities) if score is not None else _blind(len(checks))
        found.append(AreaScore(area, score, before, told, len(judged), len(checks - judged)))
    return tuple(found)


def _blind(checks: int) -> str:
    return (
        f"not read: none of its {checks} checks could look"
        if checks
        else "not read: no check of it judges this kind of target"
    )


def overall(rows: tuple[AreaScore, ...]) -> tuple[int | None, int | None]:
    """(now, before): means over the areas that have both where before is wanted; None where none has."""
    now = [one.score for one in rows if one.score is not None]
    before = [one.before for one in rows if one.before is not None]
    return (round(sum(now) / len(now)) if now else None), (round(sum(before) / len(before)) if before else None)
