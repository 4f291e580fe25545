"""Identifiers as PostgreSQL must read them again: quoted where needed."""

import re

from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from tunewright_analyzers.facts.relations import RelationName

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_KEYWORDS = frozenset(RESERVED_KEYWORDS) | frozenset(COL_NAME_KEYWORDS) | frozenset(TYPE_FUNC_NAME_KEYWORDS)


def quoted(name: str) -> str:
    """The identifier as SQL: bare where that reads back as the same name, in double quotes otherwise (as quote_ident does)."""
    if _PLAIN.fullmatch(name) and name not in _KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(name: RelationName) -> str:
    """`schema.name`, each part quoted where needed. The database is not part of it."""
    return f"{quoted(name.schema)}.{quoted(name.name)}"
