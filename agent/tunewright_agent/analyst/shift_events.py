"""Events that mark shifts on boards and in reports: in come Regressions, out goes one event for each line that weighs. Called by the pass."""

from datetime import datetime

from tunewright_analyzers.facts.events import Event
from tunewright_analyzers.facts.open_shifts import Line
from tunewright_analyzers.facts.regressions import Regressions, SessionsOf
from tunewright_analyzers.regressions import weighing
from tunewright_analyzers.regressions.incidents import weighs

FLOORS = {SessionsOf.LOCKS: weighing.LOCKS, SessionsOf.ACTIVE: weighing.ACTIVE}


def marks_of(section: Regressions, at: datetime) -> dict[Line, Event]:
    """By the defaults of the checks: slower statements, and more sessions than usual."""
    found: dict[Line, Event] = {}
    for one in section.shifts:
        if weighs(one, weighing.STATEMENTS):
            subject = f"statement {one.statement_id} in {one.database}"
            found[one.database, one.statement_id] = Event(at, "slower_statement", subject, f"{one.ratio:.1f} times what is usual")  # fmt: skip
    for kind, floors in FLOORS.items():
        shift = weighing.told(section, kind, floors)
        if shift is not None:
            found[kind] = Event(at, "more_sessions", str(kind), f"{shift.lasting_sessions:.1f} through half an hour")
    return found
