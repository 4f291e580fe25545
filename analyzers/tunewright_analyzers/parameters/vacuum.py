"""When autovacuum begins on a table, how fast dead rows come, how long a vacuum takes. In come a Table and Settings, out go numbers.

The cost model is the manual's ("Cost-based Vacuum Delay"): a worker sleeps `delay` each time it has spent `limit` points, 1 for a page found in
the buffers, 2 for one that was read, 20 for one that it dirties. So it is the shortest time that the throttle allows, and no promise.
"""

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


def points_a_second(table: Table, settings: Settings) -> float | None:
    """What the throttle lets one worker spend; None where nothing throttles it (delay 0)."""
    delay_ms = dict(table.options).get("autovacuum_vacuum_cost_delay")
    delay = float(delay_ms) / 1000 if delay_ms is not None else settings.number("autovacuum_vacuum_cost_delay", 0.002)
    limit = option(table, settings, "autovacuum_vacuum_cost_limit")
    if limit <= 0:
        limit = settings.number("vacuum_cost_limit", 200)
    return None if delay <= 0 else limit / delay


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
