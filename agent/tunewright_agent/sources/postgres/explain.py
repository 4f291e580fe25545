"""Plans of the live server, without executing: EXPLAIN behind the guard. In come a Reader and a normalised text, out goes a Plan.

Called for statements that the twin cannot plan. Everything happens in one REPEATABLE READ, READ ONLY transaction that is rolled back:

    BEGIN; timeouts; the guard; search_path; EXPLAIN; ROLLBACK; DEALLOCATE

The guard asks with search_path pg_catalog, so that no operator of the users' takes part in its questions; only then are the database's own
schemas put into the path. What remains between the guard's look and EXPLAIN: the planner resolves names in the newest catalogue, not in
the transaction's snapshot, so a function that someone creates within those milliseconds under a name of the statement could run, as our
role (no superuser, no files) and read only. No lock that a reader may take forbids CREATE FUNCTION.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from tunewright_agent.sources.postgres.guard import Refused, checked
from tunewright_agent.sources.postgres.guard_names import Named, named
from tunewright_agent.sources.postgres.session import Reader, Server, Session
from tunewright_agent.sources.source import Denied, SourceError, Unsupported
from tunewright_agent.sources.sqlfile import marked
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.plans.reading import PlanError, read_plan
from tunewright_analyzers.sql.generic import typed
from tunewright_analyzers.sql.identifiers import quoted
from tunewright_analyzers.sql.parameter_types import types_asked_for

DOING = "explain"
GENERIC_PLAN_SINCE = 16
MOST_ASKED = 50
"""How often a statement is explained anew with more types."""
STATEMENT_SECONDS = 5.0
_PREPARED = "tunewright_explained"
_PLACEHOLDER = re.compile(r"\$(\d+)")
_TYPES_MISSED = (
    errors.IndeterminateDatatype,
    errors.UndefinedFunction,
    errors.AmbiguousFunction,
    errors.DatatypeMismatch,
)
TYPES = {
    "bigint": "int8",
    "boolean": "bool",
    "character varying": "varchar",
    "date": "date",
    "double precision": "float8",
    "inet": "inet",
    "integer": "int4",
    "integer[]": "int4[]",
    "interval": "interval",
    "jsonb": "jsonb",
    "numeric": "numeric",
    "real": "float4",
    "smallint": "int2",
    "text": "text",
    "text[]": "text[]",
    "time without time zone": "time",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "uuid": "uuid",
}
"""Types that a parameter is cast to on the live server: pg_catalog's own and harmless ones, by the server's words for them."""
_QUOTED = re.compile(r'"([^"]*)"')


class _Untyped(Exception):
    """The server cannot tell the type of a parameter, or mistook it; `types` by parameter would mend that."""

    def __init__(self, types: dict[int, str]) -> None:
        super().__init__(types)
        self.types = types


def explain(reader: Reader, database: str, text: str, *, allow: frozenset[str] = frozenset()) -> Plan:
    """The generic plan of a normalised statement on the live server, not executed: GENERIC_PLAN from 16 on, PREPARE before.

    Raises Refused by the guard; Denied with the GRANT; Overrun at a lock or a deadline; SourceError.
    """
    server = reader.server
    with reader.session(database) as session:
        try:
            with _transaction(session):
                document = _planned(session, server, text, allow)
        except SourceError as error:
            raise _explained(session, server, named(text), error) from error
    try:
        return read_plan(document, database=database)
    except PlanError as error:
        raise SourceError(f"{DOING}: {error}") from error


def _run(session: Session, text: str) -> None:
    session.execute(marked(DOING, text), doing=DOING)


@contextmanager
def _transaction(session: Session) -> Iterator[None]:
    """A transaction that is rolled back whatever happens; what outlives a rollback is removed. A session that cannot be cleaned is closed."""
    try:
        _run(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
    finally:
        try:
            if not session.connection.closed:
                _run(session, "ROLLBACK")
                _run(session, "DEALLOCATE ALL")
        except SourceError:
            session.connection.close()


def _set(session: Session, **settings: str) -> None:
    """SET LOCAL. Sent with the schema named, for it may come after search_path holds schemas of the users'."""
    for name, value in settings.items():
        session.execute(
            marked(DOING, "SELECT pg_catalog.set_config(%s::pg_catalog.text, %s::pg_catalog.text, true)"),
            (name, value),
            doing=DOING,
        )


