"""`parameters/connections_peak`: reads ServerStatus and Settings; says when the busiest time came near max_connections."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import number
from tunewright_analyzers.parameters.mysql_memory import memory_bytes, memory_sum


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    used_ratio: float = threshold(0.85, "ratio", "Connections at the busiest time by max_connections.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def connections_peak(context: Context[Thresholds]) -> Iterator[Verdict]:
    """The busiest time since the start came near max_connections.

    Risk: the next clients are refused with 'Too many connections'.
    Evidence: Max_used_connections against max_connections; refusals; what each further session may take of the memory.
    Remedy: a connection pool first; more connections only where the memory sum allows them. On AWS the class decides (at most 16,000).
    False positives: a single storm long ago; FLUSH STATUS begins to count anew.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    used, most = status.gauge("max_used_connections"), number(settings, "max_connections")
    if used is None or not most or used / most < context.thresholds.used_ratio:
        return
    refused = status.count("connection_errors_max_connections") or 0.0
    parts, memory = memory_sum(settings, status), memory_bytes(context.window)
    room = (memory[0] - parts.total_bytes) / max(1.0, parts.session_bytes) if memory and parts else None
    allowed = "" if room is None else f" The memory allows about {max(0, int(room)):,} more."
    yield context.finding(
        Subject("setting", "max_connections"),
        Severity.HIGH if refused else Severity.MEDIUM,
        f"{used:,.0f} of {most:,.0f} connections were open at the busiest time.{allowed}",
        Evidence("connections at the busiest time", used, "count", "Max_used_connections"),
        Evidence("max_connections", most, "count", "SHOW GLOBAL VARIABLES"),
        Evidence("refused", refused, "count", "Connection_errors_max_connections"),
        *(parts.evidence() if parts else ()),
        *((Evidence("memory", memory[0], "bytes", memory[1]),) if memory else ()),
    )
