"""Every alarm's link leads to a section of docs/aws-alarms.md, and every section belongs to an alarm."""

import re
from pathlib import Path

from tunewright_alerts.alarms.rules import BANDS, RULES, SATURATED

PAGE = Path(__file__).parents[3] / "docs" / "aws-alarms.md"


def test_every_alarm_has_its_section() -> None:
    sections = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(sections) == sorted({*(rule.slug for rule in (*RULES, *BANDS)), SATURATED})
