"""The weekly report of the simulated month: golden in Markdown and JSON, a page that leads nowhere, hostile text, a bound on its size, a fleet.

`TUNEWRIGHT_GOLDEN=1` renews the golden files.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import month
from month import CHECKS, DB1, SHOP, Month, day
from pages import Page
from tunewright_agent.fleet import CLOUD
from tunewright_agent.history.store import History
from tunewright_agent.history.week import WeekReader, instances_of
from tunewright_agent.reporting.gather import Place, joined, weeks_of
from tunewright_agent.reports.render import MOST_CHARACTERS, render_weekly, weekly_page
from tunewright_agent.reports.weekly.build import report
from tunewright_agent.reports.weekly.document import Chart, Limits, Part, Report, Sql, Table, Text
from tunewright_agent.reports.weekly.forms import escaped, markdown, report_shape
from tunewright_agent.week import Price, Week
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId
from tunewright_analyzers.facts.snapshot import Period
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject

pytestmark = pytest.mark.slow
GOLDEN = Path(__file__).parents[3] / "golden"
LAST = Period(day(21), day(28))
MADE_AT = day(28)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The month's history file."""
    file = tmp_path_factory.mktemp("weekly") / "history.db"
    with History(file) as history:
        made = Month(history)
        made.run(day(month.DAYS))
        made.judge()
        yield file


@pytest.fixture(scope="module")
def week(path: Path) -> Week:
    """Its last week, priced."""
    (read,) = weeks_of(Place(path, frozenset({"shop"}), {"shop": Price(1.16, 8)}), LAST)
    return read


@pytest.fixture(scope="module")
def made(week: Week) -> Report:
    """The report."""
    return report([week], LAST, MADE_AT, checks=frozenset(CHECKS))


def part(made: Report, identity: str) -> Part:
    """A part of the first cluster."""
    return next(one for one in made.clusters[0].parts if one.id == identity)


