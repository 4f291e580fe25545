"""What index advice needs of one MySQL or MariaDB server: tables, columns, indexes, cardinalities, digests with a sample of each in memory.

In comes a session, out go Facts. Read once on request: five statements on information_schema and one on performance_schema. Samples hold
literals: they are kept in Facts for the guard's EXPLAIN and go nowhere else. Of histograms only the number of distinct values is taken.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from tunewright_agent.sources.source import SourceError
from tunewright_agent.sources.sqlfile import marked
from tunewright_analyzers.facts.relations import Index, IndexColumn, RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.facts import DigestStatement, Facts, TableFacts
from tunewright_analyzers.sql.mysql.fingerprint import executed, fingerprint, statement_kind

DOING = "index_advice"
MOST_DIGESTS = 300
SYSTEM = ("mysql", "sys", "information_schema", "performance_schema", "innodb")
_KINDS = frozenset({"select", "insert", "update", "delete"})
_PICOSECONDS = 1e12
Rows = Sequence[Mapping[str, Any]]


class Reads(Protocol):
    """A session of a MySQL or MariaDB server that is only read."""

    @property
    def engine(self) -> Engine:
        """Which it is."""
        ...

    def execute(self, text: str, values: Sequence[Any] | None = None) -> Rows:
        """Rows of one statement. Raises SourceError."""
        ...


def _has_column(session: Reads, schema: str, table: str, column: str) -> bool:
    """Whether a view of the server has that column: features are looked for, not releases."""
    return bool(
        session.execute(
            "SELECT 1 AS yes FROM information_schema.columns WHERE table_schema = %s AND table_name = %s AND column_name = %s",
            (schema, table, column),
        )
    )


def _ask(session: Reads, text: str, values: Sequence[Any] = ()) -> Rows:
    return session.execute(marked(DOING, text), values)


def read(session: Reads, databases: Sequence[str]) -> Facts:
    """Facts of these databases; all but the server's own where none is named. Raises SourceError."""
    if session.engine is Engine.MYSQL:
        session.execute("SET SESSION information_schema_stats_expiry = 0")
    names = tuple(databases) or tuple(
        str(row["name"])
        for row in _ask(
            session,
            f"SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name NOT IN ({_marks(SYSTEM)})",
            SYSTEM,
        )
    )
    gaps: list[str] = []
    if not names:
        return Facts(session.engine, (), (), ("no database can be seen: GRANT SELECT on the tables",))
    tables = _tables(session, names, gaps)
    return Facts(session.engine, tables, _statements(session, names, gaps), tuple(gaps))


def _marks(values: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(values))


def _tables(session: Reads, names: tuple[str, ...], gaps: list[str]) -> tuple[TableFacts, ...]:
    where = f"table_schema IN ({_marks(names)})"
    found = _ask(
        session,
        "SELECT table_schema AS s, table_name AS t, COALESCE(table_rows, 0) AS n, COALESCE(data_length, 0) AS size FROM information_schema.tables"
        f" WHERE {where} AND table_type = 'BASE TABLE' AND engine = 'InnoDB'",
        names,
    )
    columns: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in _ask(
        session,
        f"SELECT table_schema AS s, table_name AS t, column_name AS c, data_type AS k FROM information_schema.columns WHERE {where}"
        " ORDER BY table_schema, table_name, ordinal_position",
        names,
    ):
        columns[row["s"], row["t"]].append((row["c"], str(row["k"])))
    indexes, distinct = _indexes(session, where, names)
    for (schema, table, column), value in _histograms(session, where, names, gaps).items():
        distinct[schema, table].setdefault((column,), value)
    return tuple(
        TableFacts(
            RelationName(row["s"], row["s"], row["t"]),
            float(row["n"]),
            int(row["size"]),
            tuple(name for name, _ in columns[row["s"], row["t"]]),
            dict(columns[row["s"], row["t"]]),
            tuple(indexes[row["s"], row["t"]]),
            dict(distinct[row["s"], row["t"]]),
        )
        for row in found
    )


Place = tuple[str, str]


def _indexes(
    session: Reads, where: str, names: tuple[str, ...]
) -> tuple[dict[Place, list[Index]], dict[Place, dict[tuple[str, ...], float]]]:
    """Indexes by table, and the distinct values of their prefixes. An index over an expression or a column's prefix tells nothing of columns."""
    seen = "'YES'"
    for column, text in (("is_visible", "is_visible"), ("ignored", "IF(ignored = 'YES', 'NO', 'YES')")):
        if _has_column(session, "information_schema", "STATISTICS", column.upper()):
            seen = text
    expression = "expression" if _has_column(session, "information_schema", "STATISTICS", "EXPRESSION") else "NULL"
    rows = _ask(
        session,
        "SELECT table_schema AS s, table_name AS t, index_name AS i, column_name AS c, cardinality AS n, non_unique AS u, sub_part AS part,"
        f" index_type AS k, {seen} AS seen, {expression} AS e FROM information_schema.statistics WHERE {where}"
        " ORDER BY table_schema, table_name, index_name, seq_in_index",
        names,
    )
    grouped: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["s"], row["t"], row["i"]].append(row)
    indexes: dict[Place, list[Index]] = defaultdict(list)
    distinct: dict[Place, dict[tuple[str, ...], float]] = defaultdict(dict)
    for (schema, table, name), parts in grouped.items():
        first = parts[0]
        plain = all(part["c"] is not None and part["part"] is None for part in parts) and first["k"] == "BTREE"
        if plain:
            for size in range(1, len(parts) + 1):
                value = parts[size - 1]["n"]
                if value is not None:
                    distinct[schema, table].setdefault(tuple(part["c"] for part in parts[:size]), float(value))
        keys = tuple(IndexColumn(part["c"], None if part["c"] else str(part["e"])) for part in parts)
        indexes[schema, table].append(
            Index(
                RelationName(schema, schema, name),
                RelationName(schema, schema, table),
                str(first["k"]).lower(),
                keys if plain else (),
                (),
                None,
                "",
                0,
                not first["u"],
                name == "PRIMARY",
                is_valid=first["seen"] == "YES",
            )
        )
    return indexes, distinct


