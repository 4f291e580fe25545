"""Per-statement series: for each counter the statements that are large in it now, and one series `other` for the rest.

Labels are identities only (the fingerprint, database, user, kind): texts and plans live in the history and on /findings. Our own
statements are one series, `own`, whatever they cost: so the sum of the rates is the rate of the server.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from tunewright_agent.metrics.sheet import Sheet
from tunewright_agent.metrics.sticky import Flow
from tunewright_analyzers.facts.statements import Statement, Statements

Key = tuple[str, str, str, str]
OTHER: Key = ("other", "", "", "")
OWN: Key = ("own", "", "", "")

COUNTERS: Mapping[str, Callable[[Statement], float]] = {
    "tunewright_statement_calls_total": lambda row: row.calls,
    "tunewright_statement_exec_seconds_total": lambda row: row.exec_seconds,
    "tunewright_statement_plan_seconds_total": lambda row: row.plan_seconds,
    "tunewright_statement_rows_total": lambda row: row.rows,
    "tunewright_statement_blocks_hit_total": lambda row: row.shared_blocks_hit,
    "tunewright_statement_blocks_read_total": lambda row: row.shared_blocks_read,
    "tunewright_statement_temp_blocks_written_total": lambda row: row.temp_blocks_written,
    "tunewright_statement_wal_bytes_total": lambda row: row.wal_bytes,
}


def _key(row: Statement) -> Key:
    return OWN if row.own else (row.id, row.key.database, row.key.user, row.kind)


def _sums(section: Statements) -> dict[str, dict[Key, float]]:
    """Every counter by key; nested statements (not top level) are left out, since their callers count their time already."""
    sums: dict[str, dict[Key, float]] = {name: {} for name in COUNTERS}
    for row in section.rows:
        if not row.key.toplevel:
            continue
        key = _key(row)
        for name, of in COUNTERS.items():
            sums[name][key] = sums[name].get(key, 0.0) + of(row)
    return sums


class StatementSeries:
    """Of one server; remembers who has a series."""

    def __init__(self, most: int) -> None:
        self._flows = {name: Flow[Key](most) for name in COUNTERS}

    def write(
        self, sheet: Sheet, server: tuple[str, str], total: Statements, window: Statements | None, now: datetime
    ) -> None:
        """`total` holds the server's cumulative counters, `window` their increases lately (what is large now)."""
        values, ranks = _sums(total), _sums(window or total)
        for name, flow in self._flows.items():
            shown, other = flow.update(
                {key: value for key, value in values[name].items() if key != OWN}, ranks[name], now
            )
            for key, value in shown.items():
                sheet.add(name, value, *server, *key)
            sheet.add(name, other, *server, *OTHER)
            sheet.add(name, values[name].get(OWN), *server, *OWN)
        coverage = total.coverage
        sheet.add("tunewright_statements_held", coverage.entries, *server)
        sheet.add("tunewright_statements_max", coverage.max_entries, *server)
        sheet.add("tunewright_statements_evictions_total", coverage.evicted, *server)
        sheet.add("tunewright_statements_time_ratio", coverage.time_ratio, *server)
