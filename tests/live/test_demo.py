"""The demo, played once: every planted mistake is found, the advice can be applied, and the files say so. Refuses every other server."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

import servers
from tunewright_agent.demo.apply import NotTheDemoError, apply
from tunewright_agent.demo.mistakes import ASPECTS, FALSE_ALARMS, PLANTED, explained
from tunewright_agent.demo.run import FILES, Outcome, staged, write
from tunewright_agent.demo.server import DATABASE, server
from tunewright_agent.demo.workload import task
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_analyzers.facts.ids import CheckId, FindingId
from tunewright_analyzers.finding import Finding, Severity, Subject
from tunewright_analyzers.recommendation import Action

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[EmbeddedServer, Outcome]]:
    with staged(lambda _what, _done, _of: None) as (running, _, outcome):
        yield running, outcome


@pytest.mark.parametrize("mistake", PLANTED, ids=lambda one: one.name)
def test_every_planted_mistake_is_found(played: tuple[EmbeddedServer, Outcome], mistake: object) -> None:
    assert mistake in played[1].found


def test_nothing_else_is_found_above_severity_low(played: tuple[EmbeddedServer, Outcome]) -> None:
    """The list of known false alarms is FALSE_ALARMS; what is another face of a planted mistake stands in ASPECTS, with the reason."""
    severe = [one for one in played[1].judgement.findings if one.severity.rank > Severity.LOW.rank]
    assert severe
    assert [(one.check, str(one.subject), one.summary) for one in severe if not explained(one)] == []


def test_every_aspect_is_of_a_planted_mistake() -> None:
    assert {one.of for one in (*ASPECTS, *FALSE_ALARMS)} <= {one.name for one in PLANTED}
    stranger = Finding(
        FindingId("x"), CheckId("plans/hash_spill"), Subject("statement", "0" * 16, "shop"), Severity.HIGH, "", ()
    )
    assert not explained(stranger), "the test above can fail"


def test_the_demo_has_one_server_and_it_is_gone_afterwards() -> None:
    with servers.folder() as parent:
        with server(data_parent=parent) as running:
            assert list(parent.iterdir()) == [running.folder]
        assert list(parent.iterdir()) == []
    assert not running.folder.exists()


def test_the_list_is_a_dozen_at_least_and_each_stands_once() -> None:
    assert len(PLANTED) >= 12
    assert len({(one.check, one.subject) for one in PLANTED}) == len(PLANTED)


def test_every_finding_has_evidence_and_every_index_its_expectation(played: tuple[EmbeddedServer, Outcome]) -> None:
    judgement = played[1].judgement
    assert all(one.evidence for one in judgement.findings)
    created = [one for one in judgement.recommendations if one.check == "indexes/missing"]
    assert created
    for one in created:
        assert one.action is Action.CREATE_INDEX
        assert one.expectation is not None
        assert one.expectation.predicted < one.expectation.baseline
        assert one.rollback


def test_the_advice_was_applied_and_the_planner_uses_it(played: tuple[EmbeddedServer, Outcome]) -> None:
    running, outcome = played
    assert outcome.applied.errors == {}
    assert any("CREATE INDEX CONCURRENTLY" in statement for statement in outcome.applied.statements)
    with psycopg.connect(running.url(DATABASE), autocommit=True) as connection:
        for name in ("login", "orders of a customer", "history of an order"):
            plan = connection.execute(f"EXPLAIN {task(name).write(1)}".encode()).fetchall()
            assert "Index" in str(plan), name
            assert "Seq Scan" not in str(plan), name


def test_both_runs_did_the_same_work(played: tuple[EmbeddedServer, Outcome]) -> None:
    measured = played[1].measured
    assert measured.statements
    assert all(one.before_calls == one.after_calls > 0 for one in measured.statements)
    assert measured.before_seconds == pytest.approx(sum(one.before_seconds for one in measured.statements))
    assert measured.after_seconds == pytest.approx(sum(one.after_seconds for one in measured.statements))


def test_the_files_say_what_was_found(played: tuple[EmbeddedServer, Outcome], tmp_path: Path) -> None:
    outcome = played[1]
    files = write(outcome, tmp_path / "new" / "folder")
    assert tuple(one.name for one in files) == FILES
    document = json.loads(files[0].read_text(encoding="utf-8"))
    assert set(document) == {"findings", "recommendations", "not_judged", "measured"}
    assert {one["id"] for one in document["findings"]} == {one.id for one in outcome.judgement.findings}
    assert document["measured"]["before_seconds"] == outcome.measured.before_seconds
    page = files[1].read_text(encoding="utf-8")
    assert "<script" not in page
    assert all(one.id in page for one in outcome.judgement.recommendations)
    names = {family.name for family in text_string_to_metric_families(files[2].read_text(encoding="utf-8"))}
    assert {"tunewright_up", "tunewright_findings", "tunewright_statement_calls"} <= names


def test_no_literal_of_the_workload_is_in_the_files(played: tuple[EmbeddedServer, Outcome], tmp_path: Path) -> None:
    for file in write(played[1], tmp_path):
        text = file.read_text(encoding="utf-8")
        assert "@example.com" not in text
        assert "campaign 7" not in text
        assert "SKU-0" not in text


def test_advice_is_applied_to_the_demos_own_server_only(database18: str) -> None:
    with pytest.raises(NotTheDemoError, match="never changes any other"):
        apply(database18, ())
