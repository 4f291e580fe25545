"""Rungs 2 and 3: a scratch server of the user's that holds the production schema with copied statistics, or with a sample of the rows.

The production server is only read. The scratch server must be another server, and must hold no database of the same names: they are made there
under their own names, so that statements need no rewriting, and dropped at the end. What is copied: tables without foreign keys and triggers;
InnoDB's persistent statistics and histograms (rung 2), or rows drawn at random (rung 3). Both hold values of the user's data: they go to
the scratch server and nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_agent.sources.source import SourceError, Unsupported
from tunewright_agent.sources.sqlfile import marked
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.facts import Facts, Rung, TableFacts
from tunewright_analyzers.indexes.mysql.model import Model
from tunewright_analyzers.indexes.mysql.statements import add_index
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.mysql.identifiers import qualified, quoted

DOING = "scratch"
MOST_SAMPLED_ROWS = 50_000
"""Of one table."""
SAMPLE_SECONDS = 60.0
_BATCH = 1000
_FOREIGN_KEY = re.compile(r",\n\s*CONSTRAINT [^\n]* FOREIGN KEY [^\n]*?(?=,?\n)")
_INCREMENT = re.compile(r" AUTO_INCREMENT=\d+")
_PLACES = re.compile(r" (?:DATA|INDEX) DIRECTORY='[^']*'")
PROBE = "tunewright_probe"
_PAGE = 16_384


def same_server(one: DirectSession, other: DirectSession) -> bool:
    """Whether both sessions reach the same server."""
    return one.engine is other.engine and one.identity() == other.identity()


@dataclass(slots=True)
class Scratch:
    """The server with its copies. Use as a context manager: what it made is dropped."""

    production: DirectSession
    scratch: DirectSession
    facts: Facts
    sample_ratio: float | None = None
    """None: statistics only (rung 2)."""
    notes: list[str] = field(default_factory=list)
    _made: list[str] = field(init=False, default_factory=list)

    @property
    def rung(self) -> Rung:
        """Which rung it stands for."""
        return Rung.STATISTICS if self.sample_ratio is None else Rung.SAMPLE

    def build(self, tables: Sequence[RelationName]) -> None:
        """Make the tables. Raises SourceError, and Unsupported where the server cannot be used."""
        if same_server(self.production, self.scratch):
            raise Unsupported("--scratch names the production server itself", "give a server that holds nothing")
        if self.production.engine is not self.scratch.engine:
            raise Unsupported(
                "the scratch server runs another engine", f"start a {self.production.engine} of the same release"
            )
        if self.sample_ratio is None and self.scratch.engine is Engine.MARIADB:
            raise Unsupported(
                "MariaDB's optimiser looks into the empty index itself where a column is compared with a constant, whatever statistics say",
                "give --sample 0.05 with --scratch",
            )
        known = {one.name: one for one in self.facts.tables}
        for schema in sorted({table.schema for table in tables}):
            self._database(schema)
        for table in sorted(tables, key=str):
            if table in known:
                self._table(known[table])
        self.scratch.execute("SET SESSION eq_range_index_dive_limit = %s", (1 if self.sample_ratio is None else 200,))

    def _database(self, schema: str) -> None:
        there = self.scratch.execute(
            "SELECT 1 AS yes FROM information_schema.schemata WHERE schema_name = %s", (schema,)
        )
        if there:
            raise Unsupported(
                f"the scratch server already holds a database {schema}", "give a server that holds nothing"
            )
        made = self.production.execute(marked(DOING, f"SHOW CREATE DATABASE {quoted(schema)}"))[0]
        self.scratch.execute(str(made["Create Database"]))
        self._made.append(schema)

    def _table(self, table: TableFacts) -> None:
        made = str(
            self.production.execute(marked(DOING, f"SHOW CREATE TABLE {qualified(table.name)}"))[0]["Create Table"]
        )
        text = _PLACES.sub("", _INCREMENT.sub("", _FOREIGN_KEY.sub("", made)))
        self.scratch.execute(f"USE {quoted(table.name.schema)}")
        self.scratch.execute("SET SESSION foreign_key_checks = 0")
        self.scratch.execute(text)
        if self.sample_ratio is None:
            self.scratch.execute(f"ALTER TABLE {qualified(table.name)} STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0")
            self._copy_histograms(table)
            self.settle(table)
        else:
            self._copy_rows(table, self.sample_ratio)

    def settle(self, table: TableFacts, extra: HypotheticalIndex | None = None) -> None:
        """Write the copied statistics over those that the empty table has; for `extra`, what the model expects. FLUSH makes InnoDB read them."""
        if self.sample_ratio is not None:
            self.scratch.execute(f"ANALYZE TABLE {qualified(table.name)}")
            return
        schema, name = table.name.schema, table.name.name
        where = (schema, name)
        rows = self.production.execute(
            marked(DOING, "SELECT n_rows AS n, clustered_index_size AS c, sum_of_other_index_sizes AS o FROM mysql.innodb_table_stats"
                   " WHERE database_name = %s AND table_name = %s"), where)  # fmt: skip
        if not rows:
            self.notes.append(
                f"{table.name}: no persistent statistics to copy (a partitioned table, or STATS_PERSISTENT = 0)"
            )
            return
        self.scratch.execute(f"ANALYZE TABLE {qualified(table.name)}")
        self.scratch.execute(
            "UPDATE mysql.innodb_table_stats SET n_rows = %s, clustered_index_size = %s, sum_of_other_index_sizes = %s"
            " WHERE database_name = %s AND table_name = %s", (rows[0]["n"], rows[0]["c"], rows[0]["o"], *where))  # fmt: skip
        stats = self.production.execute(
            marked(DOING, "SELECT index_name AS i, stat_name AS s, stat_value AS v, sample_size AS z, stat_description AS d"
                   " FROM mysql.innodb_index_stats WHERE database_name = %s AND table_name = %s"), where)  # fmt: skip
        values = [(row["i"], row["s"], row["v"], row["z"], row["d"]) for row in stats]
        if extra is not None:
            values += self._expected(table, extra)
        self.scratch.insert(
            "REPLACE INTO mysql.innodb_index_stats (database_name, table_name, index_name, stat_name, stat_value, sample_size, stat_description)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)", [(*where, *one) for one in values])  # fmt: skip
        self.scratch.execute(f"FLUSH TABLES {qualified(table.name)}")

    def _expected(self, table: TableFacts, index: HypotheticalIndex) -> list[tuple[Any, ...]]:
        """InnoDB's rows of statistics for an index that does not exist: distinct values by the model, pages by the size of an entry."""
        model = Model({one.name: one for one in self.facts.tables})
        columns = tuple(key.column or "" for key in index.keys)
        made: list[tuple[Any, ...]] = []
        for size in range(1, len(columns) + 1):
            distinct = max(1, round(1.0 / model.share(table, columns[:size])))
            made.append(
                (PROBE, f"n_diff_pfx{size:02d}", min(distinct, int(max(table.rows, 1))), 20, ",".join(columns[:size]))
            )
        described = columns
        for extra, column in enumerate(table.key, len(columns) + 1):
            described = (*described, column)
            made.append((PROBE, f"n_diff_pfx{extra:02d}", int(max(table.rows, 1)), 20, ",".join(described)))
        pages = max(1, int(table.rows * (15 + 12 * len(described)) / 0.69 / _PAGE))
        return [*made, (PROBE, "n_leaf_pages", pages, None, "Number of leaf pages in the index"),
                (PROBE, "size", pages + 1, None, "Number of pages in the index")]  # fmt: skip

    def _copy_histograms(self, table: TableFacts) -> None:
        if self.production.engine is Engine.MARIADB:
            return
        rows = self.production.execute(
            marked(DOING, "SELECT column_name AS c, histogram AS h FROM information_schema.column_statistics"
                   " WHERE schema_name = %s AND table_name = %s"), (table.name.schema, table.name.name))  # fmt: skip
        for row in rows:
            try:
                self.scratch.execute(
                    f"ANALYZE TABLE {qualified(table.name)} UPDATE HISTOGRAM ON {quoted(row['c'])} USING DATA %s",
                    (row["h"],),
                )
            except SourceError:
                self.notes.append(
                    f"{table.name}.{row['c']}: its histogram could not be copied (USING DATA needs MySQL 8.0.31)"
                )

    def _copy_rows(self, table: TableFacts, ratio: float) -> None:
        limit = (
            ""
            if self.production.engine is Engine.MARIADB
            else f"/*+ MAX_EXECUTION_TIME({round(SAMPLE_SECONDS * 1000)}) */ "
        )
        listed = [column for column in table.columns if column not in self._generated(table)]
        names = ", ".join(quoted(column) for column in listed)
        rows = self.production.execute(
            f"SELECT {limit}{names} FROM {qualified(table.name)} WHERE RAND() < %s LIMIT {MOST_SAMPLED_ROWS}", (ratio,)
        )
        place = ", ".join(["%s"] * len(listed))
        for at in range(0, len(rows), _BATCH):
            self.scratch.insert(
                f"INSERT INTO {qualified(table.name)} ({names}) VALUES ({place})",
                [tuple(row.values()) for row in rows[at : at + _BATCH]],
            )
        self.scratch.execute(f"ANALYZE TABLE {qualified(table.name)}")

    def _generated(self, table: TableFacts) -> frozenset[str]:
        rows = self.production.execute(
            "SELECT column_name AS c FROM information_schema.columns WHERE table_schema = %s AND table_name = %s AND generation_expression <> ''",
            (table.name.schema, table.name.name),
        )
        return frozenset(str(row["c"]) for row in rows)

    def add(self, index: HypotheticalIndex) -> None:
        """Make the index on the copy, under the name of the probe."""
        self.scratch.execute(add_index(index, PROBE))
        self.settle(self._facts(index.table), index)

    def remove(self, index: HypotheticalIndex) -> None:
        """Take it away again."""
        self.scratch.execute(f"ALTER TABLE {qualified(index.table)} DROP INDEX {quoted(PROBE)}")
        self.settle(self._facts(index.table))

    def _facts(self, table: RelationName) -> TableFacts:
        return next(one for one in self.facts.tables if one.name == table)

    @property
    def session(self) -> DirectSession:
        """Where statements are explained."""
        return self.scratch

    @property
    def seen_by(self) -> Mapping[str, str]:
        """Settings of the session under which the probe is seen: none are needed."""
        return {}

    def close(self) -> None:
        """Drop what was made."""
        for schema in self._made:
            self.scratch.execute(f"DROP DATABASE IF EXISTS {quoted(schema)}")
        self._made.clear()
