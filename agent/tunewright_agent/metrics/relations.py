"""Per-table, per-index and per-sequence series: the largest, those with most dead rows, those nearest their end, sticky; and the size of all."""

from collections import Counter
from datetime import datetime

from tunewright_agent.metrics.sheet import Sheet
from tunewright_agent.metrics.sticky import Members
from tunewright_analyzers.facts.relations import Index, Indexes, RelationName, Sequences, Table, Tables

_TABLE = "tunewright_table_"
_INDEX = "tunewright_index_"


def _stamp(*times: datetime | None) -> float | None:
    return max((one.timestamp() for one in times if one is not None), default=None)


class RelationSeries:
    """Of one server; remembers which tables and indexes have series."""

    def __init__(self, most: int) -> None:
        self._large: Members[RelationName] = Members(most)
        self._dead: Members[RelationName] = Members(most)
        self._indexes: Members[RelationName] = Members(2 * most)
        self._sequences: Members[RelationName] = Members(most)

    def write_tables(self, sheet: Sheet, server: tuple[str, str], section: Tables, now: datetime) -> None:
        """Tables of all watched databases."""
        rows = {row.name: row for row in section.rows if not row.is_temporary}
        shown = self._large.update({name: row.total_bytes for name, row in rows.items()}, now)
        shown |= self._dead.update({name: row.dead_rows for name, row in rows.items()}, now)
        for name in shown:
            self._write_table(sheet, server, rows[name])
        sheet.add(
            "tunewright_relations_bytes",
            sum(row.size_bytes + row.toast_bytes for row in rows.values()),
            *server,
            "table",
        )

    @staticmethod
    def _write_table(sheet: Sheet, server: tuple[str, str], row: Table) -> None:
        labels = (*server, row.name.database, row.name.schema, row.name.name)
        sheet.add(f"{_TABLE}size_bytes", row.size_bytes + row.toast_bytes, *labels)
        sheet.add(f"{_TABLE}live_rows", row.live_rows, *labels)
        sheet.add(f"{_TABLE}dead_rows", row.dead_rows, *labels)
        sheet.add(f"{_TABLE}bloat_bytes", row.bloat_bytes, *labels)
        sheet.add(f"{_TABLE}xid_age", row.xid_age, *labels)
        sheet.add(f"{_TABLE}sequential_scans_total", row.sequential_scans, *labels)
        sheet.add(f"{_TABLE}sequential_rows_read_total", row.sequential_rows_read, *labels)
        sheet.add(f"{_TABLE}index_scans_total", row.index_scans, *labels)
        sheet.add(f"{_TABLE}rows_updated_total", row.rows_updated, *labels)
        sheet.add(f"{_TABLE}rows_hot_updated_total", row.rows_hot_updated, *labels)
        sheet.add(f"{_TABLE}last_vacuum_timestamp_seconds", _stamp(row.last_vacuum, row.last_autovacuum), *labels)
        sheet.add(f"{_TABLE}last_analyze_timestamp_seconds", _stamp(row.last_analyze, row.last_autoanalyze), *labels)

    def write_indexes(self, sheet: Sheet, server: tuple[str, str], section: Indexes, now: datetime) -> None:
        """Indexes of all watched databases."""
        rows: dict[RelationName, Index] = {row.name: row for row in section.rows}
        for name in self._indexes.update({name: row.size_bytes for name, row in rows.items()}, now):
            row = rows[name]
            labels = (*server, name.database, name.schema, row.table.name, name.name)
            sheet.add(f"{_INDEX}size_bytes", row.size_bytes, *labels)
            sheet.add(f"{_INDEX}scans_total", row.scans, *labels)
        sheet.add("tunewright_relations_bytes", sum(row.size_bytes for row in rows.values()), *server, "index")
        invalid = Counter(name.database for name, row in rows.items() if not row.is_valid)
        for database in sorted({*section.databases, *(name.database for name in rows)}):
            sheet.add("tunewright_indexes_invalid", invalid[database], *server, database)

    def write_sequences(self, sheet: Sheet, server: tuple[str, str], section: Sequences, now: datetime) -> None:
        """Sequences that rise and never begin anew, those nearest their end first."""
        used = {
            row.name: row.last_value / row.max_value
            for row in section.rows
            if row.last_value is not None and not row.cycles and row.increment > 0 and row.max_value > 0
        }
        for name in self._sequences.update(used, now):
            sheet.add("tunewright_sequence_used_ratio", used[name], *server, name.database, name.schema, name.name)
