"""The terminal: a table fitted to its width; in a pipe one line a fact, no ANSI; hostile text visible, SQL whole."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

import states
from cases.case import NOW
from tunewright_agent.reports.console import print_findings, print_measured, print_recommendations
from tunewright_agent.reports.quantities import quantity
from tunewright_agent.reports.shapes import Measured, MeasuredStatement, recommendation_shape
from tunewright_agent.state import Judgement, State
from tunewright_analyzers.facts.ids import CheckId, FindingId, RecommendationId, StatementId
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject
from tunewright_analyzers.recommendation import Action, Form, Recommendation

ANSI = re.compile(r"\x1b\[[0-9;]*m")
NOTHING = Judgement(NOW, (), (), ())


def judgement(state: State) -> Judgement:
    made = state.instances[0].judgement
    assert made is not None
    return made


def printed(*writes: Callable[[Console], None], terminal: bool = False, width: int = 100) -> str:
    """What a console of this width got."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, color_system="truecolor" if terminal else None, width=width)
    for write in writes:
        write(console)
    return file.getvalue()


def all_of(judged: Judgement) -> tuple[Callable[[Console], None], ...]:
    return (
        lambda console: print_findings(console, judged),
        lambda console: print_recommendations(console, judged),
        lambda console: print_measured(console, states.measured()),
    )


def test_a_terminal_gets_a_table_that_fits() -> None:
    judged = judgement(states.shop())
    text = printed(all_of(judged)[0], terminal=True)
    assert ANSI.search(text)
    lines = ANSI.sub("", text).splitlines()
    table = lines[1 : next(number for number, line in enumerate(lines) if "not judged" in line)]
    assert table[0].split() == ["severity", "check", "what", "is", "wrong"]
    assert max(len(line) for line in table) <= 100
    flat = " ".join(" ".join(table).split())
    for finding in judged.findings:
        assert finding.check in flat
        assert finding.summary.split(":")[0][:40] in flat


@pytest.mark.parametrize("width", [40, 79, 300])
def test_no_width_loses_a_word_or_fails(width: int) -> None:
    judged = judgement(states.shop())
    letters = "".join(ANSI.sub("", printed(*all_of(judged), terminal=True, width=width)).split())
    for finding in judged.findings:
        assert "".join(finding.check.split())[:8] in letters


def test_a_pipe_gets_one_line_a_fact_and_no_escape() -> None:
    judged = judgement(states.shop())
    text = printed(*all_of(judged), width=20)
    assert "\x1b" not in text
    lines = text.splitlines()
    for finding in judged.findings:
        assert f"{finding.severity}  {finding.check}  {finding.subject}: {finding.summary}" in lines
        for one in finding.evidence:
            source = f" ({one.source})" if one.source else ""
            assert f"    {one.label}: {quantity(one.value, one.unit)}{source}" in lines
    for advice in judged.recommendations:
        assert f"   risk      {advice.risk}" in lines
    assert not [line for line in lines if line.endswith("…")]


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_sql_is_never_wrapped_or_cut(terminal: bool) -> None:
    advice = judgement(states.shop()).recommendations[0]
    long = "CREATE INDEX CONCURRENTLY i ON t (" + ", ".join(f"column_{number}" for number in range(200)) + ");"
    judged = replace(NOTHING, recommendations=(replace(advice, statements=(long,), rollback=(long,)),))
    text = ANSI.sub("", printed(lambda console: print_recommendations(console, judged), terminal=terminal, width=40))
    assert text.splitlines().count(f"     {long}") == 2


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_hostile_text_is_made_visible(terminal: bool) -> None:
    text = printed(*all_of(judgement(states.hostile())), terminal=terminal)
    plain = ANSI.sub("", text)
    for character in ("\x1b", "\x00", "\x7f", "\r", "\u202e", "\u200b", "\udcff"):
        assert character not in plain
    assert "\x1b[31mred" not in text
    flat = "".join(plain.split())
    assert "␛[31mred␛[0m" in flat
    assert "<U+202E>gnp.exe<U+200B>" in flat
    assert "[bold]é" in flat, "Rich's markup is not obeyed"
    text.encode("utf-8")


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
@pytest.mark.parametrize(
    "name", ["a:key:b", "[red]x[/red]", "[/]", "\\[bold]", "x\\", "[link=file:///x]y", ":warning:"]
)
def test_rich_obeys_nothing_that_is_data(terminal: bool, name: str) -> None:
    judged = judgement(states.shop())
    finding = replace(judged.findings[0], summary=name, subject=Subject("table", name))
    advice = replace(judged.recommendations[0], statements=(name,), risk=name, caution=name)
    both = Judgement(NOW, (finding,), (advice,), (NotJudged(CheckId("g/n"), Subject("database", name), name),))
    measured = Measured(2.0, 1.0, (MeasuredStatement(StatementId("1"), name, 2.0, 1.0),), (), name)
    text = ANSI.sub(
        "", printed(*all_of(both)[:2], lambda console: print_measured(console, measured), terminal=terminal)
    )
    assert text.count(name) >= 6
    assert not {"🔑", "⚠"} & set(text), "nor anywhere turned into a picture"


