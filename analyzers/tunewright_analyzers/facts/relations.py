"""Tables, indexes and sequences: sizes, use, vacuum; counters over a Period, everything else the state now."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from tunewright_analyzers.facts.snapshot import Period, Section


@dataclass(frozen=True, slots=True)
class RelationName:
    """Where a relation lives. `str()` gives schema.name without quoting, for people and for identifiers of findings."""

    database: str
    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table, partition, partitioned parent or materialised view (`kind`: r, p, m as in pg_class.relkind).

    Sizes in bytes (`size_bytes`: heap without TOAST; `toast_bytes`; `index_bytes`); `row_estimate` is reltuples (-1: never analysed);
    scan and tuple counters are over the Period of the section; `bloat_bytes` is an estimate from column widths, None without statistics.
    Ages are in transactions.
    """

    name: RelationName
    kind: str
    size_bytes: int
    toast_bytes: int
    index_bytes: int
    pages: int
    row_estimate: float
    all_visible_pages: int = 0
    parent: RelationName | None = None
    partition_bound: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    sequential_scans: int = 0
    sequential_rows_read: int = 0
    index_scans: int = 0
    index_rows_fetched: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_hot_updated: int = 0
    rows_deleted: int = 0
    live_rows: int = 0
    dead_rows: int = 0
    modified_since_analyze: int = 0
    inserted_since_vacuum: int = 0
    last_vacuum: datetime | None = None
    last_autovacuum: datetime | None = None
    last_analyze: datetime | None = None
    last_autoanalyze: datetime | None = None
    vacuums: int = 0
    autovacuums: int = 0
    analyzes: int = 0
    autoanalyzes: int = 0
    heap_blocks_hit: int = 0
    heap_blocks_read: int = 0
    xid_age: int = 0
    mxid_age: int = 0
    bloat_bytes: int | None = None
    is_temporary: bool = False
    is_unlogged: bool = False
    replica_identity: str = "d"

    @property
    def total_bytes(self) -> int:
        """Heap, TOAST and indexes together."""
        return self.size_bytes + self.toast_bytes + self.index_bytes


@dataclass(frozen=True, slots=True)
class IndexColumn:
    """One key of an index: a column's name or an expression's text, and how it is ordered."""

    column: str | None
    expression: str | None = None
    descending: bool = False
    nulls_first: bool = False
    opclass: str | None = None
    """Set only where it is not the type's default operator class."""
    collation: str | None = None
    """Set only where it is not the column's own collation."""
    prefix_length: int | None = None
    """MySQL: how many characters of the column are in the index, where not all are."""

    def __str__(self) -> str:
        return (self.column or f"({self.expression})") + (" desc" if self.descending else "")


@dataclass(frozen=True, slots=True)
class Index:
    """One index: what it holds, what constraint stands on it, how it was used over the Period of its section."""

    name: RelationName
    table: RelationName
    method: str
    keys: tuple[IndexColumn, ...]
    included: tuple[str, ...]
    predicate: str | None
    definition: str
    """pg_get_indexdef: the CREATE INDEX that makes it again."""
    size_bytes: int
    is_unique: bool
    is_primary: bool
    is_valid: bool = True
    is_ready: bool = True
    is_exclusion: bool = False
    is_replica_identity: bool = False
    is_clustered: bool = False
    nulls_not_distinct: bool = False
    constraint: str | None = None
    """The name of the primary-key, unique or exclusion constraint that owns it."""
    parent: RelationName | None = None
    """The partitioned index of which this is a part."""
    scans: int = 0
    rows_read: int = 0
    rows_fetched: int = 0
    last_scan: datetime | None = None
    blocks_hit: int = 0
    blocks_read: int = 0
    row_estimate: float = -1.0
    pages: int = 0
    is_visible: bool = True
    """False where the optimiser may not use it though every write maintains it (MySQL: INVISIBLE, MariaDB: IGNORED)."""
    cardinalities: tuple[float, ...] = ()
    """MySQL: distinct values of the first key, of the first two, and so on; -1 where it is not known."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Key columns by name; an expression stands as its text in parentheses."""
        return tuple(key.column or f"({key.expression})" for key in self.keys)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence and the column it feeds: the limit that counts is the smaller of the sequence's and the column type's."""

    name: RelationName
    owned_table: RelationName | None
    owned_column: str | None
    column_type: str | None
    last_value: int | None
    """None: never used, or not readable by the role."""
    max_value: int
    """The smaller of the sequence's MAXVALUE and what its column can hold."""
    increment: int
    cycles: bool


@dataclass(frozen=True, slots=True)
class Tables(Section):
    """Tables of all watched databases; counters over `period`."""

    name: ClassVar[str] = "tables"
    period: Period
    rows: tuple[Table, ...]
    databases: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Indexes(Section):
    """Indexes of all watched databases; counters over `period`.

    `counted_since`: when the server began to count the scans (statistics reset or creation of the cluster); a check that
    says 'unused' speaks of the time from then on. `replica_scans_known` is False while standbys exist that were not read.
    """

    name: ClassVar[str] = "indexes"
    period: Period
    rows: tuple[Index, ...]
    databases: tuple[str, ...] = field(default=())
    counted_since: datetime | None = None
    replicas_unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sequences(Section):
    """Sequences of all watched databases."""

    name: ClassVar[str] = "sequences"
    rows: tuple[Sequence, ...]
