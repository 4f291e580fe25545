"""`parameters/parallel_workers_short`: reads Plans, Settings, Host; says whether more parallel workers should exist, or fewer be planned."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import Tuned, server_wide


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When what is launched falls short of what is planned."""

    gathers_min: float = threshold(5, "count", "Gather nodes of executed plans.")
    launched_ratio: float = threshold(0.7, "ratio", "Workers launched by planned, below which it is told.")
    cpu_ratio: float = threshold(
        0.6, "ratio", "CPU share up to which more workers are advised, where the machine is known."
    )


@check(needs=(Plans, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def parallel_workers_short(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Many plans get fewer parallel workers than they were planned with.

    Risk: a plan that is good with workers is run without, and its time varies with who else runs.
    Evidence: workers planned and launched over all executed plans, max_parallel_workers, CPU share of the machine.
    Remedy: max_parallel_workers up to the cores where CPU is idle; else max_parallel_workers_per_gather down to what is really launched.
    False positives: a moment of many parallel queries at once.
    """
    settings, limits = context.window.need(Settings), context.thresholds
    gathers = [
        node
        for row in context.window.need(Plans).rows
        for node in row.plan.root.walk()
        if node.workers_planned and node.workers_launched is not None and node.actual_rows is not None
    ]
    planned = sum(node.workers_planned or 0 for node in gathers)
    launched = sum(node.workers_launched or 0 for node in gathers)
    if len(gathers) < limits.gathers_min or launched / planned >= limits.launched_ratio:
        return
    host = context.window.section(Host)
    known = host if host is not None and host.is_database_host else None
    found = context.finding(
        Subject("setting", "max_parallel_workers"),
        Severity.LOW,
        f"{launched} of {planned} planned parallel workers were launched over {len(gathers)} executed plans.",
        Evidence("workers planned", planned, "count", "auto_explain"),
        Evidence("workers launched", launched, "count", "auto_explain"),
        Evidence("max_parallel_workers", settings.number("max_parallel_workers"), "count", "pg_settings"),
        Evidence(
            "max_parallel_workers_per_gather",
            settings.number("max_parallel_workers_per_gather"),
            "count",
            "pg_settings",
        ),
        *((Evidence("CPU share", round(known.cpu_ratio, 3), "ratio", "the machine"),) if known else ()),
    )
    yield found
    yield from context.parameters(
        found,
        _more(context, settings, known) or _fewer(context, settings, launched / len(gathers)),
        risk="Parallel plans are made for another number of workers: some statements get slower.",
    )


def _more(context: Context[Thresholds], settings: Settings, host: Host | None) -> Tuned | None:
    if host is None or host.cpu_ratio > context.thresholds.cpu_ratio:
        return None
    wanted = min(float(host.cores), settings.number("max_worker_processes", 8))
    if wanted <= settings.number("max_parallel_workers"):
        return None
    return server_wide(
        settings, context.window.latest.flavour, "max_parallel_workers", wanted, effect="planned workers are launched"
    )


def _fewer(context: Context[Thresholds], settings: Settings, launched_each: float) -> Tuned | None:
    wanted = float(int(launched_each))
    if wanted >= settings.number("max_parallel_workers_per_gather"):
        return None
    return server_wide(
        settings,
        context.window.latest.flavour,
        "max_parallel_workers_per_gather",
        wanted,
        effect="plans count with the workers they get",
    )
