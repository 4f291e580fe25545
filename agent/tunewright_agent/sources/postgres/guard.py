"""The guard before EXPLAIN on a live server: lets a statement through only where nothing of the users' can run while it is planned.

In come a session and a text, out goes the mended text, or Refused. Called by explain.py and by whoever else sends EXPLAIN to a live server.

EXPLAIN executes code (reference/reliability-tuning.md): immutable and stable functions are folded and estimated, literals go through the
input functions of their types and the CHECKs of their domains, values of the statistics through operators. READ ONLY refuses writes to
tables, not advisory locks, NOTIFY or files. So everything is refused that is not known to be harmless; the twin plans what is refused here.

1. guard_names.py: one statement, and every name in it.
2. guard_functions.sql: every function that the planner could take in from those names: the functions themselves; operators; casts; and,
   walked through the catalogue from the relations and types, those behind views, rules, policies, defaults, generated columns, indexes,
   constraints, partition keys, statistics, domains, input functions and operator classes. Each must pass `_fault`.
3. guard_session.sql: the role can neither do everything nor read files.
Steps 4 (READ ONLY, timeouts, ROLLBACK) and 5 (no literals) are explain.py's.
"""

from tunewright_agent.sources.postgres.guard_names import Named, named
from tunewright_agent.sources.postgres.guard_names import Refused as Refused
from tunewright_agent.sources.postgres.session import Row, Server, Session

FORBIDDEN_ROLES = frozenset({"pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"})
MARK = "guard"

HARMLESS_VOLATILE = frozenset(
    [
        "random",
        "random_normal",
        "clock_timestamp",
        "timeofday",
        "nextval",
        "currval",
        "lastval",
        "gen_random_uuid",
        "uuidv4",
        "uuidv7",
    ]
)
"""Volatile functions of the server that ordinary statements call. The planner evaluates no volatile function."""

_HARMLESS_PG = frozenset({"pg_typeof", "pg_column_size", "pg_size_pretty", "pg_collation_for"})
_UNSAFE_STARTS = ("pg_", "_pg_", "lo_", "aurora_", "apg_", "rds_", "google_", "azure_", "binary_upgrade_", "dblink")
"""Functions of the server and its vendors that look at or change the server; some read files, take locks, run input functions by name."""
_UNSAFE_PARTS = ("to_xml", "to_xmlschema")
"""table_to_xml, schema_to_xml, … are stable and run queries: those of the views that they read."""
_UNSAFE = frozenset(["satisfies_hash_partition", "ts_stat", "ts_rewrite", "set_config", "setval", "setseed"])
"""satisfies_hash_partition is immutable and runs the hash functions of a table that a literal names; ts_stat and ts_rewrite run queries."""

HARMLESS_EXTENSIONS = frozenset(
    [
        # Contrib; compiled functions that compute a value from their arguments, touch nothing else and run no query:
        "bloom",  # an index access method
        "btree_gin",  # operator classes over the server's own types
        "btree_gist",
        "citext",  # compares text without case
        "cube",
        "dict_int",  # text search dictionaries; the second reads its rules from the server's own folder
        "dict_xsyn",
        "fuzzystrmatch",
        "hstore",  # populate_record runs input functions of a type, which the statement must name
        "intarray",
        "isn",
        "ltree",
        "pg_trgm",  # set_limit changes a setting of the session and is volatile
        "pgcrypto",  # its key functions take the key as an argument
        "seg",
        "unaccent",
        "uuid-ossp",
        # Distances and their indexes, over its own types:
        "vector",
        # Not here: dblink and postgres_fdw reach other servers, tablefunc and xml2 run queries that they are given as text, adminpack and
        # file_fdw read files, lo makes large objects, earthdistance and postgis have functions in SQL and plpgsql that can be replaced,
        # pageinspect, pgstattuple, pg_prewarm, amcheck read and lock relations that a literal names.
    ]
)
_HARMLESS_METHODS = frozenset({"bloom", "hnsw", "ivfflat"})


def check(session: Session, server: Server, text: str, allow: frozenset[str]) -> str:
    """The mended single statement (generic_form, without a trailing `;`) that may be given to EXPLAIN on this server.

    `allow`: functions, as schema.name, that the user declared free of side effects. Raises Refused, and SourceError where the catalogue
    cannot be read. The answer holds for the catalogue as it is now.
    """
    return checked(session, server, text, allow).text


def checked(session: Session, server: Server, text: str, allow: frozenset[str]) -> Named:
    """As `check`, with the names of the statement."""
    statement = named(text)
    if "information_schema" in statement.names:
        raise Refused("the views of information_schema call functions of the server that are not known to be harmless")
    _check_role(server.is_superuser, server.memberships)
    facts = session.query("guard_session", mark=MARK)[0]
    _check_role(facts["is_superuser"], frozenset(facts["memberships"]))  # it may have been granted since
    if not facts["conforming"] and "\\" in statement.text:
        raise Refused("standard_conforming_strings is off: a backslash may end a string elsewhere than it seems to")
    if not facts["catalogue_first"]:
        # Else our own question could call an operator of the users'.
        raise Refused("the session's search_path is not pg_catalog; does a pooler drop our settings?")
    names, called = sorted(statement.names), sorted(statement.called)
    faults: dict[tuple[str, str], str] = {}
    for row in session.query("guard_functions", (names, called), mark=MARK):
        fault = _fault(row, allow)
        if fault is not None:
            faults.setdefault((row["schema"], row["name"]), fault)
    if faults:
        first, *others = faults.values()
        raise Refused(f"{first}{f' (and {len(others)} more)' if others else ''}")
    return statement


def _check_role(is_superuser: bool, memberships: frozenset[str]) -> None:
    if is_superuser:
        raise Refused(
            "our role is a superuser, so that nothing would bound what EXPLAIN may run; the twin plans instead"
        )
    held = sorted(FORBIDDEN_ROLES & memberships)
    if held:
        raise Refused(f"our role is a member of {', '.join(held)}: EXPLAIN could reach files; the twin plans instead")


def _fault(row: Row, allow: frozenset[str]) -> str | None:
    """Why what stands in the row may not take part in planning; None where it is harmless. Deny by default."""
    name = f"{row['schema']}.{row['name']}"
    if row["kind"] == "foreign table":
        return f"planning over the foreign table {name} may reach another server"
    if row["kind"] == "relation":
        method = row["extension"]
        return None if method in _HARMLESS_METHODS else f"{name} has the access method {method}, which is not known"
    behind = f" (behind {row['via']})" if row["via"] else ""
    if name in allow and not row["is_builtin"]:
        return None
    if row["is_builtin"]:
        return None if _is_harmless(row) else f"the server's function {row['name']}{behind} is not known to be harmless"
    if (
        row["language"] in {"c", "internal"} and row["extension"] in HARMLESS_EXTENSIONS
    ):  # only a superuser can make such
        return None
    of = f"of the extension {row['extension']}" if row["extension"] else "user-defined"
    return (
        f"the function {name}{behind} is {of}, and EXPLAIN could run it; "
        f'if it has no side effects, add "{name}" to allow_functions in the configuration'
    )


def _is_harmless(row: Row) -> bool:
    name: str = row["name"]
    if row["language"] not in {"internal", "sql"} or row["takes_cstring"]:
        return False  # replaced by somebody; or an input function, which can be given any type by number
    if row["volatility"] == "v":
        return name in HARMLESS_VOLATILE
    if name in _HARMLESS_PG:
        return True
    unsafe = name in _UNSAFE or name.startswith(_UNSAFE_STARTS) or any(part in name for part in _UNSAFE_PARTS)
    return not unsafe
