"""Which shifts of sessions a person should hear of: those that are large, and that nothing else tells of. Called by the checks
`regressions/lock_waits` and `regressions/more_sessions`, and by the agent's pass, which marks them as events.
"""

from dataclasses import dataclass

from tunewright_analyzers.facts.regressions import Regressions, SessionShift, SessionsOf
from tunewright_analyzers.regressions.incidents import Floors, Incident, incidents
from tunewright_analyzers.regressions.sessions import NOTHING

STATEMENTS = Floors(0.05, 0.005, 0.01, 1.2)
"""Slower statements that are told (the defaults of their checks)."""


@dataclass(frozen=True, slots=True)
class SessionFloors:
    """Sessions (waiting ones, or active ones more than usual) and times as many; and the shares of them that others may tell of."""

    sessions_min: float
    ratio_min: float
    explained_max: float
    chained_max: float = 1.0


HABIT = 1.3
"""What lasts on three days of seven at this time counts where it is so many times that."""
OVER = 0.5
"""Sessions: what is less over the last hour is over."""
LOCKS, ACTIVE = SessionFloors(1.0, 1.5, 0.5, 0.5), SessionFloors(5.0, 2.0, 0.5)
"""The defaults of both checks."""


def of_kind(section: Regressions, kind: SessionsOf) -> SessionShift | None:
    """The shift of these sessions, where they left what is usual."""
    return next((one for one in section.sessions if one.kind is kind), None)


def told(section: Regressions, kind: SessionsOf, floors: SessionFloors) -> SessionShift | None:
    """The shift of these sessions, where it weighs and nothing else tells of it."""
    shift = of_kind(section, kind)
    if shift is None:
        return None
    usual = 0.0 if kind is SessionsOf.LOCKS else shift.usual_sessions
    least = max(usual + floors.sessions_min, floors.ratio_min * shift.usual_sessions, HABIT * shift.habit_sessions)
    if shift.lasting_sessions < least or shift.chained_ratio > floors.chained_max:
        return None
    explained = _waiting(section, shift) if kind is SessionsOf.LOCKS else _working(section, shift)
    return None if explained > floors.explained_max else shift


def _slower(section: Regressions) -> tuple[Incident, ...]:
    return incidents(section, STATEMENTS)


def _waiting(section: Regressions, shift: SessionShift) -> float:
    """The share of the waiting that belongs to statements that are told as slower."""
    slower = {(one.statement_id, one.database) for incident in _slower(section) for one in (incident.lead, *incident.others)}  # fmt: skip
    total = sum(one.sessions for one in shift.statements)
    mine = sum(one.sessions for one in shift.statements if (one.statement_id, one.database) in slower)
    return mine / total if total > 0 else 0.0


def _working(section: Regressions, shift: SessionShift) -> float:
    """The share of the last hour's surplus that waited for locks, or that the statements' own time shows: a second a second is a session."""
    surplus, waiting = shift.hour_sessions - shift.usual_sessions, of_kind(section, SessionsOf.LOCKS)
    for_locks = waiting.hour_sessions - waiting.usual_sessions if waiting is not None else 0.0
    return (max(0.0, shift.grown_load) + max(0.0, for_locks)) / surplus if surplus >= OVER else 1.0


def at_most(usual_sessions: float) -> str:
    """What is usual, for people: half a session stands for less too."""
    return f"{usual_sessions:.1f}" if usual_sessions > NOTHING * 1.01 else f"{NOTHING:.1f} or less"
