"""A check judges the targets of its view; nothing is said of it where it is not applicable."""

from cases.case import NOW
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
