"""`parameters/connections_oversized`: reads ActiveSessions, Settings; says where hundreds of connections stand idle, and how many are needed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import ActiveSessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

MARGIN, STEP, LEAST = 1.5, 50, 100


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is oversized."""

    max_connections: float = threshold(500, "count", "max_connections from which it is judged.")
    used_ratio: float = threshold(
        0.3, "ratio", "Connections at the busiest sample by max_connections, below which it is told."
    )
    samples_min: float = threshold(3600, "count", "Samples: with fewer the busiest moment is not known.")


@check(needs=(ActiveSessions, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def connections_oversized(context: Context[Thresholds]) -> Iterator[Verdict]:
    """max_connections is far above what is ever used.

    Risk: a fault in an application opens them all, and each takes memory and makes every snapshot dearer; the limit no longer protects.
    Evidence: connections and active sessions at the busiest sample of the window, max_connections.
    Remedy: a pooler before the server, then one and a half times the busiest moment.
    False positives: a window that does not hold the busiest day. On RDS and Aurora a formula sets it.
    """
    load, settings, limits = context.window.need(ActiveSessions), context.window.need(Settings), context.thresholds
    now, used = settings.number("max_connections"), load.peak_connections
    if now < limits.max_connections or load.samples < limits.samples_min or not used or used / now >= limits.used_ratio:
        return
    wanted = max(LEAST, math.ceil(used * MARGIN / STEP) * STEP)
    found = context.finding(
        Subject("setting", "max_connections"),
        Severity.INFO,
        f"At most {used} of {now:.0f} connections were used, at most {load.peak_active} of them active.",
        Evidence("connections at the busiest sample", used, "count", "samples of pg_stat_activity"),
        Evidence("active at the busiest sample", load.peak_active, "count", "samples of pg_stat_activity"),
        Evidence("max_connections", now, "count", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, context.window.latest.flavour, "max_connections", float(wanted), effect="the limit protects again"
        ),
        risk="Needs a restart; clients beyond it are refused. A standby must have at least as many: change it after the primary.",
    )