def _golden(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("TUNEWRIGHT_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{file} differs: look, then renew it with TUNEWRIGHT_GOLDEN=1"


def test_the_golden_report_as_markdown(made: Report) -> None:
    _golden("weekly.md", markdown(made))


def test_the_golden_report_as_json(made: Report) -> None:
    """Charts by their words: three thousand points would hide what changed."""
    shape = report_shape(made)
    for cluster in shape["clusters"]:
        for one in cluster["parts"]:
            for block in one["blocks"]:
                for series in block.get("series", ()):
                    series["points"] = f"{len(series['points'])} points"
    _golden("weekly.json", json.dumps(shape, indent=1, allow_nan=False) + "\n")


def test_five_sentences_and_three_things(made: Report) -> None:
    assert len(made.clusters[0].summary) == 5
    texts = [one.text for one in part(made, "summary").blocks if isinstance(one, Text)]
    assert sum(text[:2] in {"1.", "2.", "3."} for text in texts) == 3
    assert made.clusters[0].summary[3].endswith("2 of them still hurt.")


def test_every_part_says_its_time_and_where_it_was_read(made: Report) -> None:
    expected = ["summary", "load", "statements", "changed", "gains", "advice", "incidents", "sizes", "vacuum", "capacity",
                "security", "backup", "availability", "cost", "blind", "method"]  # fmt: skip
    assert [one.id for one in made.clusters[0].parts] == expected
    for one in made.clusters[0].parts:
        assert "UTC" in one.window
        assert one.source
        assert one.blocks


def test_money_is_told_where_there_is_a_price(made: Report, week: Week) -> None:
    (first, *_) = (one for one in part(made, "gains").blocks if isinstance(one, Table))
    assert "dollars a month" in first.heads
    bare = report([replace(week, price=None)], LAST, MADE_AT, checks=frozenset(CHECKS))
    assert "dollars a month" not in str(part(bare, "gains").blocks).replace("dollars_per_hour", "")


def test_what_nobody_could_look_at_is_not_called_healthy(made: Report) -> None:
    scores = {one.area: one.score for one in made.clusters[0].areas}
    assert scores["performance"] == 74
    assert (scores["availability"], scores["backup"], scores["cost"]) == (None, None, None)
    assert "Not read" in str(part(made, "cost").blocks)
    assert "none of the 1 checks of availability could look" in str(part(made, "availability").blocks)


def test_the_week_before_that_is_not_whole_is_not_compared_with(path: Path) -> None:
    (first,) = weeks_of(Place(path), Period(day(0), day(7)))
    told = report([first], Period(day(0), day(7)), day(7), checks=frozenset(CHECKS))
    assert "not recorded as a whole" in told.clusters[0].summary[2]
    assert first.unread[0].startswith("statement counters are kept from 2026-11-02")
    (none,) = weeks_of(Place(path), Period(day(-40), day(-33)))
    told = report([none], Period(day(-40), day(-33)), day(-33), checks=frozenset(CHECKS))
    assert "no statement counters were recorded" in told.clusters[0].summary[1]
    assert not any(isinstance(one, Chart) for each in told.clusters[0].parts for one in each.blocks)


def test_the_page_is_strictly_nested_and_leads_nowhere(made: Report) -> None:
    page = Page(render_weekly(made))
    assert {one for one in page.addresses if not one.startswith("#")} == {"data:,"}
    for address in page.addresses:
        assert not address.startswith("#") or address[1:] in page.values("id"), address
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "img"}
    charts = [one for one in page.all("svg") if one["class"] == "chart"]
    assert len(charts) == 3
    assert {one["role"] for one in charts} == {"img"}
    assert all("most" in one["aria-label"] or "reading" in one["aria-label"] for one in charts)
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


HOSTILE = (
    "</td><script>alert(1)</script> | [x](javascript:alert(1)) `#` *b* \x1b[31m \u202egnp https://evil.example ${{7*7}}"
)


def hostile(week: Week, name: str = "shop") -> Week:
    """Every text that comes from a database says something that would act."""
    statements = tuple(replace(one, text=f"SELECT {HOSTILE}") for one in week.statements)
    relations = tuple(replace(one, name=replace(one.name, name=HOSTILE)) for one in week.relations)
    undo = (f'DROP INDEX "{HOSTILE}\n```\n# x";',)
    effects = tuple(replace(one, change=replace(one.change, name=HOSTILE, undo=undo)) for one in week.effects)
    findings = tuple(replace(one, summary=HOSTILE, subject=HOSTILE) for one in week.findings)
    assert week.judgement is not None
    judged = replace(week.judgement, findings=tuple(replace(one, summary=HOSTILE) for one in week.judgement.findings))
    texts = {"statements": statements, "relations": relations, "effects": effects, "findings": findings}
    return replace(week, cluster=ClusterId(name), judgement=judged, **texts)  # type: ignore[arg-type]


def test_hostile_text_stays_text_in_every_form(week: Week) -> None:
    told = report([hostile(week)], LAST, MADE_AT, checks=frozenset(CHECKS))
    text = render_weekly(told)
    page = Page(text)
    assert "script" not in {tag for tag, _ in page.elements}
    assert "\x1b" not in text
    assert "\u202e" not in text
    marked = markdown(told)
    assert "\x1b" not in marked
    outside = "\n".join(_outside_of_code(marked))
    assert "<script>" not in outside
    assert "alert" in outside
    assert not re.search(r"(?<!\\)\]\(", outside), "a link"
    assert "https://" not in outside
    assert json.loads(json.dumps(report_shape(told), allow_nan=False))["format"] == 1


def _outside_of_code(marked: str) -> Iterator[str]:
    """Lines that no fence holds, as CommonMark reads fences: closed by at least as many backticks alone."""
    fence = 0
    for line in marked.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if fence:
            fence = 0 if ticks >= fence and not line.strip("`") else fence
        elif ticks >= 3:
            fence = ticks
        else:
            yield line
    assert not fence, "a fence is never closed"


ESCAPED = {"a|b": "a\\|b", "<b>&": "\\<b\\>\\&", "x\ny": "x␊y", "http://a": "http\\://a", "WWW.a": "WWW\\.a"}


@pytest.mark.parametrize(("text", "expected"), ESCAPED.items())
def test_markdown_is_escaped(text: str, expected: str) -> None:
    assert escaped(text) == expected


def test_a_fence_is_longer_than_any_in_the_statement(week: Week) -> None:
    told = report([week], LAST, MADE_AT, checks=frozenset(CHECKS))
    ours = replace(told.clusters[0], parts=(Part("x", "x", "UTC", "x", (Sql("SQL", ("SELECT '````';",)),)),))
    assert "`````sql\nSELECT '````';\n`````" in markdown(replace(told, clusters=(ours,)))


def test_a_fleet_begins_with_the_weakest_and_fits_on_a_page(week: Week) -> None:
    """A hundred clusters of hostile names: the page stays under 2 MB, and those that do not fit stand in the table."""
    assert week.judgement is not None
    well = replace(week, cluster=ClusterId("well"), judgement=replace(week.judgement, findings=()))
    told = report([well, week], LAST, MADE_AT, checks=frozenset(CHECKS))
    assert [one.name for one in told.clusters] == ["shop / db1:5432", "well / db1:5432"]
    assert told.fleet is not None
    many = [hostile(week, f"c{number}") for number in range(100)]
    text = weekly_page(many, LAST, MADE_AT)
    assert len(text.encode()) <= MOST_CHARACTERS < 2_000_000
    page = Page(text)
    rows = next(one for one in page.all("section") if one["aria-labelledby"] == "fleet")
    assert rows
    assert all(f"c{number} / db1:5432" in text for number in range(100))


def test_limits_halve_to_a_floor() -> None:
    limits = Limits()
    for _ in range(20):
        limits = limits.halved()
    assert limits == Limits(3, 1)


def test_whose_readings_a_file_holds(path: Path) -> None:
    with History(path) as history:
        assert instances_of(history.database) == ((SHOP, DB1),)
        again = WeekReader(history.database, SHOP, DB1).read(LAST)
    assert again.price is None
    assert weeks_of(Place(path, frozenset({"other"})), LAST) == ()


def test_what_the_cloud_says_stands_in_the_report_of_the_cluster(week: Week) -> None:
    """One report for the server and for the cluster as AWS sees it; alone where no server of it is read."""
    assert week.judgement is not None
    subject = Subject("cluster", "shop")
    cheap = Finding(
        FindingId("c0"), CheckId("cost/io_optimized"), subject, Severity.LOW, "It pays.", (Evidence("n", 1),), SHOP
    )
    cloud = replace(
        week, instance=CLOUD, statements=(), judgement=replace(week.judgement, findings=(cheap,), recommendations=())
    )
    (both,) = joined((cloud, week))
    assert both.instance == week.instance
    told = report([both], LAST, MADE_AT)
    assert "It pays." in str(part(told, "cost").blocks)
    assert "checks of security could look" in str(part(told, "security").blocks)
    areas = {one.area: one for one in told.clusters[0].areas}
    assert areas["backup"].score is not None, "the checks of the cloud's view judge it"
    (alone,) = joined((cloud,))
    told = report([alone], LAST, MADE_AT)
    assert "It pays." in str(part(told, "cost").blocks)
    assert next(one for one in told.clusters[0].areas if one.area == "performance").score is None
    plain = report([week], LAST, MADE_AT)
    assert next(one for one in plain.clusters[0].areas if one.area == "backup").made_of.startswith("not read")
