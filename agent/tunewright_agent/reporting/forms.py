"""A report in the form that a file's ending names."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from tunewright_agent.reporting.pdf import pdf
from tunewright_agent.reports.render import weekly_page
from tunewright_agent.reports.weekly.build import report
from tunewright_agent.reports.weekly.forms import markdown, report_shape
from tunewright_agent.week import Week
from tunewright_analyzers.facts.snapshot import Period

Form = Literal["html", "md", "json", "pdf"]
FORMS: tuple[Form, ...] = ("html", "md", "json", "pdf")


def made(form: Form, weeks: Sequence[Week], period: Period, at: datetime) -> bytes:
    """The bytes of the file. Raises PdfError where no PDF can be made."""
    match form:
        case "html":
            return weekly_page(weeks, period, at).encode()
        case "pdf":
            return pdf(weekly_page(weeks, period, at))
        case "md":
            return markdown(report(weeks, period, at)).encode()
        case "json":
            return (json.dumps(report_shape(report(weeks, period, at)), indent=1, allow_nan=False) + "\n").encode()
