"""Every check is judged by its cases; a check without a firing, a silent, a gap and (with thresholds) a threshold case fails."""

import importlib
import re
import textwrap
from dataclasses import replace

import cfnlint.api
import pglast
import pytest
import sqlglot

import aws_cli
import controls
from cases.case import Case
from tunewright_analyzers.check import DOC_PARTS, Check, discover, run
from tunewright_analyzers.facts.snapshot import Engine, Flavour, View
from tunewright_analyzers.finding import Finding, NotJudged
from tunewright_analyzers.parameters.flavours import why_not_settable
from tunewright_analyzers.recommendation import Form, Recommendation

CHECKS = discover()
PARTIAL = {"E3003"}
"""cfn-lint's complaints that a resource lacks required properties: a template states only what changes."""


def _cases(check: Check) -> tuple[Case, ...]:
    return tuple(importlib.import_module(f"cases.{check.id.replace('/', '.')}").CASES)


def _mysql(statement: str) -> bool:
    """Whether sqlglot reads it as MySQL's; what it does not model (KILL, CALL, SET PERSIST) it hands on as a Command.

    MariaDB's ANALYZE TABLE … PERSISTENT and IGNORED it refuses: tests/live/test_mysql_explain.py sends those to a server.
    """
    statement = (
        statement.partition(" PERSISTENT FOR COLUMNS ")[0]
        .replace(" NOT IGNORED", " VISIBLE")
        .replace(" IGNORED", " INVISIBLE")
    )
    return bool(sqlglot.parse(statement, dialect="mysql"))


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


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_its_cases_are_of_engines_that_the_check_holds_for(check: Check) -> None:
    for case in _cases(check):
        assert check.judges(case.window().latest) or check.view is not case.window().latest.view, case.name


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


@pytest.mark.parametrize("check", [one for one in CHECKS if Engine.MYSQL in one.engines], ids=lambda check: check.id)
def test_on_mysql_no_finding_speaks_of_postgresql_s_views(check: Check) -> None:
    """Each case of a check that holds for MySQL too, judged as if the facts had come from there."""
    for case in _cases(check) if check.view is View.ENGINE else ():
        window = case.window()
        mysql = replace(window, latest=replace(window.latest, engine=Engine.MYSQL))
        for verdict in run(check, mysql, case.overrides):
            if isinstance(verdict, Finding):
                sources = [one.source for one in verdict.evidence]
                assert not [one for one in sources if one.startswith(("pg_", "aurora_replica_status"))], case.name
            if (
                isinstance(verdict, Recommendation) and check.group != "changes"
            ):  # what undoes a change stands in its facts
                assert all(_mysql(one) for one in verdict.statements)
                assert "pg_" not in f"{verdict.statements} {verdict.rollback} {verdict.caution}"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_recommended_statements_parse_and_ids_are_unique(check: Check) -> None:
    for case in _cases(check):
        verdicts = run(check, case.window(), case.overrides)
        recommendations = [one for one in verdicts if isinstance(one, Recommendation)]
        for one in recommendations:
            for statement in (*one.statements, *one.rollback):
                if one.form is Form.AWS_CLI:
                    aws_cli.check(statement)
                else:
                    parsed = pglast.parse_sql(statement) if case.engine is Engine.POSTGRESQL else _mysql(statement)
                    assert parsed, case.name
        ids = [one.id for one in recommendations]
        assert len(ids) == len(set(ids)), case.name
        findings = [one.id for one in verdicts if isinstance(one, Finding)]
        assert len(findings) == len(set(findings)), case.name


@pytest.mark.parametrize("check", [one for one in CHECKS if one.controls], ids=lambda check: check.id)
def test_the_controls_that_a_check_names_exist(check: Check) -> None:
    assert set(check.controls) <= controls.KNOWN


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("aws rds modify-db-cluster --region x", "lacks"),
        ("aws rds modify-db-clusters --db-cluster-identifier a", "no such operation"),
        ("aws rds modify-db-cluster --db-cluster-identifier a --deletion-protected", "has no --deletion-protected"),
        ("aws rds modify-db-cluster --db-cluster-identifier a --deletion-protection true", "wrong values"),
        ("aws rds modify-db-cluster --db-cluster-identifier a --backup-retention-period week", "whole numbers"),
        ("aws rds modify-db-cluster --db-cluster-identifier a b", "takes one value"),
        ("aws rds describe-db-clusters --query Clusters[].Status", "the answer has no Clusters"),
    ],
)
def test_a_line_that_the_aws_cli_would_refuse_is_refused(line: str, says: str) -> None:
    with pytest.raises(aws_cli.NotTheCli, match=says):
        aws_cli.check(line)


