"""A check judges the targets of its view; nothing is said of it where it is not applicable."""

from dataclasses import replace
from datetime import timedelta

from cases.case import NOW, Case
from cases.cloud import clusters
from tunewright_agent.pipeline import Rules, judge
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, View, Window


def _judged(view: View, *sections: Section) -> set[str]:
    snapshot = Snapshot(
        ClusterId("shop"), InstanceId("shop"), Engine.POSTGRESQL, 180000, Flavour.AURORA, NOW, sections, view=view
    )
    judgement = judge(Window(ClusterId("shop"), NOW, NOW, snapshot), Rules(), NOW)
    return {one.check for one in (*judgement.findings, *judgement.not_judged)}


def test_a_check_says_nothing_of_the_other_view() -> None:
    assert "indexes/unused" in _judged(View.ENGINE)
    assert "indexes/unused" not in _judged(View.CLOUD, clusters())


def test_a_window_holds_what_is_not_older_and_without_a_length_all_that_was_counted() -> None:
    window = Case("", "silent").window()
    assert window.holds(window.start)
    assert not window.holds(window.start - timedelta(seconds=1))
    assert replace(window, start=window.end).holds(window.start)