def _histograms(
    session: Reads, where: str, names: tuple[str, ...], gaps: list[str]
) -> dict[tuple[str, str, str], float]:
    """Distinct values of columns with a histogram; in MariaDB, of those with persistent statistics."""
    try:
        if session.engine is Engine.MARIADB:
            rows = _ask(
                session,
                "SELECT s.db_name AS s, s.table_name AS t, s.column_name AS c, t.table_rows / s.avg_frequency AS n FROM mysql.column_stats s"
                " JOIN information_schema.tables t ON t.table_schema = s.db_name AND t.table_name = s.table_name"
                f" WHERE s.avg_frequency > 0 AND s.db_name IN ({_marks(names)})",
                names,
            )
            return {(_text(row["s"]), _text(row["t"]), _text(row["c"])): float(row["n"]) for row in rows}
        rows = _ask(
            session,
            "SELECT schema_name AS s, table_name AS t, column_name AS c, histogram AS h FROM information_schema.column_statistics"
            f" WHERE schema_name IN ({_marks(names)})",
            names,
        )
    except SourceError as error:
        gaps.append(f"histograms: {error.reason}" + (f" (mend: {error.mend})" if error.mend else ""))
        return {}
    return {(row["s"], row["t"], row["c"]): _distinct(json.loads(row["h"])) for row in rows}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _distinct(histogram: Mapping[str, Any]) -> float:
    buckets = histogram.get("buckets", [])
    if histogram.get("histogram-type") == "singleton":
        return float(len(buckets))
    return float(sum(bucket[3] for bucket in buckets))


def _statements(session: Reads, names: tuple[str, ...], gaps: list[str]) -> tuple[DigestStatement, ...]:
    """The costliest digests of these databases. One statement spread over several digests of the server is one."""
    sampled = _has_column(session, "performance_schema", "events_statements_summary_by_digest", "QUERY_SAMPLE_TEXT")
    try:
        rows = _ask(
            session,
            "SELECT schema_name AS s, digest AS d, digest_text AS x, count_star AS n, sum_timer_wait AS w, sum_rows_examined AS e,"
            f" sum_rows_sent AS sent, sum_rows_affected AS a, {'query_sample_text' if sampled else 'NULL'} AS q"
            " FROM performance_schema.events_statements_summary_by_digest"
            f" WHERE schema_name IN ({_marks(names)}) AND digest_text IS NOT NULL AND LOWER(digest_text) NOT LIKE '%%information_schema%%'"
            " AND LOWER(digest_text) NOT LIKE '%%performance_schema%%' AND LOWER(digest_text) NOT LIKE '%%`mysql` . %%'"
            f" ORDER BY sum_timer_wait DESC LIMIT {MOST_DIGESTS}",
            names,
        )
    except SourceError as error:
        gaps.append(
            f"statements: {error.reason} (mend: GRANT SELECT ON performance_schema.* and performance_schema = ON)"
        )
        return ()
    if not rows and not session.execute("SELECT @@performance_schema AS p")[0]["p"]:
        gaps.append(
            "statements: performance_schema is OFF (mend: performance_schema = ON in the configuration, then a restart)"
        )
    samples = {} if sampled else _seen_texts(session, gaps)
    return tuple(_merged(_statement(row, samples) for row in rows if statement_kind(executed(str(row["x"]))) in _KINDS))


def _statement(row: Mapping[str, Any], samples: Mapping[str, str]) -> DigestStatement:
    sample = row["q"] or samples.get(str(row["d"]))
    text = executed(str(row["x"]))
    return DigestStatement(
        fingerprint(text), str(row["s"]), text, int(row["n"]), float(row["w"]) / _PICOSECONDS,
        int(row["e"]), int(row["sent"]), int(row["a"]), executed(_text(sample)) if sample else None,
    )  # fmt: skip


def _merged(statements: Iterable[DigestStatement]) -> list[DigestStatement]:
    found: dict[tuple[str, str], DigestStatement] = {}
    for one in statements:
        key = (one.database, one.id)
        before = found.get(key)
        if before is not None:
            one = DigestStatement(
                one.id, one.database, before.text, one.calls + before.calls, one.seconds + before.seconds,
                one.rows_examined + before.rows_examined, one.rows_sent + before.rows_sent,
                one.rows_affected + before.rows_affected, before.sample or one.sample,
            )  # fmt: skip
        found[key] = one
    return sorted(found.values(), key=lambda one: (-one.seconds, one.id))


def _seen_texts(session: Reads, gaps: list[str]) -> dict[str, str]:
    """Texts with literals by digest, from the statements that run and ran last (MariaDB keeps no sample with a digest)."""
    found: dict[str, str] = {}
    for table in ("events_statements_history_long", "events_statements_history", "events_statements_current"):
        try:
            rows = _ask(
                session,
                f"SELECT digest AS d, sql_text AS q FROM performance_schema.{table} WHERE digest IS NOT NULL AND sql_text IS NOT NULL",
            )
        except SourceError:
            continue
        for row in rows:
            found.setdefault(str(row["d"]), str(row["q"]))
    if not found:
        gaps.append(
            "no statement with its literals is known, so that no optimiser can be asked about them: "
            "UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = 'events_statements_history_long'"
        )
    return found
