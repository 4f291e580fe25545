"""Hypothetical indexes on the twin: really made, empty, given their modelled size, and shown to the planner only when asked.

Each is made once and kept; between EXPLAINs only pg_index.indisvalid changes, which the planner obeys (an invalid index is no index
to it). That is also how existing indexes are hidden. Only the twin's own superuser touches pg_index.
"""

import contextlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tunewright_agent.whatif.twin_build import Connection, because
from tunewright_agent.whatif.twin_files import PAGE, SEGMENT_PAGES, set_btree, set_length
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.size import DEFAULT_FILL_FACTOR, IndexShape, IndexSize, KeyShape, btree_size
from tunewright_analyzers.indexes.size_other import brin_size, gin_size
from tunewright_analyzers.indexes.statement import create_statement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError
from tunewright_analyzers.sql.identifiers import qualified

_LEAVES = """
SELECT c.oid, i.oid, pg_relation_filepath(c.oid), pg_relation_filepath(i.oid), n.nspname, c.relname, c.relpages, c.reltuples,
       c.relallvisible
FROM pg_partition_tree(%s::regclass) p JOIN pg_index x ON x.indexrelid = p.relid JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.relkind = 'i'
UNION
SELECT c.oid, i.oid, pg_relation_filepath(c.oid), pg_relation_filepath(i.oid), n.nspname, c.relname, c.relpages, c.reltuples,
       c.relallvisible
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.oid = %s::regclass AND i.relkind = 'i'
"""
KEYS = """
SELECT a.attrelid, t.typlen, t.typalign::text, COALESCE(s.stawidth, CASE WHEN t.typlen > 0 THEN t.typlen ELSE 32 END),
       COALESCE(s.stanullfrac, 0), COALESCE(s.stadistinct, 0),
       COALESCE(CASE 1 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 WHEN s.stakind3 THEN s.stanumbers3 END, '{}'),
       a.attnum <= x.indnkeyatts,
       EXISTS (SELECT FROM pg_amproc p JOIN pg_opclass o ON o.oid = x.indclass[a.attnum - 1]
               WHERE p.amprocfamily = o.opcfamily AND p.amproclefttype = o.opcintype AND p.amprocnum = 4),
       COALESCE(ta.attnum, 0), c.relpages,
       ARRAY(SELECT d.stxdndistinct::text FROM pg_statistic_ext e JOIN pg_statistic_ext_data d ON d.stxoid = e.oid
             WHERE e.stxrelid = c.oid AND d.stxdndistinct IS NOT NULL ORDER BY e.oid),
       a.atttypid = 'pg_catalog.numeric'::regtype
FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indexrelid JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = x.indrelid
LEFT JOIN LATERAL (SELECT CASE WHEN x.indkey[a.attnum - 1] <> 0 THEN x.indkey[a.attnum - 1] ELSE (
    SELECT min(d.refobjsubid) FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid AND d.refobjid = c.oid
      AND d.refobjsubid > 0 AND d.refobjsubid <> ALL (x.indkey::int2[]) HAVING count(DISTINCT d.refobjsubid) = 1) END AS number) source ON true
LEFT JOIN pg_attribute ta ON ta.attrelid = c.oid AND ta.attnum = source.number
  AND (x.indkey[a.attnum - 1] <> 0 OR (SELECT o.typcategory FROM pg_type o WHERE o.oid = ta.atttypid) = t.typcategory)
LEFT JOIN LATERAL (SELECT * FROM pg_statistic s WHERE s.starelid = c.oid AND s.staattnum = ta.attnum ORDER BY s.stainherit LIMIT 1) s
  ON true
WHERE x.indexrelid = ANY(%s) ORDER BY x.indexrelid, a.attnum
"""
"""By key: an expression over one column is taken to be as wide, as often null and as varied as a column of that kind of type."""
_LEADING = """
SELECT i.relname, i.oid, a.attname, x.indnkeyatts > 1 AND am.amname = 'btree'
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
JOIN pg_namespace n ON n.oid = i.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] AND a.attnum > 0
WHERE n.nspname !~ '^pg_' AND (%s::oid[] IS NULL OR i.oid = ANY(%s))
"""
_ALIGNMENT = {"c": 1, "s": 2, "i": 4, "d": 8}


