"""Source `relations`: tables and indexes with sizes, use, vacuum and bloat. Fills Tables and Indexes (counters since the reset).

Sizes are pg_class.relpages x block size: no lock is taken and no file is looked at, so a table that somebody holds ACCESS EXCLUSIVE for
minutes costs nobody its numbers (docs/decisions/0004). relpages is as fresh as the last VACUUM, ANALYZE or CREATE INDEX.
Index definitions do need the table's lock: those of a locked table are remembered from the pass before.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.sources.postgres import locked
from tunewright_agent.sources.postgres.relations_bloat import table_bloat
from tunewright_agent.sources.postgres.session import Reader, Row, Session, each_database
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.relations import Index, IndexColumn, Indexes, RelationName, Table, Tables
from tunewright_analyzers.facts.snapshot import Gap, Period

_DESCENDING, _NULLS_FIRST = 1, 2
"""Bits of pg_index.indoption."""


@dataclass(slots=True)
class _Found:
    """What the databases gave so far."""

    tables: list[Table] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    databases: list[str] = field(default_factory=list)
    resets: list[datetime] = field(default_factory=list)
    standbys: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)


def _options(row: Row) -> tuple[tuple[str, str], ...]:
    pairs = (entry.partition("=") for entry in row["options"] or ())
    return tuple((name, value) for name, _, value in pairs)


def _relation(database: str, schema: str | None, name: str | None) -> RelationName | None:
    return RelationName(database, schema, name) if schema is not None and name is not None else None


def _bloat(row: Row, widths: Row | None, block_size: int) -> int | None:
    if widths is None or row["kind"] == "p":
        return None
    fill_factor = int(dict(_options(row)).get("fillfactor", "100"))
    rows = max(row["row_estimate"], float(row["live"] or 0))
    return table_bloat(
        row["pages"],
        rows,
        widths["row_width"],
        widths["columns"],
        nulls=widths["max_null"] > 0,
        fill_factor=fill_factor,
        block_size=block_size,
    )


def _table(row: Row, database: str, widths: Row | None, block_size: int) -> Table:
    return Table(
        name=RelationName(database, row["schema"], row["name"]),
        kind=row["kind"],
        size_bytes=max(row["pages"], 0) * block_size,
        toast_bytes=row["toast_pages"] * block_size,
        index_bytes=int(row["index_pages"]) * block_size,
        pages=max(row["pages"], 0),
        row_estimate=row["row_estimate"],
        all_visible_pages=row["all_visible"],
        parent=_relation(database, row["parent_schema"], row["parent_name"]),
        partition_bound=row["partition_bound"],
        options=_options(row),
        sequential_scans=row["seq_scan"] or 0,
        sequential_rows_read=row["seq_tup_read"] or 0,
        index_scans=row["idx_scan"] or 0,
        index_rows_fetched=row["idx_tup_fetch"] or 0,
        rows_inserted=row["inserted"] or 0,
        rows_updated=row["updated"] or 0,
        rows_hot_updated=row["hot_updated"] or 0,
        rows_deleted=row["deleted"] or 0,
        live_rows=row["live"] or 0,
        dead_rows=row["dead"] or 0,
        modified_since_analyze=row["modified"] or 0,
        inserted_since_vacuum=row["inserted_since_vacuum"] or 0,
        last_vacuum=row["last_vacuum"],
        last_autovacuum=row["last_autovacuum"],
        last_analyze=row["last_analyze"],
        last_autoanalyze=row["last_autoanalyze"],
        vacuums=row["vacuums"] or 0,
        autovacuums=row["autovacuums"] or 0,
        analyzes=row["analyzes"] or 0,
        autoanalyzes=row["autoanalyzes"] or 0,
        heap_blocks_hit=row["blocks_hit"] or 0,
        heap_blocks_read=max(0, (row["blocks_fetched"] or 0) - (row["blocks_hit"] or 0)),
        xid_age=_age(row["xid_age"]),
        mxid_age=_age(row["mxid_age"]),
        bloat_bytes=_bloat(row, widths, block_size),
        is_unlogged=row["persistence"] == "u",
        is_temporary=row["persistence"] == "t",
        replica_identity=row["replica_identity"],
    )


def _age(value: int | None) -> int:
    """age() of an invalid transaction id is 2^31 - 1: it means 'none', not 'at the end'."""
    return 0 if value is None or value >= 2**31 - 1 else value


def _text(row: Row, at: int) -> str:
    """An expression key. One that could not be read equals no other, so that nothing is called a duplicate for want of it."""
    return str(row["texts"][at]) if row["texts"] else f"key {at + 1} of {row['name']}, not read"


def _predicate(row: Row) -> str | None:
    if row["is_partial"] and row["predicate"] is None:
        return f"predicate of {row['name']}, not read"
    return None if row["predicate"] is None else str(row["predicate"])


def _keys(row: Row) -> tuple[IndexColumn, ...]:
    keys = []
    for at in range(row["key_count"]):
        option = row["options"][at]
        keys.append(
            IndexColumn(
                column=row["columns"][at],
                expression=None if row["columns"][at] is not None else _text(row, at),
                descending=bool(option & _DESCENDING),
                nulls_first=bool(option & _NULLS_FIRST),
                opclass=row["opclasses"][at],
                collation=row["collations"][at],
            )
        )
    return tuple(keys)


def _index(row: Row, database: str, block_size: int) -> Index:
    return Index(
        name=RelationName(database, row["schema"], row["name"]),
        table=RelationName(database, row["table_schema"], row["table_name"]),
        method=row["method"],
        keys=_keys(row),
        included=tuple(row["columns"][row["key_count"] :]),
        predicate=_predicate(row),
        definition=row["definition"] or "-- not read: the table was locked",
        size_bytes=max(row["pages"], 0) * block_size,
        is_unique=row["indisunique"],
        is_primary=row["indisprimary"],
        is_valid=row["indisvalid"],
        is_ready=row["indisready"],
        is_exclusion=row["indisexclusion"],
        is_replica_identity=row["indisreplident"],
        is_clustered=row["indisclustered"],
        nulls_not_distinct=row["nulls_not_distinct"],
        constraint=row["constraint_name"],
        parent=_relation(database, row["parent_schema"], row["parent_name"]),
        scans=row["scans"] or 0,
        rows_read=row["rows_read"] or 0,
        rows_fetched=row["rows_fetched"] or 0,
        last_scan=row["last_scan"],
        blocks_hit=row["blocks_hit"] or 0,
        blocks_read=max(0, (row["blocks_fetched"] or 0) - (row["blocks_hit"] or 0)),
        row_estimate=row["row_estimate"],
        pages=max(row["pages"], 0),
    )


_TEXTS = ("definition", "predicate", "texts")
"""What of an index only a lock on its table lets us read."""


@dataclass(slots=True)
class RelationsSource:
    """Remembers the texts of every index, by database and OID, for the passes that find its table locked."""

    _remembered: dict[str, dict[int, Row]] = field(default_factory=dict)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """Tables and indexes of every watched database. The period begins at the latest reset among them. Raises SourceError."""
        found = _Found()

        def read(session: Session) -> None:
            about = session.query("counted_since", mark="relations")[0]
            size = about["block_size"]
            granted = session.query("column_statistics_ways", mark="relations")[0]["granted"]
            known = session.query("column_widths_granted" if granted else "column_widths", mark="relations")
            widths = {(row["schema"], row["name"]): row for row in known}
            rows = session.query("tables", mark="relations")
            tables = [_table(row, session.database, widths.get((row["schema"], row["name"])), size) for row in rows]
            indexes, unread = self._indexes(session, size)
            found.tables += tables
            found.indexes += indexes
            found.databases.append(session.database)
            found.resets.append(about["stats_reset"] or reader.server.started_at)
            found.standbys |= set(about["standbys"])
            gap = locked.gap("relations", Indexes.name, "index definitions", unread, taken_at, session.database)
            found.gaps += [gap] if gap else []

        gaps = each_database(reader, "relations", (Tables.name, Indexes.name), taken_at, read)
        since = max(found.resets, default=reader.server.started_at)
        period, names = Period(since, taken_at), tuple(found.databases)
        indexes = Indexes(period, tuple(found.indexes), names, since, tuple(sorted(found.standbys)))
        return Collected((Tables(period, tuple(found.tables), names), indexes), (*gaps, *found.gaps))

    def _indexes(self, session: Session, block_size: int) -> tuple[list[Index], list[str]]:
        """The indexes of one database, and the tables whose definitions are not known."""
        before = self._remembered.get(session.database, {})
        rows, unread = locked.query(session, "indexes", "relations"), []
        for row in rows:
            if row["is_locked"] and row["oid"] in before:
                row.update(before[row["oid"]])
            elif row["is_locked"]:
                unread.append(f"{row['table_schema']}.{row['table_name']}")
        self._remembered[session.database] = {
            row["oid"]: {name: row[name] for name in _TEXTS} for row in rows if row["definition"] is not None
        }
        return [_index(row, session.database, block_size) for row in rows], unread


def source() -> Source[Reader]:
    """The source, for one target. Every five minutes: the counters feed the history, and a pass over 1,000 tables costs some 50 ms."""
    return Source(
        "relations", (Tables, Indexes), interval_seconds=300, deadline_seconds=60, collect=RelationsSource().collect
    )
