"""`parameters/io_capacity_low`: reads ServerStatus and Settings; says when the page cleaner is held back by its budget."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import number, server_wide, too_short, why_not_settable


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When it is worth telling."""

    capacity_max: float = threshold(
        200, "count", "innodb_io_capacity up to which it counts as low: the default of a single rotating disk."
    )
    waits_min: float = threshold(1, "count", "Waits for a free page over the window.")


@check(needs=(ServerStatus, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def io_capacity_low(context: Context[Thresholds]) -> Iterator[Verdict]:
    """A page cleaner that may write as little as one rotating disk allows, while sessions wait for free pages.

    Risk: dirty pages pile up, and writers have to wait for the cleaner.
    Evidence: waits for a free page over the window, the share of dirty pages, innodb_io_capacity.
    Remedy: on SSD 1,000 to 2,000, with innodb_io_capacity_max at twice that; on a rotating disk leave it.
    False positives: a server on rotating disks; the agent does not see the disk.
    """
    settings, status = context.window.need(Settings), context.window.need(ServerStatus)
    short = too_short(status)
    if short is not None:
        yield NotJudged(context.check, Subject("cluster", context.window.cluster), short)
        return
    latest = context.window.latest
    limits = context.thresholds
    now, waits = number(settings, "innodb_io_capacity"), status.count("innodb_buffer_pool_wait_free")
    if now is None or waits is None or now > limits.capacity_max or waits < limits.waits_min:
        return
    if why_not_settable("innodb_io_capacity", latest.flavour):
        return
    dirty = (status.gauge("innodb_buffer_pool_pages_dirty") or 0.0) / max(
        1.0, status.gauge("innodb_buffer_pool_pages_total") or 1.0
    )
    found = context.finding(
        Subject("setting", "innodb_io_capacity"),
        Severity.LOW,
        f"Sessions waited {waits:,.0f} times for a free page, and the page cleaner may write {now:,.0f} pages a second only.",
        Evidence("waits for a free page", waits, "count", "Innodb_buffer_pool_wait_free"),
        Evidence("dirty pages", dirty, "ratio", "Innodb_buffer_pool_pages_dirty"),
        Evidence("innodb_io_capacity", now, "pages a second", "SHOW GLOBAL VARIABLES"),
    )
    yield found
    yield from context.parameters(
        found,
        server_wide(
            settings, latest.engine, latest.flavour, "innodb_io_capacity", 1000, effect="dirty pages are written sooner"
        ),
        risk="More writing in the background: only on SSD.",
        caution="The agent does not see the disk: leave it on a rotating one.",
    )
