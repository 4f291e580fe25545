"""Plans of a live MySQL or MariaDB, without executing: EXPLAIN behind the guard. In: a session, a statement with its literals; out: a Plan.

What is sent, always in this order, and nothing else of the user's:

    sql_mode; time limit; USE; START TRANSACTION READ ONLY; the views looked into; EXPLAIN FORMAT=JSON SELECT …; SHOW WARNINGS; ROLLBACK

The statement is judged by its text first (analyzers, sql/mysql/guard): one SELECT, or the SELECT that reads what a write would; only native
functions that change nothing. That matters because the optimiser evaluates constant expressions and some subqueries while it plans.
Views are looked into, as they may call functions of the user. ANALYZE is never sent to a server that is watched: MariaDB's ANALYZE UPDATE
writes, and MySQL's EXPLAIN ANALYZE runs the statement. sql_mode is emptied for the session, so that the server reads quotes and backslashes as
the guard did.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from tunewright_agent.sources.source import Denied, Overrun, SourceError, Unavailable
from tunewright_agent.sources.sqlfile import marked
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.plans.reading import PlanError, read_plan
from tunewright_analyzers.sql.mysql.guard import Explainable, Refused, called, explainable
from tunewright_analyzers.sql.mysql.identifiers import qualified, quoted
from tunewright_analyzers.sql.mysql.parse import ParseFault
from tunewright_analyzers.sql.mysql.predicates import tables_by_alias, with_tables

DOING = "explain"
STATEMENT_SECONDS = 5.0
MOST_VIEWS = 50
"""Views that are looked into for one statement, with those inside them."""
_NO_RIGHT = frozenset({1142, 1143, 1345, 1044, 1370})
_REFUSED_INDEXES = (
    re.compile(r"index '(?P<index>[^']+)' due to type or collation conversion on field '(?P<column>[^']+)'"),
    re.compile(r"Cannot use key `(?P<index>[^`]+)` part\[\d+\] for lookup: (?:`[^`]+`\.)*`(?P<column>[^`]+)` of type"),
)
"""MySQL's warning 1739 and MariaDB's note 1105; the note also quotes the value, which is left behind."""


class Asks(Protocol):
    """A session of a MySQL or MariaDB server."""

    def execute(self, text: str) -> Sequence[Mapping[str, Any]]:
        """The rows of one statement, by column. Raises SourceError, with the driver's error as its cause."""
        ...


def error_number(error: SourceError) -> int | None:
    """The server's number of the error behind it."""
    cause = error.__cause__
    number = cause.args[0] if cause is not None and cause.args else None
    return number if isinstance(number, int) else None


def explain(session: Asks, engine: Engine, database: str, text: str, *, seconds: float = STATEMENT_SECONDS) -> Plan:
    """The plan of `text`, with the tables behind its aliases named.

    Raises Refused by the guard, Denied with the GRANT, Overrun, SourceError; no message quotes a literal.
    """
    statement = explainable(text, database)
    with _guarded(session, engine, database, seconds):
        _look_into_views(session, statement)
        document = _planned(session, engine, statement)
        warnings = session.execute("SHOW WARNINGS")
    try:
        plan = read_plan(document)
    except PlanError as error:
        raise SourceError(f"{DOING}: {error}") from error
    messages = (str(row.get("Message", "")) for row in warnings)
    found = (pattern.search(message) for message in messages for pattern in _REFUSED_INDEXES)
    refused = tuple(dict.fromkeys((one["index"], one["column"]) for one in found if one))
    return replace(plan, root=with_tables(plan.root, dict(statement.tables)), refused_indexes=refused)