def _planned(session: Session, server: Server, text: str, allow: frozenset[str]) -> str:
    """EXPLAIN's JSON, asked again with a type for each parameter that has none."""
    limits = session.limits
    _set(
        session,
        statement_timeout=f"{int(min(limits.statement_seconds, STATEMENT_SECONDS) * 1000)}ms",
        lock_timeout=f"{int(limits.lock_seconds * 1000)}ms",
        standard_conforming_strings="on",
        plan_cache_mode="force_generic_plan",
    )
    statement = checked(session, server, text, allow)
    schemas = session.query("guard_search_path", mark=DOING)[0]["schemas"]
    _set(session, search_path=", ".join(part for part in ("pg_catalog", schemas, "pg_temp") if part))
    types: dict[int, str] = {}
    for _ in range(MOST_ASKED):
        _run(session, "SAVEPOINT before_explain")
        try:
            if session.major >= GENERIC_PLAN_SINCE:
                return _generic_plan(session, _with_types(statement, types), types)
            return _prepared_plan(session, statement.text, types)
        except _Untyped as untyped:
            types = untyped.types | types
            _run(session, "ROLLBACK TO SAVEPOINT before_explain")
    raise Unsupported(f"{DOING}: the types of the statement's parameters cannot be told")


def _with_types(statement: Named, types: dict[int, str]) -> str:
    """The text with its untyped parameters cast. Raises Refused where that changed a name (`"f$1"`), for the guard has not seen it."""
    text = statement.text
    for parameter, name in types.items():
        text = typed(text, parameter, f"pg_catalog.{name}")
    if types and not named(text).names <= statement.names | {
        "pg_catalog",
        "cast",
        *(one.removesuffix("[]") for one in types.values()),
    }:
        raise Refused("a parameter whose type cannot be told stands within a name")
    return text


def _generic_plan(session: Session, text: str, types: dict[int, str]) -> str:
    return _ask(session, "EXPLAIN (FORMAT JSON, VERBOSE, GENERIC_PLAN) ", text, types)


def _prepared_plan(session: Session, text: str, types: dict[int, str]) -> str:
    """Before 16: a prepared statement, executed (in EXPLAIN, so not at all) with NULLs; custom plans are off, so they are not looked at."""
    count = max((int(number) for number in _PLACEHOLDER.findall(text)), default=0)
    declared = ", ".join(f"pg_catalog.{types.get(number, 'unknown')}" for number in range(1, count + 1))
    nulls = ", ".join(["NULL"] * count)
    _ask(session, f"PREPARE {_PREPARED}{f' ({declared})' if count else ''} AS ", text, types)
    explain = f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE {_PREPARED}{f' ({nulls})' if count else ''}"
    return _ask(session, explain, "", types)


def _ask(session: Session, head: str, text: str, types: dict[int, str]) -> str:
    """The answer to the users' `text` behind a `head`. Raises _Untyped where more types than the known would help; SourceError."""
    sent = marked(DOING, head + text)
    try:
        rows = session.execute(sent, doing=DOING)
    except SourceError as error:
        found = _missed(error.__cause__, text, len(sent) - len(text))
        if found.keys() - types.keys():
            raise _Untyped(found) from None
        raise
    value: object = next(iter(rows[0].values())) if rows else None
    return value if isinstance(value, str) else json.dumps(value)


def _missed(cause: BaseException | None, text: str, behind: int) -> dict[int, str]:
    """Types of pg_catalog for the parameters that an error is about, by the names that the catalogue gives them."""
    if not isinstance(cause, _TYPES_MISSED):
        return {}
    place = cause.diag.statement_position
    asked = types_asked_for(text, cause.diag.message_primary or "", int(place) - 1 - behind if place else None)
    return {one: TYPES[kind] for one, kind in asked.items() if kind in TYPES}


def _explained(session: Session, server: Server, statement: Named, error: SourceError) -> SourceError:
    """The error with its mend where a right is missing, and without what its message quotes of the statement's literals."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error) or not error.reason.startswith(DOING):
        return error
    grants: tuple[str, ...] = ()
    if isinstance(cause, errors.InsufficientPrivilege | errors.UndefinedTable | errors.InvalidSchemaName):
        grants = _grants(session, server, statement)
    if isinstance(cause, errors.InsufficientPrivilege) and statement.writes:
        # No GRANT is named: whoever may read only shall go on to do so.
        return Denied(
            f"{error.reason}; a plan of a statement that writes takes the right to write, so the twin plans it instead"
        )
    quotes = {part.lower() for quote in _QUOTED.findall(error.reason) for part in quote.split(".")}
    if not quotes <= {name.lower() for name in statement.names}:
        return type(error)(f"{DOING}: the server answered with SQLSTATE {cause.sqlstate} ({type(cause).__name__})")
    return Denied(error.reason, " ".join(grants)) if grants else error


def _grants(session: Session, server: Server, statement: Named) -> tuple[str, ...]:
    """What our role lacks to read the relations that the statement names."""
    rows = session.query("guard_denied", (sorted(statement.names),), mark=DOING)
    to = quoted(server.user)
    found = [
        (
            [] if row["usage"] else [f"GRANT USAGE ON SCHEMA {quoted(row['schema'])} TO {to};"],
            [] if row["readable"] else [f"GRANT SELECT ON {quoted(row['schema'])}.{quoted(row['name'])} TO {to};"],
        )
        for row in rows
    ]
    return tuple(
        dict.fromkeys([*(one for usage, _ in found for one in usage), *(one for _, select in found for one in select)])
    )
