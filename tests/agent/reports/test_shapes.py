"""The JSON that scripts read: keys and order are public; whatever is in it can be encoded and read back."""

import json
import math
from dataclasses import replace

import pytest

import states
from cases.case import NOW
from tunewright_agent.reports.shapes import by_severity, judgement_shape, state_shape, whole_judgement
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import CheckId
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject


def shop() -> Judgement:
    made = states.shop().instances[0].judgement
    assert made is not None
    return made


def test_the_document_has_the_keys_that_were_promised() -> None:
    document = state_shape(states.shop(), states.measured())
    assert list(document) == ["findings", "recommendations", "not_judged", "measured"]
    assert set(document["findings"][0]) == {
        "id", "cluster", "check", "subject", "severity", "summary", "evidence",
    }  # fmt: skip
    assert set(document["findings"][0]["evidence"][0]) == {"label", "value", "unit", "source"}
    assert set(document["recommendations"][0]) >= {
        "id", "check", "subject", "statements", "expectation", "risk", "rollback", "evidence", "finding", "action", "caution",
    }  # fmt: skip
    assert set(document["not_judged"][0]) == {"cluster", "check", "subject", "because"}
    assert set(document["measured"]) == {"before_seconds", "after_seconds", "statements", "applied", "method"}
    assert set(document["measured"]["statements"][0]) == {
        "id", "text", "before_seconds", "after_seconds", "before_calls", "after_calls",
    }  # fmt: skip


def test_measured_is_there_only_where_something_was_measured() -> None:
    assert "measured" not in state_shape(states.shop())


@pytest.mark.parametrize("state", [states.shop, states.hostile, states.empty, states.healthy])
def test_it_is_strict_json_and_comes_back_as_it_was(state: object) -> None:
    document = state_shape(state())  # type: ignore[operator]
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_shapes_keep_hostile_text_as_it_is() -> None:
    document = state_shape(states.hostile())
    assert document["findings"][0]["summary"] == states.HOSTILE, (
        "a script compares names; only people need them made visible"
    )
    assert "\udcff" not in json.dumps(document), "ASCII escapes only: any encoder can write it"


@pytest.mark.parametrize(("value", "text"), [(math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")])
def test_what_json_cannot_hold_becomes_text(value: float, text: str) -> None:
    finding = replace(shop().findings[0], evidence=(Evidence("x", value),))
    shape = judgement_shape(Judgement(NOW, (finding,), (), ()), replace(states.measured(), before_seconds=value))
    assert shape["findings"][0]["evidence"][0]["value"] == text
    assert shape["measured"]["before_seconds"] == text
    json.dumps(shape, allow_nan=False)


def test_numbers_and_truth_values_stay_what_they_are() -> None:
    finding = replace(
        shop().findings[0], evidence=(Evidence("a", 1), Evidence("b", 1.5), Evidence("c", True), Evidence("d", "1"))
    )
    values = [one["value"] for one in judgement_shape(Judgement(NOW, (finding,), (), ()))["findings"][0]["evidence"]]
    assert [type(one) for one in values] == [int, float, bool, str]


def test_the_worst_comes_first_whatever_the_order() -> None:
    found = shop().findings
    assert by_severity(found) == by_severity(reversed(found))
    ranks = [Severity(one["severity"]).rank for one in judgement_shape(shop())["findings"]]
    assert ranks == sorted(ranks, reverse=True)


def test_recommendations_follow_their_findings() -> None:
    document = judgement_shape(shop())
    rank = {one["id"]: Severity(one["severity"]).rank for one in document["findings"]}
    ranks = [rank.get(one["finding"], 0) for one in document["recommendations"]]
    assert ranks == sorted(ranks, reverse=True)


def test_the_same_blindness_is_said_once() -> None:
    blind = NotJudged(CheckId("g/n"), Subject("cluster", "shop"), "denied")
    assert len(judgement_shape(Judgement(NOW, (), (), (blind, blind)))["not_judged"]) == 1


def test_all_servers_are_in_one_document() -> None:
    one = states.shop().instances[0]
    two = states.healthy().instances[0]
    state = states.state_of(one, two, states.empty().instances[0])
    whole = whole_judgement(state)
    assert len(state_shape(state)["findings"]) == len(shop().findings) == len(whole.findings)
    assert whole_judgement(states.empty()).judged_at == states.empty().started_at
