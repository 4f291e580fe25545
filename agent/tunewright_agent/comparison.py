"""The newest reading of each compared section of one server, and the events that lie between it and the one before. Kept by a watch."""

from dataclasses import dataclass, field
from datetime import datetime

from tunewright_analyzers.changes import changes
from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.relations import Indexes, Tables
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Section

COMPARED = (Settings, Indexes, Tables, Replication, Sessions)
"""Sessions only for the server that they are of."""


@dataclass(slots=True)
class Comparison:
    """Remembers one reading a section, with the server it is of."""

    _seen: dict[type[Section], tuple[str, Section]] = field(init=False, default_factory=dict)

    def events(self, server: str, sections: tuple[Section, ...], at: datetime) -> tuple[Event, ...]:
        """What changed since the reading before; a server that took another's place is an event of its own."""
        found: list[Event] = []
        for section in sections:
            before = self._seen.get(type(section))
            if before is not None and before[0] == server:
                found += changes(before[1], section, at)
            elif before is not None and isinstance(section, Sessions):
                found.append(Event(at, "role_changed", "server", "another server answers"))
            if isinstance(section, COMPARED):
                self._seen[type(section)] = (server, section)
        return tuple(found)
