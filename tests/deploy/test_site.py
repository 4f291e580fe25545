"""The documentation as a site: it builds without a warning, and its reference holds every check, metric, alert, setting and command."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

import rulebook
from tunewright_agent.config.example import example
from tunewright_agent.metrics.catalog import CATALOG
from tunewright_analyzers.check import discover

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [str(Path(sys.executable).parent / "mkdocs"), "build", "--strict", "--quiet"]
    command += ["--config-file", str(ROOT / "deploy/site/mkdocs.yml"), "--site-dir", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def _text(site: Path, page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", (site / page / "index.html").read_text()))


def test_the_reference_is_complete(site: Path) -> None:
    checks, metrics, alerts = (_text(site, f"reference/{name}") for name in ("checks", "metrics", "alerts"))
    settings, commands = _text(site, "reference/settings"), _text(site, "reference/commands")
    assert [one.id for one in discover() if one.id not in checks] == []
    assert [one.name for one in CATALOG if one.name not in metrics] == []
    assert [one["alert"] for one in rulebook.alerts() if one["alert"] not in alerts] == []
    keys = re.findall(r"^(?:# )?(\w+) = ", example(), re.MULTILINE)
    assert [key for key in keys if key not in settings] == []
    listed = subprocess.run(
        [str(Path(sys.executable).parent / "tunewright"), "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    names = re.findall(r"^│ ([a-z][a-z-]+) {2,}", listed.stdout, re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if f"tunewright {name}" not in commands] == []


def test_it_asks_no_other_host(site: Path) -> None:
    for page in site.rglob("index.html"):
        loaded = re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(https?://[^"]+)"', page.read_text())
        assert [one for one in loaded if 'rel="canonical"' not in one] == [], page