@dataclass(slots=True)
class Made:
    """A hypothetical index that exists: its OIDs (of its partitions too) and its size in bytes."""

    oids: tuple[int, ...]
    size_bytes: int


@dataclass(slots=True)
class Pool:
    """The indexes of one twin database. `admin` is the superuser's connection, `maker` the planner role's that runs DDL and nothing else."""

    database: str
    data: Path
    admin: Connection
    maker: Connection
    _made: dict[HypotheticalIndex, Made] = field(init=False, default_factory=dict)
    _named: int = field(init=False, default=0)
    _visible: set[int] = field(init=False, default_factory=set)
    _existing: dict[tuple[str, str], tuple[int, ...]] = field(init=False, default_factory=dict)
    _valid: frozenset[int] = field(init=False, default=frozenset())
    _leading: dict[str, str] = field(init=False, default_factory=dict)
    _canonical: dict[str, str] = field(init=False, default_factory=dict)
    _by_name: dict[str, set[int]] = field(init=False, default_factory=dict)

    def load(self) -> None:
        """Learn which indexes production has; call once, before anything else."""
        rows = self.admin.execute(
            "SELECT n.nspname, i.relname, i.oid, x.indisvalid, ARRAY(SELECT relid::oid::int8 FROM pg_partition_tree(i.oid)) FROM pg_index x"
            " JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace WHERE n.nspname !~ '^pg_'"
        ).fetchall()
        for schema, name, oid, _, tree in rows:
            self._existing[str(schema), str(name)] = tuple({int(str(oid)), *(int(one) for one in tree)})  # type: ignore[attr-defined]
        self._valid = frozenset(int(str(row[2])) for row in rows if row[3])
        self._visible = set(self._valid)
        self._learn()

    def leading_keys(self) -> dict[str, str]:
        """The first column of every B-tree with several keys, by the index's name; those that lead with an expression left out."""
        return self._leading

    def oids(self, names: Iterable[str]) -> set[int]:
        """The indexes of those names, in whatever schema."""
        return {oid for name in names for oid in self._by_name.get(name, ())}

    def canonical(self, name: str) -> str:
        """The text of the hypothetical index behind a name on the twin; the name itself for one of production's."""
        return self._canonical.get(name, name)

    def _learn(self, only: Collection[int] | None = None) -> None:
        """Read names and leading columns of the indexes (of all, or of those OIDs)."""
        for name, oid, lead, several in self.admin.execute(_LEADING, (only, only), prepare=True).fetchall():
            self._by_name.setdefault(str(name), set()).add(int(str(oid)))
            if several and lead is not None:
                self._leading[str(name)] = str(lead)

    def show(
        self, add: Iterable[HypotheticalIndex], hide: Iterable[RelationName], barred: Collection[int] = ()
    ) -> None:
        """Make just production's indexes without `hide`, and those of `add`, visible to the planner; never those `barred` (OIDs).

        Raises WhatIfError.
        """
        wanted = set(self._valid)
        for name in hide:
            if (name.schema, name.name) not in self._existing:
                raise WhatIfError(f"no index {name} on the twin to hide")
            wanted.difference_update(self._existing[name.schema, name.name])
        for index in add:
            wanted.update(self.make(index).oids)
        wanted.difference_update(barred)
        changed = list(wanted ^ self._visible)
        if changed:
            self.admin.execute(
                "UPDATE pg_index SET indisvalid = (indexrelid = ANY(%s)) WHERE indexrelid = ANY(%s)",
                (list(wanted), changed),
                prepare=True,
            )
            self._visible = wanted

    def make(self, index: HypotheticalIndex) -> Made:
        """The index on the twin, made at the first call: hidden, of its modelled size. Raises WhatIfError where it cannot exist."""
        if index not in self._made:
            name = self.next_name()
            try:
                with self.emptied(index.table):
                    self.maker.execute(create_statement(index, name, concurrently=False).encode())
            except psycopg.Error as error:
                raise WhatIfError(f"index {index} cannot be made: {because(error)}") from error
            self._made[index] = self._sized(index, RelationName(self.database, index.table.schema, name))
        return self._made[index]

    def has(self, index: HypotheticalIndex) -> bool:
        """Whether it is made already."""
        return index in self._made

    def next_name(self) -> str:
        """A name on the twin that no index has."""
        self._named += 1
        return f"tw_{self._named}"

    def add(self, made: Mapping[HypotheticalIndex, tuple[str, Made]]) -> None:
        """Take in indexes that exist, have their size, and are hidden: by their names on the twin."""
        for index, (name, one) in made.items():
            self._made[index] = one
            self._canonical[name] = str(index)
        self._learn([oid for _, one in made.values() for oid in one.oids])

    @contextlib.contextmanager
    def emptied(self, table: RelationName) -> Iterator[None]:
        """The table's first files cut to nothing while an index is made: else the build would read gigabytes of empty pages.

        `maker` never plans a statement, so that it opens no further segment and believes the first one's length.
        """
        rows = self.admin.execute(
            "SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relkind IN ('r', 'm') AND"
            " (c.oid = to_regclass(%s) OR c.oid IN (SELECT relid FROM pg_partition_tree(to_regclass(%s))))",
            (qualified(table), qualified(table)),
            prepare=True,
        ).fetchall()
        files = [self.data / str(row[0]) for row in rows]
        lengths = [min(file.stat().st_size // PAGE, SEGMENT_PAGES) for file in files]
        for file in files:
            file.open("r+b").close()
            self._cut(file, 0)
        try:
            yield
        finally:
            for file, length in zip(files, lengths, strict=True):
                self._cut(file, length)

    @staticmethod
    def _cut(file: Path, pages: int) -> None:
        with file.open("r+b") as opened:
            opened.truncate(pages * PAGE)

    def _sized(self, index: HypotheticalIndex, name: RelationName) -> Made:
        root = qualified(name)
        oids, total = [], 0
        for _, oid, _, path, schema, table, pages, rows, visible in self.admin.execute(
            _LEAVES, (root, root), prepare=True
        ).fetchall():
            count = max(float(str(rows)), 0.0)
            held = self.held_rows(index, f"{schema}.{table}", count)
            size = self._model(index, int(str(oid)), held, count)
            file = self.data / str(path)
            if index.method == "btree":
                set_btree(file, size.pages, size.height)
            else:
                set_length(file, max(size.pages, file.stat().st_size // PAGE))
            self.set_statistics(str(schema), str(table), pages, rows, visible)
            self.admin.execute(
                "UPDATE pg_class SET relpages = %s, reltuples = %s WHERE oid = %s",
                (size.pages, held, oid),
                prepare=True,
            )
            total += size.size_bytes
        tree = self.admin.execute(
            "SELECT %s::regclass::oid::int8 UNION SELECT relid::oid::int8 FROM pg_partition_tree(%s::regclass)",
            (root, root),
            prepare=True,
        ).fetchall()
        oids = [int(str(row[0])) for row in tree]
        self.admin.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = ANY(%s)", (oids,), prepare=True)
        self._learn(oids)
        names = self.admin.execute("SELECT relname FROM pg_class WHERE oid = ANY(%s)", (oids,), prepare=True).fetchall()
        self._canonical.update({str(row[0]): str(index) for row in names})
        return Made(tuple(oids), total)

    def set_statistics(self, schema: str, table: str, pages: object, rows: object, visible: object) -> None:
        """Give the table its statistics again: a build resets them to nothing."""
        self.admin.execute(
            "SELECT pg_restore_relation_stats('schemaname', %s::text, 'relname', %s::text, 'relpages', %s::int,"
            " 'reltuples', %s::real, 'relallvisible', %s::int)", (schema, table, pages, rows, visible), prepare=True
        )  # fmt: skip

    def held_rows(self, index: HypotheticalIndex, table: str, rows: float) -> float:
        """Rows that the index holds: all, or what the planner makes of its predicate."""
        if not index.predicate:
            return rows
        schema, _, name = table.partition(".")
        target = qualified(RelationName(self.database, schema, name))
        try:
            plan = self.maker.execute(f"EXPLAIN SELECT 1 FROM {target} WHERE {index.predicate}".encode()).fetchone()
        except psycopg.Error as error:
            raise WhatIfError(f"the predicate of {index} cannot be judged: {because(error)}") from error
        head = str(plan[0]) if plan else ""
        return float(head.split("rows=")[1].split(" ")[0]) if "rows=" in head else rows

    def _model(self, index: HypotheticalIndex, oid: int, rows: float, table_rows: float) -> IndexSize:
        """Its size for so many rows, from the statistics of its columns."""
        columns: list[tuple[Any, ...]] = list(self.admin.execute(KEYS, ([oid],), prepare=True).fetchall())
        return modelled(index, columns, rows, table_rows)


def modelled(index: HypotheticalIndex, columns: Sequence[tuple[Any, ...]], rows: float, table_rows: float) -> IndexSize:
    """The index's size for so many rows, from what KEYS says of its columns."""
    keys: list[KeyShape] = []
    included: list[KeyShape] = []
    numbers: list[int] = []
    equal_image = index.method == "btree" and not index.included
    common: tuple[float, ...] = ()
    for (
        _,
        length,
        alignment,
        width,
        nulls,
        distincts,
        frequencies,
        is_key,
        same_bits,
        number,
        _,
        _,
        is_numeric,
    ) in columns:
        known = _seen(abs(distincts) * (1.0 if distincts > 0 else table_rows), rows, table_rows) if distincts else None
        shape = KeyShape(float(width), _ALIGNMENT[alignment], length < 0, float(nulls), known, bool(is_numeric))
        (keys if is_key else included).append(shape)
        if is_key:
            numbers.append(int(number))
            equal_image = equal_image and same_bits
            common = tuple(frequencies) if len(columns) == 1 and not index.predicate else ()
    if index.method == "brin":
        return brin_size(float(columns[0][-3]), tuple(keys))
    if index.method == "gin":
        return gin_size(rows, keys[0])
    positions, combinations = _combinations(numbers, columns[0][-2])
    together = (positions, _seen(combinations, rows, table_rows)) if positions else None
    return btree_size(
        IndexShape(rows, tuple(keys), tuple(included), common, equal_image, DEFAULT_FILL_FACTOR, together)
    )


def _seen(distinct: float, rows: float, table_rows: float) -> float:
    """How many of the table's different values turn up in so many of its rows: a partial index sees some of them only."""
    if distinct and 0 < rows < table_rows:
        missed = (1.0 - rows / table_rows) ** (table_rows / distinct)
        return distinct * float(1.0 - missed)
    return distinct


def _combinations(numbers: Sequence[int], texts: Sequence[str]) -> tuple[tuple[int, ...], float]:
    """Of the extended statistics, those of most of the key columns: (their positions in the key, distinct combinations)."""
    best: tuple[tuple[int, ...], float] = ((), 0.0)
    for text in texts:
        for columns, distinct in json.loads(text).items():
            wanted = [int(one) for one in columns.split(",")]
            if set(wanted) <= set(numbers) and len(wanted) > len(best[0]):
                best = tuple(numbers.index(one) for one in wanted), float(distinct)
    return best
