"""Things that happened: seen in the server log or by comparing two snapshots."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Section


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `kind` as in `plan_changed`, `statistics_reset`, `deadlock`, `restarted`; `detail` is redacted."""

    at: datetime
    kind: str
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Events(Section):
    """Events of the window, oldest first."""

    name: ClassVar[str] = "events"
    rows: tuple[Event, ...]
