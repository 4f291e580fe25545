"""The pages: self-contained, strictly nested, readable without colour or script; hostile text stays text; size is bounded."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

import states
from cases.case import NOW
from pages import Page
from tunewright_agent.reports.render import MOST_CHARACTERS, render_findings_page, render_report, style
from tunewright_agent.reports.views import MOST_CARDS, MOST_FACTS
from tunewright_agent.state import Judgement, State
from tunewright_analyzers.facts.ids import CheckId, FindingId, StatementId
from tunewright_analyzers.facts.plans import PlanRefusal, Plans
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject

pytestmark = pytest.mark.slow  # some seconds together


def report(state: State) -> str:
    return render_report("Demo: a shop", state, states.measured(), NOW)


def bare_report(state: State) -> str:
    return render_report("Demo: a shop", state, None, NOW)


PAGES = pytest.mark.parametrize("render", [report, bare_report, render_findings_page])
STATES = pytest.mark.parametrize("state", [states.shop, states.healthy, states.empty, states.hostile])
Render = Callable[[State], str]


def judged(*findings: Finding, not_judged: tuple[NotJudged, ...] = ()) -> State:
    read = states.snapshot()
    return states.state_of(states.instance_of(read, Judgement(NOW, findings, (), not_judged)))


def finding(
    number: int = 1, summary: str = "Something is wrong.", *evidence: Evidence, name: str = "public.t"
) -> Finding:
    return Finding(
        FindingId(f"{number:012x}"), CheckId("indexes/unused"), Subject("table", f"{name}{number}", "shop"),
        Severity.LOW, summary, evidence or (Evidence("size", 10, "bytes", "pg_relation_size"),),
    )  # fmt: skip


@PAGES
@STATES
def test_it_is_strictly_nested_and_asks_nothing_of_anybody(render: Render, state: Callable[[], State]) -> None:
    page = Page(render(state()))
    assert {address for address in page.addresses if not address.startswith("#")} <= {
        "data:,", "/findings?format=json", "/metrics",
    }  # fmt: skip
    for address in page.addresses:
        assert not address.startswith("#") or address[1:] in page.values("id"), "a link leads nowhere"
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base", "img", "video", "audio"}
    assert [one["rel"] for one in page.all("link")] == ["icon"]
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert not re.search(r"url\(|@import|@font-face|expression\(", "".join(page.styles))


@PAGES
def test_the_report_is_a_file_that_leads_nowhere(render: Render) -> None:
    page = Page(render(states.shop()))
    if render is not render_findings_page:
        assert {one for one in page.addresses if not one.startswith("#")} == {"data:,"}
    assert page.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in page.all("meta")
    assert any(one.get("name") == "viewport" for one in page.all("meta"))
    assert len(page.all("h1")) == 1


@PAGES
def test_hostile_text_stays_text(render: Render) -> None:
    text = render(states.hostile())
    assert text.isprintable() or not {one for one in text if not one.isprintable()} - {"\n"}
    for character in ("\x1b", "\x00", "\x7f", "\u202e", "\u200b", "\udcff"):
        assert character not in text
    page = Page(text)
    assert "<script>alert(1)</script>" in page.text, "shown as it is"
    assert "␛[31mred" in page.text
    assert "<U+202E>gnp.exe<U+200B>" in page.text
    assert "{{7*7}}" in page.text
    assert "[bold]" in page.text
    text.encode("utf-8")


@pytest.mark.parametrize(
    "text", ["# head *bold* `code` [x](javascript:alert(1))", "&lt;b&gt; &amp;", "<img src=x onerror=alert(1)>", "]]>--><!--", "{% raw %}"]
)  # fmt: skip
def test_markup_of_any_kind_is_shown_letter_by_letter(text: str) -> None:
    page = Page(render_findings_page(judged(finding(1, text, name=text))))
    assert page.text.count(text) >= 2
    assert not page.all("img")


@PAGES
def test_very_long_names_and_texts_are_cut_and_say_so(render: Render) -> None:
    long = judged(
        finding(1, "s" * 100_000, Evidence("l" * 100_000, "v" * 100_000, "u", "q" * 100_000), name="n" * 100_000)
    )
    text = render(long)
    assert len(text) < 60_000
    assert "more characters)" in text


@PAGES
def test_a_thousand_findings_fit_and_the_page_says_what_it_left_out(render: Render) -> None:
    evidence = tuple(Evidence(f"fact {number}", number, "rows", "pg_stat_user_tables") for number in range(5))
    state = judged(*(finding(number, "Something is wrong. " * 10, *evidence) for number in range(1000)))
    text = render(state)
    page = Page(text)
    assert len(text.encode()) < 2_000_000
    assert len(page.all("article")) == MOST_CARDS
    assert "1,000 finding" in page.text or "1,000 findings" in page.text
    assert "700 more findings of lower severity are in the JSON document only." in page.text


@PAGES
def test_the_worst_that_a_database_can_say_fits_too(render: Render) -> None:
    """Everything as long as may be, in characters that are shown by eight."""
    worst = "\u202e" * 5000
    evidence = tuple(Evidence(worst, worst, "", worst) for _ in range(200))
    blind = tuple(
        NotJudged(CheckId("g/n"), Subject("database", f"d{number}"), worst + str(number)) for number in range(1000)
    )
    state = judged(*(finding(number, worst, *evidence) for number in range(1000)), not_judged=blind)
    instance = state.instances[0]
    assert instance.snapshot is not None
    refused = tuple(PlanRefusal(StatementId(f"{number:x}"), "d", worst) for number in range(1000))
    plans = Plans(tuple(replace(states.plans().rows[0], text=worst) for _ in range(100)), refused)
    state = replace(state, instances=(replace(instance, snapshot=replace(instance.snapshot, sections=(plans,))),))
    text = render(state)
    assert len(text) <= MOST_CHARACTERS
    page = Page(text)
    assert re.search(r"\d+ more findings of lower severity are in the JSON document only", page.text)
    assert re.search(r"\d+ more reasons in the JSON document only", page.text)
    assert re.search(r"\d+ more facts in the JSON document only", page.text)


def test_one_card_shows_a_bounded_number_of_facts() -> None:
    page = Page(
        render_findings_page(judged(finding(1, "x", *(Evidence(f"fact {n}", n) for n in range(MOST_FACTS + 9)))))
    )
    assert "9 more facts in the JSON document only." in page.text


@PAGES
def test_many_servers_do_not_fill_the_head(render: Render) -> None:
    one = states.healthy().instances[0]
    many = states.state_of(*(replace(one, cluster=type(one.cluster)(f"c{number}")) for number in range(40)))
    page = Page(render(many))
    assert "; and 35 more servers" in page.text


@PAGES
def test_before_the_first_judgement_it_claims_nothing(render: Render) -> None:
    text = Page(render(states.empty())).text
    assert "othing judged yet" in text
    assert "0 findings" not in text
    assert "Every check could look" not in text


@PAGES
def test_nothing_found_is_not_called_healthy_while_checks_are_blind(render: Render) -> None:
    text = Page(render(states.healthy())).text
    assert "Nothing was found by the checks that could look; see below for those that could not." in text
    assert "1 check could not look. That is not the same as healthy." in text
    assert "indexes was not read" in text


@PAGES
def test_a_reader_of_the_shop_finds_all_of_it(render: Render) -> None:
    shop = states.shop()
    judgement = shop.instances[0].judgement
    assert judgement is not None
    text = Page(render(shop)).text
    for one in judgement.findings:
        assert one.summary in text
    for advice in judgement.recommendations:
        assert advice.risk in text
        for statement in advice.statements:
            assert " ".join(statement.split()) in text
    assert "permission denied for view pg_constraint" in text
    assert "Mend: " in text


def test_the_report_shows_measurement_load_plans_and_method() -> None:
    page = Page(report(states.shop()))
    for words in ("14x faster", "same workload (49,676 calls", "average active sessions", "Seq Scan on orders", "Not explained",
                  "shop.region_of()", "a cost is not a time", "34 of at most 5,000 statements held"):  # fmt: skip
        assert words in page.text


@PAGES
def test_pictures_have_their_numbers_in_words(render: Render) -> None:
    for attributes in Page(render(states.shop())).all("svg"):
        if attributes.get("aria-hidden") == "true":
            continue  # beside the number it stands for
        assert attributes["role"] == "img"
        assert re.search(r"\d", attributes["aria-label"])


def test_every_picture_stays_in_its_frame() -> None:
    for attributes in Page(report(states.shop())).all("rect"):
        start, width = float(attributes["x"]), float(attributes["width"])
        assert 0 <= start <= 100
        assert 0 <= width <= 100.1 - start


@pytest.mark.parametrize("render", [report, render_findings_page])
def test_tables_have_heads_and_sections_have_names(render: Render) -> None:
    page = Page(render(states.shop()))
    assert len(page.all("table")) == len(page.all("thead"))
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))
    for one in page.all("section"):
        assert one.get("aria-labelledby", one.get("id", "")) in page.values("id")


def test_the_sheet_knows_night_paper_and_telephones() -> None:
    assert "@media (prefers-color-scheme: dark)" in style()
    assert "@media print" in style()
    assert "@media (max-width:" in style()
    assert "prefers-reduced-motion" in style()
    assert style().count("{") == style().count("}")
    used = set(re.findall(r"var\((--[a-z]+)", style()))
    light, dark = (set(re.findall(r"(--[a-z]+):", block)) for block in re.findall(r":root \{([^}]*)\}", style())[:2])
    assert used - {"--tone", "--wait"} <= light
    assert light == dark, "a colour is missing by night"


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance of `#rrggbb`."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "accent", "critical", "high", "medium", "low", "info"])
@pytest.mark.parametrize("ground", ["paper", "card", "code"])
def test_words_stand_out_from_their_ground(scheme: int, ink: str, ground: str) -> None:
    """At least 4.5 to 1 (WCAG 2 AA)."""
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", re.findall(r":root \{([^}]*)\}", style())[scheme]))
    lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@PAGES
def test_the_same_state_gives_the_same_page(render: Render) -> None:
    assert render(states.shop()) == render(states.shop())
