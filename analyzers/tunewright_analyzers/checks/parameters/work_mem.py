"""`parameters/work_mem`: reads Statements, Settings, Plans, ActiveSessions, Host; says which work_mem would end temporary files, and for whom."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.finding import Evidence, Finding, Severity, Subject
from tunewright_analyzers.parameters.change import Tuned, for_role, for_statement, override_of, server_wide
from tunewright_analyzers.parameters.memory import concurrent, memory_of, room_for_sorts
from tunewright_analyzers.parameters.spans import span_text
from tunewright_analyzers.parameters.spills import Spill, spills
from tunewright_analyzers.parameters.values import bytes_of, power_of_two_mb, size_text
from tunewright_analyzers.recommendation import Expectation, Scope

_MB = 1024**2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When spilling asks for more memory."""

    bytes_per_call: float = threshold(_MB, "bytes", "Temporary bytes that one call writes on average.")
    bytes_per_hour: float = threshold(64 * _MB, "bytes", "Temporary bytes an hour of one statement of one role.")
    one_statement_ratio: float = threshold(
        0.8, "ratio", "Share of a role's temporary bytes from which one statement is the cause."
    )
    roles_for_all: float = threshold(
        5, "count", "Roles that spill from which one value for the whole server is advised, and not one for each."
    )
    largest: float = threshold(1024 * _MB, "bytes", "More is never advised: beyond it the statement is the fault.")


@dataclass(frozen=True, slots=True)
class _Group:
    """The spills that one change would end: of a statement, a role, or all."""

    scope: Scope
    target: str
    spills: tuple[Spill, ...]
    sessions: int


def _groups(context: Context[Thresholds], found: tuple[Spill, ...]) -> Iterator[_Group]:
    """The narrowest scopes that hold the spills: a statement, a role, and all where there are many roles."""
    roles: dict[str, list[Spill]] = defaultdict(list)
    for one in found:
        roles[one.role].append(one)
    if len(roles) >= context.thresholds.roles_for_all:
        yield _Group(Scope.GLOBAL, "", found, concurrent(context.window))
        return
    for role, own in sorted(roles.items()):
        largest, total = own[0], sum(one.temp_bytes for one in own)
        sessions = concurrent(context.window, role)
        if largest.temp_bytes >= context.thresholds.one_statement_ratio * total:
            yield _Group(Scope.STATEMENT, largest.statement, (largest,), sessions)
        else:
            yield _Group(Scope.ROLE, role, tuple(own), sessions)


def _advised(context: Context[Thresholds], group: _Group, now: float) -> tuple[int, int | None]:
    """(work_mem that ends the spills, what the memory allows): the second None where the memory is unknown. Bytes."""
    need = power_of_two_mb(max(one.need_bytes for one in group.spills))
    room = room_for_sorts(context.window)
    if room is None:
        return min(need, int(context.thresholds.largest)), None
    nodes = max(one.nodes for one in group.spills)
    most = int(room / (group.sessions * nodes))
    allowed = power_of_two_mb(most) if power_of_two_mb(most) <= most else power_of_two_mb(most) // 2
    return min(need, int(context.thresholds.largest), max(allowed, int(now))), most


def _subject(group: _Group) -> Subject:
    if group.scope is Scope.STATEMENT:
        return Subject("statement", group.target, group.spills[0].database)
    if group.scope is Scope.GLOBAL:
        return Subject("setting", "work_mem")
    return Subject("role", group.target)


def _tuned(context: Context[Thresholds], group: _Group, wanted: int) -> Tuned | None:
    settings, flavour = context.window.need(Settings), context.window.latest.flavour
    effect = "these sorts and hashes stay in memory"
    if group.scope is Scope.STATEMENT:
        return for_statement(settings, group.target, "work_mem", float(wanted), effect=effect)
    if group.scope is Scope.ROLE:
        return for_role(settings, group.target, "work_mem", float(wanted), effect=effect)
    return server_wide(settings, flavour, "work_mem", float(wanted), effect=effect)


def _found(context: Context[Thresholds], group: _Group, now: float, wanted: int, most: int | None) -> Finding:
    period = context.window.need(Statements).period
    total = sum(one.temp_bytes for one in group.spills)
    memory = memory_of(context.window)
    count = len(group.spills)
    told = f"{count} statements of role {group.target}"
    if group.scope is Scope.STATEMENT:
        told = f"statement {group.target}"
    elif group.scope is Scope.GLOBAL:
        told = f"{count} statements of {len({one.role for one in group.spills})} roles"
    return context.finding(
        _subject(group),
        Severity.LOW,
        f"Temporary files of {told}: {total / _MB:,.0f} MB {span_text(period)} with work_mem {size_text(now)}; {size_text(wanted)} would "
        f"{'hold them' if wanted >= max(one.need_bytes for one in group.spills) else 'hold a part of them'}.",
        Evidence("temporary bytes", total, "bytes", "pg_stat_statements.temp_blks_written"),
        Evidence("statements", ", ".join(one.statement for one in group.spills[:5]), "", "pg_stat_statements"),
        Evidence(
            "largest need",
            max(one.need_bytes for one in group.spills),
            "bytes",
            "executed plan" if group.spills[0].is_measured else "2.5 x temporary bytes a call (estimate)",
        ),
        Evidence("work_mem", now, "bytes", "pg_settings"),
        Evidence("sessions at the same time", group.sessions, "count", "samples of pg_stat_activity: peak x share"),
        *(() if memory is None else (Evidence("memory", memory.size_bytes, "bytes", memory.source),)),
        *(() if most is None else (Evidence("room for each sort or hash", most, "bytes", "computed"),)),
    )


@check(needs=(Statements, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def work_mem(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Roles and statements whose sorts and hashes need more work_mem than they have.

    Risk: everything that spills is written and read once more, and takes the disk's bandwidth from everyone.
    Evidence: temporary bytes by statement and role, what executed plans say the nodes need, sessions at the same time, memory.
    Remedy: work_mem for the one statement that is the cause, else for the role, for all only where many roles spill; never more than the
        memory holds for all its sessions.
    False positives: a rare report that may as well spill; a larger work_mem can also change the plan, for better or worse.
    """
    limits, settings = context.thresholds, context.window.need(Settings)
    hours = context.window.need(Statements).period.seconds / 3600
    found = spills(
        context.window,
        least_per_call=limits.bytes_per_call,
        least_bytes=limits.bytes_per_hour * hours,
    )
    for group in _groups(context, found):
        override = None if group.scope is Scope.GLOBAL else override_of(settings, group.spills[0].role, "work_mem")
        now = settings.number("work_mem")
        if override is not None:
            now = bytes_of(override.value, now)
        wanted, most = _advised(context, group, now)
        finding = _found(context, group, now, wanted, most)
        yield finding
        if wanted < 2 * now:
            continue
        total = sum(one.temp_bytes for one in group.spills)
        left = sum(one.temp_bytes for one in group.spills if one.need_bytes > wanted)
        yield from context.parameters(
            finding,
            _tuned(context, group, wanted),
            risk=f"Each sort or hash of each session may take {size_text(wanted)}"
            + ("; the machine's memory is not known here, compare it with that." if most is None else "."),
            expectation=Expectation(
                "temporary bytes an hour",
                total / hours,
                left / hours,
                "bytes",
                "temporary blocks by statement against the memory that holds them",
                statements=tuple(one.statement for one in group.spills),
            ),
            caution="A larger work_mem may change plans, also for the worse: `tunewright advise parameters` names those that flip.",
        )
