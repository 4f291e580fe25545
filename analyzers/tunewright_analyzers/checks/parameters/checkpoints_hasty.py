"""`parameters/checkpoints_hasty`: reads Throughput, Settings; says where checkpoints write in a burst in place of spreading their work."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide

WANTED = 0.9


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a burst is worth telling."""

    target_max: float = threshold(0.8, "ratio", "checkpoint_completion_target below which it is told.")
    buffers_min: float = threshold(1000, "count", "Buffers that a checkpoint writes on average.")


@check(needs=(Throughput, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def checkpoints_hasty(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Checkpoints that write in a part of the interval what they could spread over all of it.

    Risk: bursts of writes raise the latency of everything else.
    Evidence: checkpoint_completion_target, checkpoints and buffers written.
    Remedy: checkpoint_completion_target of 0.9 (the default since 14).
    False positives: none known; a lower target has had no use since writes are flushed in time. Aurora has no such checkpoints.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    section, settings, limits = context.window.need(Throughput), context.window.need(Settings), context.thresholds
    count = (section.checkpoints_timed or 0) + (section.checkpoints_requested or 0)
    now = settings.number("checkpoint_completion_target", WANTED)
    written = (section.checkpoint_buffers_written or 0) / max(1, count)
    if now >= limits.target_max or not count or written < limits.buffers_min:
        return
    found = context.finding(
        Subject("setting", "checkpoint_completion_target"),
        Severity.LOW,
        f"Checkpoints write {written:,.0f} buffers each within {now:.0%} of their interval.",
        Evidence("checkpoint_completion_target", now, "ratio", "pg_settings"),
        Evidence("checkpoints", count, "count", "pg_stat_checkpointer or pg_stat_bgwriter"),
        Evidence("buffers written by checkpoints", section.checkpoint_buffers_written or 0, "count", "the same"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings,
            context.window.latest.flavour,
            "checkpoint_completion_target",
            WANTED,
            effect="writes are spread evenly",
        ),
        risk="A little more WAL is kept.",
    )
