"""Whether the statement statistics are old and whole enough to say what a role does not do. Called by checks/security."""

import re

from tunewright_analyzers.facts.roles import Role, Roles
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.facts.statements import Statement, Statements

_DAY = 86_400.0
_SERVICES = re.compile(r"rds|aws|tunewright|postgres$")
"""The service's roles, ours, and the first superuser, which cannot be dropped."""


def days_counted(window: Window) -> float:
    """Days since pg_stat_statements was reset. Call `unfit` first."""
    since = window.whole(Statements).coverage.reset_at
    return 0.0 if since is None else (window.end - since).total_seconds() / _DAY


def unfit(window: Window, least_days: float) -> str | None:
    """Why the absence of a statement says nothing; None where it does say something."""
    coverage = window.whole(Statements).coverage
    if coverage.reset_at is None:
        return "it is not known since when statements are counted (pg_stat_statements_info, PostgreSQL 14 and later)"
    if days_counted(window) < least_days:
        return f"statements are counted for {days_counted(window):.1f} days only, {least_days:g} are needed before 'unused' means something"
    if coverage.evicted:
        return "pg_stat_statements was full and forgot statements since its reset: raise pg_stat_statements.max"
    hidden = window.gaps_of(Statements)
    if hidden:
        return f"not all statements could be read: {hidden[0].reason}"
    return None


def uncounted(window: Window, least_days: float) -> str | None:
    """As `unfit`, for checks that must see utility statements too (COPY, TRUNCATE, SET, DDL)."""
    reason = unfit(window, least_days)
    if reason is None and window.need(Settings).text("pg_stat_statements.track_utility") == "off":
        return "utility statements are not counted: pg_stat_statements.track_utility = on"
    return reason


def statements_of(window: Window) -> dict[str, list[Statement]]:
    """All statements counted since the reset, by the role that ran them (after SET ROLE: the role that was set)."""
    found: dict[str, list[Statement]] = {}
    for row in window.whole(Statements).rows:
        if row.calls > 0:
            found.setdefault(row.key.user, []).append(row)
    return found


def judged(roles: Roles) -> tuple[Role, ...]:
    """Roles of people and applications that may log in."""
    return tuple(one for one in roles.rows if one.can_login and not _SERVICES.match(one.name))
