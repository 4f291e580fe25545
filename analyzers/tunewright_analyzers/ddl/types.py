"""Whether a column can get another type without its rows being written anew. In come two types by name; called by ddl.preflight.

The rules are those of ATColumnChangeRequiresRewrite in PostgreSQL's tablecmds.c for the types that people widen; what is not listed here
counts as written anew. tests/live/test_preflight.py tries them.
"""

import re

_TYPE = re.compile(r"([a-z0-9 ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+with(?:out)? time zone)?")
_NAMES = {
    "character": "char",
    "character varying": "varchar",
    "decimal": "numeric",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "bit varying": "varbit",
}
_UNBOUND = 10**6


def _parts(name: str) -> tuple[str, int, int] | None:
    """(type, first modifier, second) of `numeric(10, 2)`; a missing bound is very large."""
    match = _TYPE.fullmatch(name.strip().lower().removeprefix("pg_catalog."))
    if match is None:
        return None
    base = f"{match[1]}{match[4] or ''}"
    return _NAMES.get(base, base), int(match[2] or _UNBOUND), int(match[3] or (0 if match[2] else _UNBOUND))


def stored_alike(old: str, new: str) -> bool:
    """Whether every value of `old` is a value of `new` with the same bytes, so that a change of the catalogue is enough."""
    before, after = _parts(old), _parts(new)
    if before is None or after is None:
        return False
    if {before[0], after[0]} <= {"varchar", "text"}:
        return after[1] >= before[1]
    if before[0] != after[0]:
        return False
    if before == after:
        return True
    if before[0] == "numeric":
        return after[1] == _UNBOUND or (after[2] == before[2] and after[1] >= before[1])
    return before[0] in {"varbit", "timestamp", "timestamptz"} and after[1] >= before[1]
