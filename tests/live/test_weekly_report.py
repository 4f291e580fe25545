"""The weekly report in a real browser: no error, no request, readable in the dark and on a phone, and printed to PDF.

`TUNEWRIGHT_SCREENSHOTS=docs` renews the committed pictures.
"""

import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from browser import Browser, browser
from month import CHECKS, Month, day
from tunewright_agent.cli import report as command  # noqa: F401  # adds its command
from tunewright_agent.cli.app import app
from tunewright_agent.history.store import History
from tunewright_agent.reporting.gather import Place, weeks_of
from tunewright_agent.reporting.pdf import PROGRAMS, PdfError, pdf
from tunewright_agent.reports.render import render_weekly
from tunewright_agent.reports.weekly.build import report
from tunewright_analyzers.facts.snapshot import Period

pytestmark = [pytest.mark.live, pytest.mark.slow]
LAST = Period(day(14), day(21))
OVERFLOW = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
CHARTS = "[...document.querySelectorAll('svg.chart')].map(n => n.getBoundingClientRect().height)"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks of the month."""
    file = tmp_path_factory.mktemp("weekly") / "history.db"
    with History(file) as history:
        made = Month(history, every=24)
        made.run(LAST.end)
        made.judge()
    return file


@pytest.fixture(scope="module")
def page(path: Path) -> str:
    """The report's HTML."""
    return render_weekly(report(weeks_of(Place(path), LAST), LAST, LAST.end, checks=frozenset(CHECKS)))


@pytest.fixture
def opened(program: Callable[[str], str], tmp_path: Path, page: str) -> Iterator[tuple[Browser, str]]:
    """The report as a file in a browser."""
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    with browser(program("chromium"), tmp_path) as made:
        made.size(1280, 1500)
        made.visit(file.as_uri())
        yield made, file.as_uri()


def _keep(name: str, picture: bytes) -> None:
    assert picture.startswith(b"\x89PNG")
    if folder := os.environ.get("TUNEWRIGHT_SCREENSHOTS"):
        (Path(folder) / name).write_bytes(picture)


def test_the_report_in_a_browser(opened: tuple[Browser, str]) -> None:
    """One browser for all of it: starting one costs seconds."""
    made, address = opened
    assert [one for one in made.requests if not one.startswith("data:")] == [address]
    assert made.ask("document.querySelectorAll('main section').length") == 16
    heights = made.ask(CHARTS)
    assert len(heights) == 3
    assert min(heights) > 100
    assert made.ask("document.querySelectorAll('svg.chart path.line, svg.chart path.layer').length") >= 6
    for scheme in ("light", "dark"):
        made.scheme(scheme)
        _keep(f"report-{scheme}.png", made.screenshot())
    assert made.ask("getComputedStyle(document.body).backgroundColor") != "rgb(250, 249, 246)"
    made.scheme("light")
    made.size(360, 740, mobile=True)
    made.visit(address)
    assert made.ask(OVERFLOW) <= 0
    _keep("report-phone.png", made.screenshot())
    assert {one for one in made.requests if not one.startswith("data:")} == {address}


def test_it_is_printed_to_pdf_with_its_text(program: Callable[[str], str], path: Path, tmp_path: Path) -> None:
    program("chromium")
    target = tmp_path / "report.pdf"
    told = CliRunner().invoke(
        app, ["report", "--history", str(path), "--until", LAST.end.isoformat(), "--out", str(target)]
    )
    assert told.exit_code == 0, told.output
    content = target.read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert 3 <= pages <= 40
    drawn = b"".join(_streams(content))
    assert drawn.count(b"BT") > 200, "text, not a picture of it"


def _streams(content: bytes) -> Iterator[bytes]:
    for one in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            yield zlib.decompress(one.group(1))
        except zlib.error:
            continue


def test_without_a_browser_it_says_what_mends_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PdfError, match="install chromium"):
        pdf("<p>x</p>")
    broken = tmp_path / PROGRAMS[0]
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin:/usr/local/bin")
    with pytest.raises(PdfError, match=r"write \.html"):
        pdf("<p>x</p>")
