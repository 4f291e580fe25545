"""The findings page in a real browser: nothing asked of another host, all of it by keyboard, on a phone, in the dark.

`TUNEWRIGHT_SCREENSHOTS=docs` renews the committed pictures.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import states
from browser import Browser, browser
from tunewright_agent.web import serve
from tunewright_analyzers.facts.ids import ClusterId

pytestmark = [pytest.mark.live, pytest.mark.slow]
TAB = 9
LUMINANCE = """(() => {
  const linear = v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 };
  const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(linear); return .2126 * r + .7152 * g + .0722 * b };
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (!/rgba\\(0, 0, 0, 0\\)|transparent/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)' };
  let worst = [99, ''];
  for (const node of document.querySelectorAll('h1, h2, h3, p, td, th, li, code, a, span.severity')) {
    if (!node.textContent.trim() || !node.getClientRects().length) continue;
    const a = light(getComputedStyle(node).color), b = light(ground(node));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < worst[0]) worst = [ratio, node.outerHTML.slice(0, 120)];
  }
  return worst })()"""
UNREACHED = """[...document.querySelectorAll('*')].filter(n => n.scrollWidth > n.clientWidth + 1
  && /auto|scroll/.test(getComputedStyle(n).overflowX) && n.tabIndex < 0).length"""
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """(() => { const n = document.activeElement; const box = n.getBoundingClientRect(); const style = getComputedStyle(n);
  return [[...document.querySelectorAll('a, summary, [tabindex]')].indexOf(n), box.width > 0 && box.height > 0, style.outlineStyle] })()"""


def _two_clusters() -> Callable[[], object]:
    """The shop, and a second cluster with the same faults."""
    shop = states.shop()
    (one,) = shop.instances
    assert one.judgement is not None
    findings = tuple(replace(each, id=f"{each.id}2", cluster=ClusterId("orders")) for each in one.judgement.findings)
    first = tuple(replace(each, cluster=ClusterId("shop")) for each in one.judgement.findings)
    named = replace(one, judgement=replace(one.judgement, findings=first))
    other = replace(
        one, cluster=ClusterId("orders"), judgement=replace(one.judgement, findings=findings, recommendations=())
    )
    state = replace(shop, instances=(named, other))
    return lambda: state


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = serve("127.0.0.1", 0, _two_clusters(), metrics=lambda: b"").start()  # type: ignore[arg-type]
    yield f"{server.url}/findings"
    server.stop(1.0)


@pytest.fixture
def page(program: Callable[[str], str], tmp_path: Path, address: str) -> Iterator[Browser]:
    with browser(program("chromium"), tmp_path) as made:
        made.size(1280, 900)
        made.visit(address)
        yield made


def _keep(name: str, picture: bytes) -> None:
    assert picture.startswith(b"\x89PNG")
    if folder := os.environ.get("TUNEWRIGHT_SCREENSHOTS"):
        (Path(folder) / name).write_bytes(picture)


def test_the_page_in_a_browser(page: Browser, address: str) -> None:
    """One browser for all of it: starting one costs seconds."""
    assert page.ask("document.querySelectorAll('h3.cluster').length") == 2
    hosts = {urlsplit(one).netloc for one in page.requests if not one.startswith("data:")}
    assert hosts == {urlsplit(address).netloc}
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        ratio, where = page.ask(LUMINANCE)
        assert ratio >= 4.5, f"{scheme}: {ratio:.2f} at {where}"  # WCAG 2.2, level AA
        _keep(f"findings-{scheme}.png", page.screenshot())
    assert page.ask("getComputedStyle(document.body).backgroundColor") != "rgb(250, 249, 246)"
    page.scheme("light")
    page.size(360, 740, mobile=True)
    page.visit(address)
    assert page.ask(OVERFLOW) <= 0
    _keep("findings-phone.png", page.screenshot())
    page.size(1280, 900)
    page.visit(address)
    _all_by_keyboard(page)


def _all_by_keyboard(page: Browser) -> None:
    """Tab reaches every link, fold and scrolling block, in order, visibly."""
    number = page.ask("document.querySelectorAll('a, summary, [tabindex]').length")
    seen = []
    for _ in range(number):
        page.press("Tab", TAB)
        place, has_size, outline = page.ask(FOCUSED)
        assert has_size
        assert outline != "none"
        seen.append(place)
    assert seen == list(range(number))
    assert number > 8
    assert page.ask(UNREACHED) == 0  # what scrolls can be reached, too
