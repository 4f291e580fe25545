"""Every check is judged by its cases; a check without a firing, a silent, a gap and (with thresholds) a threshold case fails."""

import importlib

import pglast
import pytest

from cases.case import Case
from tunewright_analyzers.check import DOC_PARTS, Check, discover, run
from tunewright_analyzers.finding import Finding, NotJudged
from tunewright_analyzers.recommendation import Recommendation

CHECKS = discover()


def _cases(check: Check) -> tuple[Case, ...]:
    return tuple(importlib.import_module(f"cases.{check.id.replace('/', '.')}").CASES)


PAIRS = [pytest.param(check, case, id=f"{check.id}: {case.name}") for check in CHECKS for case in _cases(check)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_has_every_kind_of_case(check: Check) -> None:
    needed = {"fires", "silent", "gap"} | ({"threshold"} if check.threshold_fields else set())
    assert needed <= {case.kind for case in _cases(check)}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_documented(check: Check) -> None:
    assert check.title
    assert list(check.documentation) == list(DOC_PARTS)
    assert all(check.documentation.values())
    assert all(field.metadata["doc"] and field.metadata["unit"] for field in check.threshold_fields)


@pytest.mark.parametrize(("check", "case"), PAIRS)
def test_case(check: Check, case: Case) -> None:
    verdicts = run(check, case.window(), case.overrides)
    findings = [one for one in verdicts if isinstance(one, Finding)]
    recommendations = [one for one in verdicts if isinstance(one, Recommendation)]
    not_judged = [one for one in verdicts if isinstance(one, NotJudged)]
    assert sorted(str(one.subject) for one in findings) == sorted(case.subjects)
    for one in findings:
        assert case.severity.get(str(one.subject), one.severity) == one.severity
    assert all(any(fragment in one.summary for one in findings) for fragment in case.says)
    stated = [statement for one in recommendations for statement in one.statements]
    assert all(any(fragment in statement for statement in stated) for fragment in case.statements)
    if case.kind == "gap":
        assert not_judged
        assert not findings
    elif not case.gaps:
        assert not not_judged
    assert {one.finding for one in recommendations} <= {one.id for one in findings}


@pytest.mark.parametrize(("check", "case"), PAIRS)
def test_recommended_statements_parse_and_ids_are_unique(check: Check, case: Case) -> None:
    verdicts = run(check, case.window(), case.overrides)
    recommendations = [one for one in verdicts if isinstance(one, Recommendation)]
    for one in recommendations:
        for statement in (*one.statements, *one.rollback):
            assert pglast.parse_sql(statement)
    ids = [one.id for one in recommendations]
    assert len(ids) == len(set(ids))
    findings = [one.id for one in verdicts if isinstance(one, Finding)]
    assert len(findings) == len(set(findings))
