"""Rung 2 on MariaDB: the statistics of production written into the scratch server's engine-independent tables, which its optimiser reads.

InnoDB's own statistics are no way there: MariaDB reads those rows only when a table is first opened after the server's start (tried). The tables
mysql.table_stats, index_stats and column_stats are MariaDB's own, may be written by hand (its manual, "Manual updates to statistics
tables"), and are read again after FLUSH TABLES. Row counts and distinct values are those that the advice itself rests on; column statistics with
their histograms are copied where production has some. They hold values of the user's data: they go to the scratch server and nowhere else.
Called by mysql_scratch.
"""

from collections.abc import Sequence

from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_agent.sources.source import SourceError
from tunewright_agent.sources.sqlfile import marked
from tunewright_analyzers.indexes.mysql.facts import TableFacts
from tunewright_analyzers.indexes.mysql.model import Model
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.mysql.identifiers import qualified

SESSION = (
    "SET SESSION use_stat_tables = 'preferably', optimizer_use_condition_selectivity = 4, eq_range_index_dive_limit = 1"
)
"""The optimiser believes the tables, and does not look into the empty indexes for equalities."""
_MOST = 99_999_999.0
"""The greatest avg_frequency that its column takes."""
_COLUMNS = "column_name, min_value, max_value, nulls_ratio, avg_length, avg_frequency, hist_size, hist_type, histogram"


def copy_columns(production: DirectSession, scratch: DirectSession, table: TableFacts) -> str | None:
    """Copy the statistics of the table's columns; the answer is why not, where that cannot be. Raises SourceError of the scratch server."""
    where = (table.name.schema, table.name.name)
    try:
        rows = production.execute(
            marked("scratch", f"SELECT {_COLUMNS} FROM mysql.column_stats WHERE db_name = %s AND table_name = %s"),
            where,
        )
    except SourceError as error:
        return f"{table.name}: its column statistics could not be read ({error.reason})"
    if not rows:
        return None
    values = ", ".join(["%s"] * (len(where) + len(rows[0])))
    scratch.insert(
        f"REPLACE INTO mysql.column_stats (db_name, table_name, {_COLUMNS}) VALUES ({values})",
        [(*where, *row.values()) for row in rows],
    )
    return None


def write(scratch: DirectSession, model: Model, table: TableFacts, extra: tuple[str, HypotheticalIndex] | None) -> None:
    """Write rows and frequencies of the table and its indexes, with `extra` (name, index) those of one more. Raises SourceError."""
    where = (table.name.schema, table.name.name)
    lists: list[tuple[str, tuple[str, ...]]] = [
        (one.name.name, one.columns) for one in table.indexes if all(one.columns)
    ]
    if extra is not None:
        lists.append((extra[0], tuple(key.column or "" for key in extra[1].keys)))
    scratch.execute(
        "REPLACE INTO mysql.table_stats (db_name, table_name, cardinality) VALUES (%s, %s, %s)",
        (*where, round(table.rows)),
    )
    scratch.execute("DELETE FROM mysql.index_stats WHERE db_name = %s AND table_name = %s", where)
    unique = {one.name.name for one in table.indexes if one.is_unique}
    scratch.insert(
        "INSERT INTO mysql.index_stats (db_name, table_name, index_name, prefix_arity, avg_frequency) VALUES (%s, %s, %s, %s, %s)",
        [
            (*where, name, arity, frequency)
            for name, columns in lists
            for arity, frequency in frequencies(model, table, columns, is_unique=name in unique)
        ],
    )
    scratch.execute(f"FLUSH TABLES {qualified(table.name)}")


def frequencies(model: Model, table: TableFacts, columns: Sequence[str], *, is_unique: bool) -> list[tuple[int, float]]:
    """(columns of the prefix, rows with one value of them on average) for each prefix; of a unique index the whole has one row."""
    found = []
    for arity in range(1, len(columns) + 1):
        rows = table.rows * model.share(table, tuple(columns[:arity]))
        found.append((arity, 1.0 if is_unique and arity == len(columns) else min(max(rows, 1.0), _MOST)))
    return found
