"""Extended statistics on the twin: numbers of distinct combinations and functional dependencies, as CREATE STATISTICS keeps them.

In comes what pg_stats_ext shows of production, out come rows in the twin's pg_statistic_ext_data. PostgreSQL 18 has no function that
restores them (pg_restore_attribute_stats is for single columns) and their types refuse text, so their stored form is written:
statistics.h, mvdistinct.c and dependencies.c, unchanged from 14 to 18. Lists of common combinations and the statistics of expressions hold
values in forms that depend on the types; the twin does without and says so. Called by twin_build.py.
"""

import json
import struct
from collections.abc import Mapping

import psycopg
from psycopg import sql as pg

from tunewright_agent.whatif.twin_production import Row

_NDISTINCT_MAGIC, _DEPENDENCIES_MAGIC = 0xA352BFA4, 0xB4549A2C
_BASIC = 1
_INSERT = """
INSERT INTO pg_statistic_ext_data (stxoid, stxdinherit, stxdndistinct, stxddependencies)
SELECT s.oid, %(inherited)s, %(n_distinct)s::bytea::pg_ndistinct, %(dependencies)s::bytea::pg_dependencies
FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE n.nspname = %(schema)s AND s.stxname = %(name)s
"""


def ndistinct_bytes(items: Mapping[tuple[int, ...], float]) -> bytes:
    """The stored form of pg_ndistinct: by attribute numbers, how many combinations there are."""
    body = struct.pack("=III", _NDISTINCT_MAGIC, _BASIC, len(items))
    for numbers, count in items.items():
        body += struct.pack(f"=di{len(numbers)}h", count, len(numbers), *numbers)
    return body


def dependencies_bytes(items: Mapping[tuple[int, ...], float]) -> bytes:
    """The stored form of pg_dependencies: by attribute numbers (the last one follows from the others), the degree 0 to 1."""
    body = struct.pack("=III", _DEPENDENCIES_MAGIC, _BASIC, len(items))
    for numbers, degree in items.items():
        body += struct.pack(f"=dh{len(numbers)}h", degree, len(numbers), *numbers)
    return body


def _parsed(text: str, columns: Mapping[str, str], numbers: Mapping[str, int]) -> dict[tuple[int, ...], float]:
    """`{"1, 2": 11}` or `{"1 => 2": 0.5}` with the twin's attribute numbers; an expression keeps its own, which is negative."""
    found = {}
    for key, value in json.loads(text).items():
        parts = [one.strip() for one in key.replace("=>", ",").split(",")]
        found[tuple(int(one) if one.startswith("-") else numbers[columns[one]] for one in parts)] = float(value)
    return found


def _restore(admin: psycopg.Connection[tuple[object, ...]], row: Row) -> None:
    numbers = {
        str(name): int(str(number))
        for name, number in admin.execute(
            "SELECT a.attname, a.attnum FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0",
            (row["table_schema"], row["table_name"]),
        )
    }
    stored: dict[str, object] = {name: row[name] for name in ("schema", "name", "inherited")}
    for kind, stored_form in (("n_distinct", ndistinct_bytes), ("dependencies", dependencies_bytes)):
        text = row[kind]
        stored[kind] = stored_form(_parsed(text, row["columns"], numbers)) if text else None
    admin.execute(_INSERT, stored)


def restore_extended(url: str, planner: psycopg.Connection[tuple[object, ...]], rows: tuple[Row, ...]) -> list[str]:
    """Make the statistics objects as the planner role (of `planner`) and fill them as the superuser (of `url`). Returns what is lacking."""
    without: list[str] = []
    made: set[tuple[str, str]] = set()
    if not rows:
        return without
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("SET allow_system_table_mods = on")
        for kind in ("pg_ndistinct", "pg_dependencies"):
            admin.execute(pg.SQL("CREATE CAST (bytea AS {}) WITHOUT FUNCTION").format(pg.Identifier(kind)))
        for row in rows:
            name = f"{row['schema']}.{row['name']}"
            try:
                if (row["schema"], row["name"]) not in made:
                    planner.execute(str(row["definition"]).encode())
                    made.add((row["schema"], row["name"]))
                if row["is_readable"]:
                    _restore(admin, row)
                else:
                    without.append(f"extended statistics {name}: never analyzed, or the role may not read its columns")
            except (psycopg.Error, KeyError, ValueError) as error:
                if planner.broken or admin.broken:
                    raise
                without.append(f"extended statistics {name}: {type(error).__name__}")
                continue
            if row["has_common_values"]:
                without.append(f"common combinations of extended statistics {name}")
            if row["has_expressions"]:
                without.append(f"expressions of extended statistics {name}")
    return without
