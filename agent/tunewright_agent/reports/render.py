"""HTML: the daemon's findings page and the demo's report. State in, one self-contained document out.

No script, no outside request, no `style` attribute: the only style is one inline sheet whose hash the daemon puts into its
Content-Security-Policy. Every value is made visible (controls, bidirectional overrides) and then escaped by Jinja's autoescape.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tunewright_agent.reports import views
from tunewright_agent.reports.charts import before_after
from tunewright_agent.reports.quantities import change, quantity, seconds_text
from tunewright_agent.reports.shapes import Measured
from tunewright_agent.reports.visible import visible_lines
from tunewright_agent.reports.weekly.build import report as report_of
from tunewright_agent.reports.weekly.document import Limits, Report
from tunewright_agent.reports.weekly.plots import drawn
from tunewright_agent.state import State
from tunewright_agent.week import Week
from tunewright_analyzers.facts.snapshot import Period

MOST_CHARACTERS = 1_500_000
"""Of one page. Above it, half as much is shown, and again, until it fits: a browser must open it, a mail must take it."""
MOST_HALVINGS = 10
_TEMPLATES = Path(__file__).parent / "templates"


def _finalize(value: Any) -> Any:
    """What every `{{ … }}` passes through before it is escaped."""
    return value if isinstance(value, Markup) else visible_lines(value)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "quantity": quantity,
        "seconds": seconds_text,
        "change": change,
        "moment": views.moment,
        "span": views.span,
        "cut": views.cut,
        "sql": views.pretty_sql,
        "drawn": drawn,
    }
    return environment


@cache
def style() -> str:
    """The style sheet that every page carries."""
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def style_hash() -> str:
    """The sheet's hash as a Content-Security-Policy source: `'sha256-…'`."""
    digest = hashlib.sha256(style().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _bounded(template: str, state: State, **values: Any) -> str:
    """The page with as much of the state as fits."""
    limits = views.Limits()
    for _ in range(MOST_HALVINGS):
        page = views.page_of(state, limits)
        text = _environment().get_template(template).render(page=page, style=Markup(style()), **values)  # noqa: S704  # our own file
        if len(text) <= MOST_CHARACTERS:
            break
        limits = limits.halved()
    return text


def render_report(title: str, state: State, measured: Measured | None, generated_at: datetime) -> str:
    """The report of a demo or a visit: what was measured, found, advised; plans; what was not judged; method."""
    return _bounded(
        "report.html.j2",
        state,
        title=title,
        measured=measured,
        bars=before_after(measured) if measured else (),
        generated_at=views.moment(generated_at),
    )


def render_findings_page(state: State) -> str:
    """The daemon's /findings: what is wrong now and what to do."""
    return _bounded("findings.html.j2", state, title="Findings", generated_at=views.moment(state.now))


def render_weekly(report: Report) -> str:
    """The weekly report as one document."""
    template = _environment().get_template("weekly.html.j2")
    return template.render(report=report, title=report.title, style=Markup(style()))  # noqa: S704  # our own file


def weekly_page(weeks: Sequence[Week], period: Period, generated_at: datetime) -> str:
    """The weekly report of these servers, with as much of them as fits on one page."""
    limits = Limits()
    for _ in range(MOST_HALVINGS):
        text = render_weekly(report_of(weeks, period, generated_at, limits))
        if len(text.encode()) <= MOST_CHARACTERS:
            break
        limits = limits.halved()
    return text
