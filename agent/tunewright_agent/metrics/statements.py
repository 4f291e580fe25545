"""Per-statement series: for each counter the statements that are large in it now, and one series `other` for the rest.

Labels are identities only (the fingerprint, database, user, kind): texts and plans live in the history and on /findings. Our own
statements are one series, `own`, whatever they cost: so the sum of the rates is the rate of the server. And what each of our sources costs.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from tunewright_agent.metrics.sheet import Sheet
from tunewright_agent.metrics.sticky import Flow
from tunewright_agent.metrics.tally import Tally
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements

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


def _readings(section: Statements) -> dict[str, dict[tuple[StatementKey, Key], float]]:
    """Every counter by row and key; nested statements (not top level) are left out, since their callers count their time already.
    Rows of dropped databases may share a row key: they are added."""
    readings: dict[str, dict[tuple[StatementKey, Key], float]] = {name: {} for name in COUNTERS}
    for row in section.rows:
        if not row.key.toplevel:
            continue
        place = (row.key, _key(row))
        for name, of in COUNTERS.items():
            readings[name][place] = readings[name].get(place, 0.0) + of(row)
    return readings


def _ranks(readings: Mapping[tuple[StatementKey, Key], float]) -> dict[Key, float]:
    ranks: dict[Key, float] = {}
    for (_, key), value in readings.items():
        ranks[key] = ranks.get(key, 0.0) + value
    return ranks


def _own_costs(section: Statements) -> dict[tuple[StatementKey, str], float]:
    """What each statement of ours took on the server, by the source that sent it."""
    costs: dict[tuple[StatementKey, str], float] = {}
    for row in section.rows:
        if row.own and row.own_source is not None:
            place = (row.key, row.own_source)
            costs[place] = costs.get(place, 0.0) + row.exec_seconds + row.plan_seconds
    return costs


class StatementSeries:
    """Of one server; remembers who has a series, and what was counted by rows that the server has thrown out since."""

    def __init__(self, most: int) -> None:
        self._flows = {name: Flow[Key](most) for name in COUNTERS}
        self._tallies = {name: Tally[StatementKey, Key]() for name in COUNTERS}
        self._costs = Tally[StatementKey, str]()
        self._reset_at: datetime | None = None

    def write(
        self, sheet: Sheet, server: tuple[str, str], total: Statements, window: Statements | None, now: datetime
    ) -> None:
        """`total` holds the server's cumulative counters, `window` their increases lately (what is large now)."""
        if total.coverage.reset_at != self._reset_at:
            self._reset_at = total.coverage.reset_at
            for tally in self._tallies.values():
                tally.restart()
            self._costs.restart()
        readings, lately = _readings(total), _readings(window or total)
        for name, flow in self._flows.items():
            values = self._tallies[name].update(readings[name])
            own = values.pop(OWN, None)
            shown, other = flow.update(values, _ranks(lately[name]), now)
            for key, value in shown.items():
                sheet.add(name, value, *server, *key)
            sheet.add(name, other, *server, *OTHER)
            sheet.add(name, own, *server, *OWN)
        for source, seconds in self._costs.update(_own_costs(total)).items():
            sheet.add("tunewright_source_server_seconds_total", seconds, *server, source)
        _write_coverage(sheet, server, total.coverage)


def _write_coverage(sheet: Sheet, server: tuple[str, str], coverage: Coverage) -> None:
    sheet.add("tunewright_statements_held", coverage.entries, *server)
    sheet.add("tunewright_statements_max", coverage.max_entries, *server)
    sheet.add("tunewright_statements_evictions_total", coverage.evicted, *server)
    sheet.add("tunewright_statements_time_ratio", coverage.time_ratio, *server)
