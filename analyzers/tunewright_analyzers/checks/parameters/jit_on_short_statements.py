"""`parameters/jit_on_short_statements`: reads Statements, Settings, Plans; says which roles spend their time on compiling short statements."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import for_role, for_statement, override_of


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When compiling is too dear."""

    jit_ratio: float = threshold(0.1, "ratio", "JIT time by execution time of a role's short statements.")
    jit_seconds_per_hour: float = threshold(10, "seconds", "JIT time an hour of the role.")
    short_seconds: float = threshold(1.0, "seconds", "Mean execution time up to which a statement counts as short.")
    one_statement_ratio: float = threshold(
        0.8, "ratio", "Share of the role's JIT time from which one statement is the cause."
    )


@check(needs=(Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def jit_on_short_statements(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles whose short statements spend much of their time on just-in-time compilation.

    Risk: a statement of milliseconds takes a multiple, at every execution, because its cost passed jit_above_cost.
    Evidence: JIT time of pg_stat_statements (15 and later) by role, against execution time.
    Remedy: jit off for the one statement that is the cause, else for the role. Where the role has long statements that are compiled too:
        jit_above_cost between the planner's costs of both, if their plans are known and the costs lie apart.
    False positives: statements that compilation makes faster than it costs; measure with jit off.
    """
    section, settings, limits = context.window.need(Statements), context.window.need(Settings), context.thresholds
    if not settings.on("jit"):
        return
    roles: dict[str, list[Statement]] = defaultdict(list)
    longer: dict[str, list[Statement]] = defaultdict(list)
    for row in section.rows:
        if not row.own and row.calls and row.jit_seconds > 0:
            (roles if row.mean_exec_seconds <= limits.short_seconds else longer)[row.key.user].append(row)
    hours = section.period.seconds / 3600
    for role, rows in sorted(roles.items()):
        jit, whole = sum(row.jit_seconds for row in rows), sum(row.exec_seconds for row in rows)
        override = override_of(settings, role, "jit")
        if (
            jit / hours < limits.jit_seconds_per_hour
            or jit / whole < limits.jit_ratio
            or (override and override.value == "off")
        ):
            continue
        worst = max(rows, key=lambda row: row.jit_seconds)
        alone = worst.jit_seconds >= limits.one_statement_ratio * jit
        found = context.finding(
            Subject("statement", worst.id, worst.key.database) if alone else Subject("role", role),
            Severity.LOW,
            f"Role {role} spends {jit / whole:.0%} of its short statements' time on just-in-time compilation ({jit / hours:,.0f} s an hour).",
            Evidence("JIT time", round(jit, 3), "seconds", "pg_stat_statements.jit_*_time"),
            Evidence("execution time of these statements", round(whole, 3), "seconds", "pg_stat_statements"),
            Evidence(
                "statements",
                ", ".join(row.id for row in sorted(rows, key=lambda one: -one.jit_seconds)[:5]),
                "",
                "pg_stat_statements",
            ),
            *(_of_longer(longer[role]) if longer[role] else ()),
        )
        yield found
        effect = "no compilation"
        if alone:
            tuned = for_statement(settings, worst.id, "jit", "off", effect=effect)
        elif not longer[role]:
            tuned = for_role(settings, role, "jit", "off", effect=effect)
        else:
            between = _between(context.window.section(Plans), rows, longer[role])
            if between is None or between <= settings.number("jit_above_cost"):
                continue
            effect = "no compilation of the short ones"
            tuned = for_role(settings, role, "jit_above_cost", between, effect=effect)
        yield from context.parameters(found, tuned, risk="A statement that gains from compilation gets slower.")


def _of_longer(rows: list[Statement]) -> tuple[Evidence, ...]:
    worst = sorted(rows, key=lambda row: -row.jit_seconds)[:5]
    return (
        Evidence(
            "longer statements that are compiled too", ", ".join(row.id for row in worst), "", "pg_stat_statements"
        ),
    )


def _between(plans: Plans | None, short: list[Statement], longer: list[Statement]) -> float | None:
    """A cost above all known plans of the short statements and below all of the longer ones, two digits long; None where there is none."""
    if plans is None:
        return None
    costs = [(row.statement_id, row.plan.root.cost.total) for row in plans.rows]
    below = [cost for identity, cost in costs if identity in {row.id for row in short}]
    above = {row.id: min((cost for identity, cost in costs if identity == row.id), default=None) for row in longer}
    known = [cost for cost in above.values() if cost is not None]
    if not below or len(known) < len(above):
        return None
    step = 10.0 ** (math.floor(math.log10(max(below))) - 1)
    wanted = math.floor(max(below) / step + 1) * step
    return wanted if wanted < min(known) else None
