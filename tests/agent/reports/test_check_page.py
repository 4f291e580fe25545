"""The page of the cloud's checks is what the checks say."""

from pathlib import Path

from tunewright_agent.reports.check_page import page
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.snapshot import View

COMMITTED = Path(__file__).parents[3] / "docs" / "aws-checks.md"


def test_the_committed_page_is_the_generated_one() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == page(), (
        "renew it: python -m tunewright_agent.reports.check_page > docs/aws-checks.md"
    )


def test_every_check_of_the_clouds_view_is_on_it_and_no_other() -> None:
    said = {line.split("`")[1] for line in page().splitlines() if line.startswith("| `")}
    assert said == {one.id.partition("/")[2] for one in discover() if one.view is View.CLOUD}
