"""The slow query log of MySQL, MariaDB and Percona Server: text to slow statements. Pure.

An entry is a few lines that begin with `# `, then `use`, `SET timestamp=…;` and the statement. What is read:

    # Time: 2026-01-02T03:04:05.678901Z           (MySQL 5.7 on, UTC or with an offset; MariaDB: `260102  3:04:05`, local, not believed)
    # User@Host: app[app] @ host [10.0.0.1]  Id: 42
    # Query_time: 1.5  Lock_time: 0.1 Rows_sent: 1  Rows_examined: 99     (and further `Key: value` pairs)
    SET timestamp=1767323045;                                             (when it began; UTC)

The lines of the head are the server's own, with the server's own order, so a statement that holds `# Query_time:` in a literal ends the entry
only where a whole head follows. Statements are redacted here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.mysql.fingerprint import fingerprint
from tunewright_analyzers.sql.mysql.redact import redact_statement
from tunewright_analyzers.sql.redact import visible

MOST_STATEMENT = 100_000
"""Characters of a statement that are looked at."""
_HEAD = re.compile(r"^(?:# Time: [^\n]{1,60}\n)?# User@Host: (?P<who>[^\n]{1,500})\n", re.MULTILINE)
_WHO = re.compile(
    r"# User@Host: (?P<user>[^\[\n]{0,100})\[[^\]\n]{0,100}\] @ (?P<host>[^\[\n]{0,255})\[(?P<address>[^\]\n]{0,64})\]"
)
_TIME = re.compile(r"^# Time: (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))$", re.MULTILINE)
_PAIR = re.compile(r"([A-Z][A-Za-z_]{1,40}): {1,2}(\S{1,64})")
_STAMP = re.compile(r"SET timestamp=(\d{9,11})(?:\.\d{1,6})?;\n?")
_USE = re.compile(r"use `?([^`;\n]{1,64})`?;\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SlowStatement:
    """One execution. `statement` is redacted; `at` when it began, None where the log does not say it in UTC."""

    at: datetime | None
    database: str | None
    user: str
    client: str
    statement_id: StatementId
    statement: str
    seconds: float
    lock_seconds: float
    rows_sent: int
    rows_examined: int
    full_scan: bool = False
    temporary_table_on_disk: bool = False
    killed: bool = False


def _number(pairs: dict[str, str], name: str) -> float:
    try:
        return float(pairs.get(name, "0"))
    except ValueError:
        return 0.0


def _entry(text: str, database: str | None) -> tuple[SlowStatement | None, str | None]:
    """The entry, and the database that holds from now on: the log says it only where it changes."""
    lines = text.split("\n")
    body = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head, rest = "\n".join(lines[:body]), "\n".join(lines[body:])
    used = _USE.match(rest)
    if used is not None:
        database, rest = visible(used[1]), rest[used.end() :]
    stamp = _STAMP.match(rest)
    statement = rest[stamp.end() :] if stamp is not None else rest
    pairs = dict(_PAIR.findall(head))
    who = _WHO.search(head)
    if who is None or "Query_time" not in pairs:
        return None, database
    schema = pairs.get("Schema")
    if schema and schema != "Last_errno:":
        database = visible(schema)
    statement = statement.strip()[:MOST_STATEMENT]
    if not statement or statement.startswith("# administrator command"):
        return None, database
    return SlowStatement(
        at=_began(stamp, head),
        database=database,
        user=visible(who["user"].strip()),
        client=visible(who["address"] or who["host"].strip()),
        statement_id=fingerprint(statement),
        statement=redact_statement(statement),
        seconds=_number(pairs, "Query_time"),
        lock_seconds=_number(pairs, "Lock_time"),
        rows_sent=int(_number(pairs, "Rows_sent")),
        rows_examined=int(_number(pairs, "Rows_examined")),
        full_scan=pairs.get("Full_scan") == "Yes",
        temporary_table_on_disk=pairs.get("Tmp_table_on_disk") == "Yes",
        killed=pairs.get("Killed", "0") != "0",
    ), database


def _began(stamp: re.Match[str] | None, head: str) -> datetime | None:
    if stamp is not None:
        return datetime.fromtimestamp(int(stamp[1]), UTC)
    time = _TIME.search(head)
    return datetime.fromisoformat(time[1]).astimezone(UTC) if time is not None else None


def slow_statements(text: str, database: str | None = None) -> Iterator[SlowStatement]:
    """The slow statements of a piece of the log that ends with a whole entry; what is not understood is passed over.

    `database`: the one in use where the piece begins.
    """
    heads = [match.start() for match in _HEAD.finditer(text)]
    ends = [*heads[1:], len(text)] if heads else []
    for start, end in zip(heads, ends, strict=True):
        entry, database = _entry(text[start:end], database)
        if entry is not None:
            yield entry