CLOUD = [one for one in CHECKS if one.view is View.CLOUD]
SETS = (
    "modify-db-cluster ",
    "modify-db-instance ",
    "modify-db-cluster-parameter-group ",
    "modify-db-parameter-group ",
    "create-db-instance ",
)
"""Commands whose change CloudFormation has a property for."""


def _advice(check: Check) -> list[Recommendation]:
    verdicts = (one for case in _cases(check) for one in run(check, case.window(), case.overrides))
    return [one for one in verdicts if isinstance(one, Recommendation)]


@pytest.mark.parametrize("check", CLOUD, ids=lambda check: check.id)
def test_a_check_of_the_cloud_carries_the_lines_that_mend_or_says_why_there_are_none(check: Check) -> None:
    """The lines themselves are held against botocore's models and cfn-lint's schemas by the tests beside this one."""
    advice = _advice(check)
    assert bool(advice) is ("No command:" not in check.documentation["Remedy"])
    for one in advice:
        assert one.form is Form.AWS_CLI
        assert all(" --region " in line for line in (*one.statements, *one.rollback))
        assert one.template or not any(line.startswith(f"aws rds {name}") for line in one.statements for name in SETS)


def test_every_sum_of_dollars_names_the_region_and_the_day_of_its_prices() -> None:
    told = []
    for check in CLOUD:
        verdicts = [one for case in _cases(check) for one in run(check, case.window(), case.overrides)]
        for one in verdicts:
            if isinstance(one, Finding) and ("$" in one.summary or any("dollar" in row.unit for row in one.evidence)):
                told.append(one)
                assert any(
                    re.search(r"list prices of [a-z]+-[a-z]+-\d, \d{4}-\d\d-\d\d", row.source) for row in one.evidence
                ), one
    assert {one.check for one in told} >= {"cost/io_optimized", "cost/old_generation"}


def test_a_region_without_prices_is_not_judged_and_told_how_it_gets_some() -> None:
    check = next(one for one in CHECKS if one.id == "cost/io_optimized")
    case = next(one for one in _cases(check) if one.name == "no price of the class")
    (verdict,) = [one for one in run(check, case.window()) if isinstance(one, NotJudged)]
    assert "in eu-west-1: run `tunewright prices update --region eu-west-1`" in verdict.because


def test_every_control_of_security_hub_for_clusters_and_instances_is_carried_or_known_not_to_be() -> None:
    carried = {control for check in CHECKS for control in check.controls if control.startswith("RDS.")}
    assert carried | set(controls.NOT_CARRIED) == {one for one in controls.KNOWN if one.startswith("RDS.")}
    assert not carried & set(controls.NOT_CARRIED)


@pytest.mark.slow
def test_cloudformation_takes_the_templates() -> None:
    """Every template of every case as a resource of one stack: cfn-lint knows each property and its type."""
    cases = [(check, case) for check in CHECKS if check.view is View.CLOUD for case in _cases(check)]
    verdicts = (one for check, case in cases for one in run(check, case.window(), case.overrides))
    templates = sorted({one.template for one in verdicts if isinstance(one, Recommendation) and one.template})
    assert templates
    resources = "".join(f"  R{number}:\n{textwrap.indent(text, '    ')}\n" for number, text in enumerate(templates))
    found = cfnlint.api.lint(f"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n{resources}", regions=["us-east-1"])
    assert [str(one) for one in found if one.rule.id.startswith("E") and one.rule.id not in PARTIAL] == []


def _advised_on_aws(check: Check) -> list[tuple[Flavour, Recommendation]]:
    """What the rule says of its own firing cases where they are a server of RDS or of Aurora."""
    cases = [case for case in _cases(check) if case.subjects and case.engine is Engine.POSTGRESQL]
    return [
        (flavour, one)
        for case in cases
        for flavour in (Flavour.RDS, Flavour.AURORA)
        for one in run(check, replace(case, flavour=flavour).window(), case.overrides)
        if isinstance(one, Recommendation)
    ]


RULES = [check for check in CHECKS if check.id.startswith("parameters/")]
WEAKENED = {"fsync", "full_page_writes", "synchronous_commit"}


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.id)
def test_no_rule_advises_what_aws_ignores_or_keeps_to_itself_or_what_endangers_data(check: Check) -> None:
    """Every rule that fires on a server of one's own, asked of RDS and of Aurora: it may say nothing, or something that is theirs to set."""
    for flavour, one in _advised_on_aws(check):
        assert "ALTER SYSTEM" not in " ".join(one.statements)
        assert [change.parameter for change in one.changes if why_not_settable(change.parameter, flavour)] == []
        assert [change for change in one.changes if change.parameter in WEAKENED and change.advised == "off"] == []


def test_the_test_above_has_changes_to_look_at() -> None:
    seen = {change.parameter for check in RULES for _, one in _advised_on_aws(check) for change in one.changes}
    assert len(seen) > 15
