"""`parameters/connections_near_limit`: reads Databases and Sessions; says when connections run out."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

MARGIN, STEP = 1.5, 50


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Used share of the connections open to ordinary roles."""

    warn_ratio: float = threshold(0.8, "ratio", "Share from which it is reported.")
    critical_ratio: float = threshold(0.95, "ratio", "Share from which it is critical.")
    active_ratio: float = threshold(
        0.5, "ratio", "Share of active sessions from which more connections are advised, and not only a pooler."
    )


@check(needs=(Databases, Sessions), thresholds=Thresholds)
def connections_near_limit(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Connections near max_connections.

    Risk: the next clients are refused with 'sorry, too many clients already', administrators too once the reserve is gone.
    Evidence: client backends against max_connections less the reserved ones; how many are idle, and whose.
    Remedy: a connection pooler first; more connections only where they are really active (each costs memory).
    False positives: a load test.
    """
    databases, sessions = context.window.need(Databases), context.window.need(Sessions)
    clients = [session for session in sessions.rows if session.backend_type == "client backend"]
    room = databases.max_connections - databases.reserved_connections
    if room <= 0 or len(clients) / room < context.thresholds.warn_ratio:
        return
    idle = sum(session.state == "idle" for session in clients)
    most, count = Counter(f"{session.user} ({session.application})" for session in clients).most_common(1)[0]
    found = context.finding(
        Subject("setting", "max_connections"),
        Severity.CRITICAL if len(clients) / room >= context.thresholds.critical_ratio else Severity.HIGH,
        f"{len(clients)} of {room} connections are taken, {idle} of them idle; most by {most}: {count}.",
        Evidence("connections", len(clients), "count", "pg_stat_activity"),
        Evidence("open to ordinary roles", room, "count", "max_connections less the reserved ones"),
        Evidence("idle", idle, "count", "pg_stat_activity.state"),
    )
    yield found
    active = sum(session.state == "active" for session in clients)
    settings = context.window.section(Settings)
    if (
        settings is None
        or context.window.latest.engine is not Engine.POSTGRESQL
        or active / len(clients) < context.thresholds.active_ratio
    ):
        return  # a pooler mends what is idle
    wanted = math.ceil(databases.max_connections * MARGIN / STEP) * STEP
    yield from context.parameters(
        found,
        server_wide(
            settings,
            context.window.latest.flavour,
            "max_connections",
            float(wanted),
            effect="clients that really work are let in",
        ),
        risk="Needs a restart; each further connection takes memory, and more of them at work than cores only wait for each other.",
        caution="A pooler before the server comes first. A standby must have at least as many: change it there first.",
    )
