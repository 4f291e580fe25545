"""When autovacuum begins on a table, how fast dead rows come, how long a vacuum takes. In come a Table and Settings, out go numbers.

The cost model is the manual's ("Cost-based Vacuum Delay"): a worker sleeps `delay` each time it has spent `limit` points, 1 for a page found in
the buffers, 2 for one that was read, 20 for one that it dirties. So it is the shortest time that the throttle allows, and no promise.
"""

from tunewright_analyzers.facts.log_events import LoggedVacuum
from tunewright_analyzers.facts.relations import Table
from tunewright_analyzers.facts.settings import Settings

PAGE_MISS, PAGE_DIRTY = 2.0, 20.0
"""vacuum_cost_page_miss (14 and later) and vacuum_cost_page_dirty."""
SECONDS_A_DAY = 86400.0
DEAD_ID_BYTES = 6
"""An item pointer in the array of dead rows (before 17)."""


def option(table: Table, settings: Settings, name: str) -> float:
    """The table's own storage parameter, else the server's, in base units."""
    own = dict(table.options).get(name)
    return float(own) if own is not None else settings.number(name)


def rows_of(table: Table) -> float:
    """Rows, by the last ANALYZE or the statistics, whichever is more."""
    return max(table.row_estimate, float(table.live_rows), 0.0)


def trigger(table: Table, settings: Settings) -> float:
    """Dead rows at which autovacuum begins: threshold + scale factor x rows (manual, chapter "The Autovacuum Daemon")."""
    by_share = option(table, settings, "autovacuum_vacuum_threshold") + option(
        table, settings, "autovacuum_vacuum_scale_factor"
    ) * rows_of(table)
    most = settings.number("autovacuum_vacuum_max_threshold", -1)
    return by_share if most < 0 else min(by_share, most)


def dead_rows_a_day(table: Table, period_seconds: float) -> float:
    """Updates and deletes leave one dead row each."""
    return (table.rows_updated + table.rows_deleted) / period_seconds * SECONDS_A_DAY


def cost_delay(table: Table, settings: Settings) -> float:
    """Seconds that a worker sleeps on this table each time; 0 where nothing throttles it."""
    own = dict(table.options).get("autovacuum_vacuum_cost_delay")
    if own is not None:
        return float(own) / 1000
    delay = settings.number("autovacuum_vacuum_cost_delay", 0.002)
    return delay if delay >= 0 else settings.number("vacuum_cost_delay", 0.0)


def cost_limit(table: Table, settings: Settings) -> float:
    """Points that a worker may spend on this table before it sleeps, were it alone."""
    limit = option(table, settings, "autovacuum_vacuum_cost_limit")
    return limit if limit > 0 else settings.number("vacuum_cost_limit", 200)


def points_a_second(table: Table, settings: Settings) -> float | None:
    """What the throttle lets one worker spend; None where nothing throttles it (delay 0)."""
    delay = cost_delay(table, settings)
    return None if delay <= 0 else cost_limit(table, settings) / delay


def slept_ratio(run: LoggedVacuum, table: Table, settings: Settings) -> float | None:
    """The share of its time that a vacuum slept: as the log says it (18 on), else what it must have slept at least for the cost that it had.

    The cost limit is shared by all workers, so it may have slept longer. None where neither is known, or nothing throttles it.
    """
    if run.delay_seconds is not None:
        return run.delay_seconds / max(run.seconds, 1e-6)
    speed = points_a_second(table, settings)
    if speed is None or run.blocks_hit is None or run.blocks_read is None or run.blocks_dirtied is None:
        return None
    points = run.blocks_hit * settings.number("vacuum_cost_page_hit", 1)
    points += run.blocks_read * settings.number("vacuum_cost_page_miss", PAGE_MISS)
    points += run.blocks_dirtied * settings.number("vacuum_cost_page_dirty", PAGE_DIRTY)
    return points / speed / max(run.seconds, 1e-6)


def vacuum_seconds(table: Table, settings: Settings, dirty_ratio: float, *, whole: bool = False) -> float | None:
    """The throttled time of one vacuum: pages to read (all, or those not all-visible) and its indexes, and a share that it dirties.

    None where it is not throttled.
    """
    speed = points_a_second(table, settings)
    if speed is None:
        return None
    heap = table.pages if whole else max(0, table.pages - table.all_visible_pages)
    indexes = table.index_bytes / 8192
    return (heap * (PAGE_MISS + dirty_ratio * PAGE_DIRTY) + indexes * PAGE_MISS) / speed