def test_grep_finds_a_hostile_fact_on_its_one_line() -> None:
    text = printed(lambda console: print_findings(console, judgement(states.hostile())))
    assert len([line for line in text.splitlines() if line.startswith("critical  ")]) == 1
    assert len(text.splitlines()) == 6, "count, finding, two facts, heading and line of what was not judged"


def test_nothing_found_is_not_called_healthy() -> None:
    text = printed(*all_of(judgement(states.healthy()))[:2])
    assert text.splitlines() == [
        "0 findings",
        "Nothing was found; see below for what was not judged.",
        "1 check not judged (not the same as healthy)",
        "  indexes/invalid: cluster shop: indexes was not read",
        "",
        "0 recommendations",
    ]
    assert printed(lambda console: print_findings(console, NOTHING)) == "0 findings\nNothing was found.\n"


def test_checks_with_one_reason_share_a_line() -> None:
    where = Subject("cluster", "shop")
    blind = tuple(NotJudged(CheckId(f"g/{name}"), where, "denied") for name in "cab")
    text = printed(lambda console: print_findings(console, replace(NOTHING, not_judged=blind)))
    assert "3 checks not judged (not the same as healthy)\n  g/a, g/b, g/c: cluster shop: denied\n" in text


@pytest.mark.parametrize("terminal", [False, True], ids=["pipe", "terminal"])
def test_what_was_measured_largest_gain_first(terminal: bool) -> None:
    text = ANSI.sub("", printed(all_of(NOTHING)[2], terminal=terminal))
    assert "Measured: 13 min 39 s before, 58.4 s after: 14x faster" in text
    places = [text.index(said) for said in ("133x faster", "22.7x faster", "80.3x faster", "unchanged")]
    assert places == sorted(places)


def test_evidence_that_the_finding_said_is_not_said_again() -> None:
    judged = judgement(states.shop())
    finding, advice = judged.findings[0], judged.recommendations[0]
    advice = replace(advice, finding=finding.id, evidence=finding.evidence)
    text = printed(
        lambda console: print_recommendations(console, replace(judged, findings=(finding,), recommendations=(advice,)))
    )
    assert "because" not in text


def test_a_mend_in_the_cloud_is_a_command_and_its_template() -> None:
    finding = Finding(FindingId("f1"), CheckId("availability/deletion_unprotected"), Subject("cluster", "shop"), Severity.MEDIUM, "unprotected",
                      (Evidence("DeletionProtection", False),))  # fmt: skip
    command = "aws rds modify-db-cluster --db-cluster-identifier shop --deletion-protection --apply-immediately --region eu-west-1"
    template = "Type: AWS::RDS::DBCluster\nProperties:\n  DeletionProtection: true"
    advice = Recommendation(
        RecommendationId("r1"), finding.id, finding.check, finding.subject, Action.MODIFY_RESOURCE, (command,), None, "none", (),
        form=Form.AWS_CLI, template=template,
    )  # fmt: skip
    told = printed(lambda console: print_recommendations(console, Judgement(NOW, (finding,), (advice,), ())))
    assert f"     {command}\n" in told
    assert (
        "   as CloudFormation\n     Type: AWS::RDS::DBCluster\n     Properties:\n       DeletionProtection: true\n"
        in told
    )
    shape = recommendation_shape(advice)
    assert (shape["form"], shape["template"]) == ("aws-cli", template)
