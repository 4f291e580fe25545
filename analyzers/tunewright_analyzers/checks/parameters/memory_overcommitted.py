"""`parameters/memory_overcommitted`: reads ServerStatus, Settings and Host; says when the sum of all buffers exceeds the memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import MB
from tunewright_analyzers.parameters.mysql_memory import memory_bytes, memory_sum


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    ratio_max: float = threshold(1.0, "ratio", "Sum of what may be taken by the memory.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def memory_overcommitted(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Buffers that may together take more memory than there is.

    Risk: under load the machine swaps, or the kernel ends the server.
    Evidence: the sum, part by part: buffer pool, log buffer, performance_schema, what each session may take times the sessions at the busiest time,
        temporary tables; and the memory.
    Remedy: smaller session buffers first (they multiply), then fewer sessions by a pool, then the buffer pool.
    False positives: sessions rarely take all their buffers at once; the sum is the worst case.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    parts, memory = memory_sum(settings, status), memory_bytes(context.window)
    if parts is None or memory is None or parts.total_bytes / memory[0] < context.thresholds.ratio_max:
        return
    yield context.finding(
        Subject("setting", "max_connections"),
        Severity.HIGH if parts.pool_bytes > memory[0] else Severity.MEDIUM,
        f"Up to {parts.total_bytes / MB:,.0f} MB may be taken of {memory[0] / MB:,.0f} MB: {parts.sessions:,} sessions of up to "
        f"{parts.session_bytes / MB:,.1f} MB beside the buffer pool.",
        *parts.evidence(),
        Evidence("memory", memory[0], "bytes", memory[1]),
    )
