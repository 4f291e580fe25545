"""Source `relations`: tables and indexes with sizes and use. Fills Tables and Indexes, in a number of statements that no number of tables changes.

Sizes of indexes come from mysql.innodb_index_stats, a partitioned table's as the sum over its partitions (`t#P#p0`). Use comes from
table_io_waits_summary_by_index_usage: rows fetched through each index since the server's start (the row without an index name: by full scans).
That table shows an account only the tables that it may SELECT (reference/mysql.md), and information_schema likewise: what is hidden is counted
against InnoDB's own list and told.
"""

import contextlib
import re
from collections.abc import Iterable
from datetime import datetime

from tunewright_agent.sources.mysql.connection import NO_CACHE
from tunewright_agent.sources.mysql.session import (
    PERFORMANCE_SCHEMA,
    Reader,
    Row,
    Session,
    lowered,
    need_performance_schema,
)
from tunewright_agent.sources.mysql.waiting import utc
from tunewright_agent.sources.source import Collected, Source, SourceError, Unavailable, Unsupported
from tunewright_analyzers.facts.relations import Index, IndexColumn, Indexes, RelationName, Table, Tables
from tunewright_analyzers.facts.snapshot import Gap, Period
from tunewright_analyzers.sql.mysql.identifiers import quoted
from tunewright_analyzers.sql.mysql.redact import redact_expression

INDEX_STATISTICS = "SELECT ON mysql.innodb_index_stats"
_PARTITION = re.compile(r"#[Pp]#.*\Z")
_ALL = (Tables.name, Indexes.name)
Key = tuple[str, str]


def _uses(rows: Iterable[Row]) -> dict[Key, dict[str | None, Row]]:
    """Rows fetched and changed by table, then by index (None: without one)."""
    found: dict[Key, dict[str | None, Row]] = {}
    for row in rows:
        found.setdefault((row["db"], row["name"]), {})[row["index_name"]] = row
    return found


def _sizes(rows: Iterable[Row]) -> dict[tuple[str, str, str], tuple[int, datetime | None]]:
    """Bytes of each index and when its statistics were made; partitions added to their table."""
    found: dict[tuple[str, str, str], tuple[int, datetime | None]] = {}
    for row in rows:
        key = (row["db"], _PARTITION.sub("", row["name"]), row["index_name"])
        before, at = found.get(key, (0, None))
        found[key] = (before + int(row["bytes"]), max(filter(None, (at, utc(row["at"]))), default=None))
    return found


def _optional(session: Session, name: str, needs: str, gaps: list[SourceError]) -> list[Row]:
    """Rows of one question; none, and the reason in `gaps`, where it cannot be asked."""
    try:
        return session.query(name, mark="relations", needs=needs)
    except Unavailable:
        raise
    except SourceError as error:
        gaps.append(error)
        return []


def _table(row: Row, uses: dict[str | None, Row], analysed: datetime | None) -> Table:
    without = uses.get(None)
    through = [one for index, one in uses.items() if index is not None]

    def total(name: str) -> int:
        return sum(int(one[name]) for one in uses.values())

    options = (
        ("engine", str(row["engine"] or "unknown")),
        ("row_format", str(row["row_format"] or "")),
        ("collation", str(row["collation"] or "")),
        *((("partitioned", "yes"),) if "partitioned" in str(row["options"] or "") else ()),
    )
    return Table(
        name=RelationName(row["db"], row["db"], row["name"]),
        kind="r",
        size_bytes=int(row["data_bytes"] or 0),
        toast_bytes=0,
        index_bytes=int(row["index_bytes"] or 0),
        pages=int(row["data_bytes"] or 0) // 16384,
        row_estimate=float(row["row_estimate"] if row["row_estimate"] is not None else -1),
        live_rows=int(row["row_estimate"] or 0),
        options=options,
        sequential_scans=int(without["fetched"]) if without else 0,
        sequential_rows_read=int(without["fetched"]) if without else 0,
        index_scans=sum(int(one["fetched"]) for one in through),
        index_rows_fetched=sum(int(one["fetched"]) for one in through),
        rows_inserted=total("inserted"),
        rows_updated=total("updated"),
        rows_deleted=total("deleted"),
        last_analyze=analysed,
        bloat_bytes=int(row["free_bytes"] or 0) if row["engine"] == "InnoDB" else None,
    )


def _column(row: Row) -> IndexColumn:
    expression = row.get("expression")
    prefix = row["sub_part"]
    return IndexColumn(
        column=None if expression else row["column_name"],
        expression=redact_expression(str(expression)) if expression else None,
        descending=row["collation"] == "D",
        prefix_length=int(prefix) if prefix is not None else None,
    )


