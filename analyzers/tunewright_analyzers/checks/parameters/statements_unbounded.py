"""`parameters/statements_unbounded`: reads Statements, Settings; says which roles had a runaway statement and no statement_timeout."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import for_role, override_of

QUANTILE, MARGIN, LEAST_SECONDS = 0.999, 10.0, 60.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a runaway is."""

    seconds_min: float = threshold(300, "seconds", "Longest execution of any statement of the role.")
    times_usual: float = threshold(100, "ratio", "That by the time which 99.9 % of the role's calls stay below.")
    calls_min: float = threshold(10_000, "count", "Calls of the role: with fewer what is usual is not known.")


def _usual(rows: list[Statement]) -> float:
    """Seconds that at least 99.9 % of the calls stayed below: each call is taken for as long as its statement's longest."""
    rest = (1 - QUANTILE) * sum(row.calls for row in rows)
    for row in sorted(rows, key=lambda one: -one.max_exec_seconds):
        rest -= row.calls
        if rest < 0:
            return row.max_exec_seconds
    return 0.0


@check(needs=(Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def statements_unbounded(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles of short statements that once ran one for minutes, with nothing to end it.

    Risk: a forgotten or runaway statement holds its locks and the horizon of vacuum for hours.
    Evidence: the longest execution by role against what 99.9 % of its calls stay below; statement_timeout of server and role.
    Remedy: statement_timeout for the role, ten times what is usual, at least a minute.
    False positives: a role that also runs migrations or dumps: give those another role, or SET statement_timeout = 0 in them.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    if settings.number("statement_timeout") > 0:
        return
    roles: dict[str, list[Statement]] = defaultdict(list)
    for row in context.window.need(Statements).rows:
        if not row.own and row.calls and row.kind != "utility":
            roles[row.key.user].append(row)
    for role, rows in sorted(roles.items()):
        longest, usual = max(rows, key=lambda row: row.max_exec_seconds), _usual(rows)
        calls = sum(row.calls for row in rows)
        if override_of(settings, role, "statement_timeout") or calls < limits.calls_min:
            continue
        if longest.max_exec_seconds < max(limits.seconds_min, limits.times_usual * usual):
            continue
        wanted = math.ceil(max(LEAST_SECONDS, MARGIN * usual) / 60) * 60.0
        found = context.finding(
            Subject("role", role),
            Severity.INFO,
            f"A statement of role {role} ran for {longest.max_exec_seconds:,.0f} s, where 99.9 % of its calls end within {usual:,.2f} s; nothing "
            "would have ended it.",
            Evidence(
                "longest execution", round(longest.max_exec_seconds, 1), "seconds", "pg_stat_statements.max_exec_time"
            ),
            Evidence("statement", longest.id, "", "pg_stat_statements"),
            Evidence("99.9 % of calls within", round(usual, 4), "seconds", "pg_stat_statements, by calls"),
            Evidence("calls", calls, "count", "pg_stat_statements"),
        )
        yield found
        yield from context.parameters(
            found,
            for_role(settings, role, "statement_timeout", wanted, effect="a runaway is ended"),
            risk=f"Every statement of this role that takes longer than {wanted:.0f} s is cancelled.",
        )
