"""Cases of `parameters/pending_restart`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings

WAITING = Settings(
    (replace(settings().rows[0], name="shared_buffers", value="16384", unit="8kB", pending_restart=True),)
)

CASES = (
    Case("one waits", "fires", (WAITING,), ("setting shared_buffers",), severity={"setting shared_buffers": "low"}),
    Case("none waits", "silent", (settings(),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)