def _definition(name: RelationName, table: RelationName, rows: list[Row], keys: tuple[IndexColumn, ...]) -> str:
    first = rows[0]
    kind = "" if first["index_type"] in {"BTREE", "HASH"} else f"{first['index_type']} "
    unique = "" if int(first["non_unique"]) else "UNIQUE "
    listed = ", ".join(
        (quoted(key.column) if key.column else f"(({key.expression}))".replace("((", "(", 1).replace("))", ")", 1))
        + (f"({key.prefix_length})" if key.prefix_length is not None else "")
        + (" DESC" if key.descending else "")
        for key in keys
    )
    where = f"{quoted(table.schema)}.{quoted(table.name)}"
    if name.name == "PRIMARY":
        return f"ALTER TABLE {where} ADD PRIMARY KEY ({listed})"
    return f"CREATE {unique}{kind}INDEX {quoted(name.name)} ON {where} ({listed})"


def _index(rows: list[Row], use: Row | None, size: int | None) -> Index:
    first = rows[0]
    table = RelationName(first["table_schema"], first["table_schema"], first["table_name"])
    name = RelationName(first["table_schema"], first["table_schema"], first["index_name"])
    keys = tuple(_column(row) for row in rows)
    primary = first["index_name"] == "PRIMARY"
    hidden = first.get("is_visible") == "NO" or first.get("ignored") == "YES"
    fetched = int(use["fetched"]) if use else 0
    unique = not int(first["non_unique"])
    return Index(
        name=name,
        table=table,
        method=str(first["index_type"]).lower(),
        keys=keys,
        included=(),
        predicate=None,
        definition=_definition(name, table, rows, keys),
        size_bytes=size or 0,
        is_unique=unique,
        is_primary=primary,
        is_visible=not hidden,
        constraint=first["index_name"] if unique else None,
        scans=fetched,
        rows_read=fetched,
        rows_fetched=fetched,
        cardinalities=tuple(float(row["cardinality"]) if row["cardinality"] is not None else -1.0 for row in rows),
    )


def _grouped(rows: list[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["table_schema"], row["table_name"], row["index_name"]), []).append(row)
    return list(groups.values())


def hidden_tables(sizes: Iterable[tuple[str, str, str]], seen: set[Key], watched: Reader) -> list[Key]:
    """Tables that InnoDB has statistics of and information_schema does not show us."""
    known = {(database, table) for database, table, _ in sizes if watched.watches(database)}
    return sorted(one for one in known - seen if not one[1].startswith(("FTS_", "#")))


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """All tables and indexes of the watched databases. Raises SourceError."""
    server = reader.server
    failures: list[SourceError] = []
    with reader.session() as session:
        with contextlib.suppress(Unsupported):  # MariaDB keeps no such cache
            session.execute(NO_CACHE, doing="information_schema_stats_expiry")
        tables = [row for row in session.query("tables", mark="relations") if reader.watches(row["db"])]
        columns = [
            row
            for row in lowered(session.query("index_columns", mark="relations"))
            if reader.watches(row["table_schema"])
        ]
        sizes = _sizes(_optional(session, "index_sizes", INDEX_STATISTICS, failures))
        uses: dict[Key, dict[str | None, Row]] = {}
        try:
            need_performance_schema(server, "use of tables and indexes")
            uses = _uses(_optional(session, "table_io", PERFORMANCE_SCHEMA, failures))
        except Unsupported as error:
            failures.append(error)
    seen = {(row["db"], row["name"]) for row in tables}
    gaps = [Gap("relations", error.reason, taken_at, error.mend, None, _ALL) for error in failures]
    hidden = hidden_tables(sizes, seen, reader)
    if hidden:
        gaps.append(
            Gap(
                "relations",
                f"{len(hidden)} of {len(hidden) + len(seen)} tables are hidden from our account, their indexes and the use of these too: "
                "of them nothing can be said, least of all that they are unused",
                taken_at,
                " ".join(
                    server.grant(f"SELECT ON {quoted(database)}.*") for database in sorted({one for one, _ in hidden})
                ),
                None,
                _ALL,
            )
        )
    elif any(error.mend and "innodb_index_stats" in error.mend for error in failures) and not seen:
        gaps.append(
            Gap("relations", "our account sees no table at all", taken_at, server.grant("SELECT ON *.*"), None, _ALL)
        )
    known_use = server.performance_schema and not any("table_io" in error.reason for error in failures)
    analysed = {key[:2]: at for key, (_, at) in sizes.items()}
    period = Period(min(server.started_at, taken_at), taken_at)
    rows = tuple(
        _table(row, uses.get((row["db"], row["name"]), {}), analysed.get((row["db"], row["name"]))) for row in tables
    )
    indexes = tuple(
        _index(
            group,
            uses.get((group[0]["table_schema"], group[0]["table_name"]), {}).get(group[0]["index_name"]),
            sizes.get((group[0]["table_schema"], group[0]["table_name"], group[0]["index_name"]), (None, None))[0],
        )
        for group in _grouped(columns)
    )
    databases = tuple(sorted({row["db"] for row in tables}))
    return Collected(
        (
            Tables(period, rows, databases),
            Indexes(period, indexes, databases, server.started_at if known_use else None),
        ),
        tuple(gaps),
    )


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("relations", (Tables, Indexes), interval_seconds=300, deadline_seconds=60, collect=collect)
