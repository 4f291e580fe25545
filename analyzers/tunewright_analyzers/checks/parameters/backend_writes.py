"""`parameters/backend_writes`: reads Throughput, Settings; says where backends write dirty buffers because the background writer stops too soon."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import POSTGRESQL, Context, Verdict, check, threshold
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.change import server_wide
from tunewright_analyzers.parameters.spans import too_short

MOST_PAGES = 1000.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When the background writer does too little."""

    backend_ratio: float = threshold(0.2, "ratio", "Share of all buffer writes that backends did.")
    minutes_min: float = threshold(
        10, "count", "Minutes that the window must hold: a bulk load of seconds is no usual load."
    )
    stopped_per_hour: float = threshold(60, "count", "Rounds an hour that ended at bgwriter_lru_maxpages.")


def _by_backends(section: Throughput) -> int | None:
    """Buffers that backends wrote: pg_stat_bgwriter's count (before 17), else client backends in pg_stat_io's context `normal`."""
    if section.backend_buffers_written is not None:
        return section.backend_buffers_written
    rows = [
        row
        for row in section.io
        if row.backend_type == "client backend" and row.object == "relation" and row.context == "normal"
    ]
    return sum(row.writes for row in rows) if rows else None


@check(needs=(Throughput, Settings), engines=POSTGRESQL, thresholds=Thresholds)
def backend_writes(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Backends that write dirty buffers themselves, while the background writer stops at bgwriter_lru_maxpages.

    Risk: a statement that needs a buffer waits for the write of somebody else's page.
    Evidence: buffers written by backends, checkpoints and the background writer; rounds that it ended at its limit (maxwritten_clean).
    Remedy: bgwriter_lru_maxpages up, to at most 1000.
    False positives: bulk loads, which write for themselves on purpose (before 16 they are counted here). Aurora has no use for it.
    """
    if context.window.latest.flavour is Flavour.AURORA:
        return
    section, settings, limits = context.window.need(Throughput), context.window.need(Settings), context.thresholds
    short = too_short(section.period, context.thresholds.minutes_min, "who usually writes")
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    backends, stopped = _by_backends(section), section.bgwriter_stopped or 0
    if backends is None:
        return
    others = (section.checkpoint_buffers_written or 0) + (section.bgwriter_buffers_written or 0)
    share = backends / max(1, backends + others)
    now = settings.number("bgwriter_lru_maxpages")
    if (
        share < limits.backend_ratio
        or stopped / section.period.seconds * 3600 < limits.stopped_per_hour
        or not 0 < now < MOST_PAGES
    ):
        return
    found = context.finding(
        Subject("setting", "bgwriter_lru_maxpages"),
        Severity.LOW,
        f"Backends did {share:.0%} of the buffer writes, while the background writer stopped {stopped:,} times at {now:.0f} pages a round.",
        Evidence("buffers written by backends", backends, "count", "pg_stat_io or pg_stat_bgwriter"),
        Evidence("buffers written by others", others, "count", "pg_stat_bgwriter, pg_stat_checkpointer"),
        Evidence("rounds at the limit", stopped, "count", "pg_stat_bgwriter.maxwritten_clean"),
        Evidence("bgwriter_lru_maxpages", now, "count", "pg_settings"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings,
            context.window.latest.flavour,
            "bgwriter_lru_maxpages",
            min(MOST_PAGES, now * 4),
            effect="the background writer writes what backends wrote",
        ),
        risk="Pages that are changed again soon are written more than once.",
    )