@contextmanager
def _guarded(session: Asks, engine: Engine, database: str, seconds: float) -> Iterator[None]:
    """A READ ONLY transaction with a time limit, rolled back whatever happens; the session's mode and limit are put back."""
    limit, within = (
        ("max_statement_time", seconds) if engine is Engine.MARIADB else ("max_execution_time", round(seconds * 1000))
    )
    row = session.execute(f"SELECT @@SESSION.sql_mode AS mode, @@SESSION.{limit} AS allowed")[0]
    before, allowed = row["mode"], float(row["allowed"])
    session.execute("SET SESSION sql_mode = ''")
    try:
        session.execute(f"SET SESSION {limit} = {within:g}")
        _use(session, database)
        session.execute("START TRANSACTION READ ONLY")
        try:
            yield
        finally:
            session.execute("ROLLBACK")
    finally:
        mode = re.sub(r"[^A-Z_,]", "", str(before))
        session.execute(f"SET SESSION {limit} = {allowed:g}, sql_mode = '{mode}'")


def _use(session: Asks, database: str) -> None:
    """Make it the database of unqualified names. Raises Denied with the GRANT: to a role without a right in it MariaDB denies that it exists."""
    try:
        session.execute(f"USE {quoted(database)}")
    except (Unavailable, Overrun):
        raise
    except SourceError:
        grant = f"GRANT SELECT, SHOW VIEW ON {quoted(database)}.* TO CURRENT_USER();"
        raise Denied(f"{DOING}: the role may not read the database of the statement", grant) from None


def _look_into_views(session: Asks, statement: Explainable) -> None:
    """Refuse where a view of the statement, or one within it, calls what may have side effects, or cannot be looked into. Raises Refused."""
    waiting = {table for _, table in statement.tables}
    every = _relations(statement)
    waiting |= every
    seen: set[RelationName] = set()
    while waiting:
        table = waiting.pop()
        if table in seen:
            continue
        seen.add(table)
        if len(seen) > MOST_VIEWS:
            raise Refused(f"it reads more than {MOST_VIEWS} tables and views")
        definition = _view(session, table)
        if definition is None:
            continue
        names = called(definition)
        if names or not definition:
            why = (
                f"calls {', '.join(names)}, which may have side effects"
                if names
                else "cannot be looked into (GRANT SHOW VIEW)"
            )
            raise Refused(f"view {table} {why}")
        waiting |= set(tables_by_alias(definition, table.schema, every=True).values())


def _relations(statement: Explainable) -> set[RelationName]:
    """Every table of the statement, also those whose alias stands for two."""
    schema = statement.database
    try:
        return set(tables_by_alias(statement.text, schema, every=True).values())
    except ParseFault as fault:
        raise Refused(str(fault)) from fault


def _view(session: Asks, table: RelationName) -> str | None:
    """The text of a view, empty where we may not see it; None for a table."""
    rows = session.execute(
        marked(
            DOING,
            "SELECT table_type AS kind, (SELECT view_definition FROM information_schema.views v WHERE v.table_schema = t.table_schema"
            f" AND v.table_name = t.table_name) AS text FROM information_schema.tables t WHERE table_schema = {_string(table.schema)}"
            f" AND table_name = {_string(table.name)}",
        )
    )
    if not rows or "VIEW" not in str(rows[0]["kind"]) or str(rows[0]["kind"]) == "SYSTEM VIEW":
        return None
    return str(rows[0]["text"] or "")


def _string(name: str) -> str:
    """A name as a string, under an empty sql_mode."""
    escaped = name.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _planned(session: Asks, engine: Engine, statement: Explainable) -> str:
    if engine is not Engine.MARIADB and session.execute("SHOW SESSION VARIABLES LIKE 'explain_json_format_version'"):
        session.execute("SET SESSION explain_json_format_version = 2")
    try:
        rows = session.execute(marked(DOING, f"EXPLAIN FORMAT=JSON {statement.text}"))
    except SourceError as error:
        number = error_number(error)
        if number in _NO_RIGHT or isinstance(error, Denied):
            grants = " ".join(
                f"GRANT SELECT, SHOW VIEW ON {qualified(table)} TO CURRENT_USER();" for _, table in statement.tables
            )
            raise Denied(f"{DOING}: the role may not read a table of the statement", grants) from None
        # The server's message may quote the statement: only its number is told.
        raise type(error)(
            f"{DOING}: the server answered with error {number or type(error).__name__}", error.mend
        ) from None
    return str(next(iter(rows[0].values())))
