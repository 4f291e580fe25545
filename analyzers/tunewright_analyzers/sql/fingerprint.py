"""The identity of a statement: the same for the same shape on every server and day; and what kind of statement it is."""

import hashlib
import re

import pglast
from pglast.parser import ParseError

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.redact import redact_statement

LONGEST_PARSED = 100_000
"""Characters. A longer text (generated IN lists) is identified by a hash of its redacted form: parsing it would take seconds."""

_KINDS = {
    "SelectStmt": "select",
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
    "MergeStmt": "merge",
}
_FIRST_WORD = re.compile(r"[a-z]+", re.IGNORECASE)


def fingerprint(text: str) -> StatementId:
    """16 hex digits of the statement's shape: libpg_query's fingerprint, or a hash of the redacted text where it does not parse."""
    if len(text) <= LONGEST_PARSED:
        try:
            return StatementId(pglast.fingerprint(text.replace("\x00", "")))
        except (ParseError, ValueError):
            pass
    normal = " ".join(redact_statement(text).lower().split())
    return StatementId(hashlib.sha256(normal.encode("utf-8", "replace")).hexdigest()[:16])


def is_parsed(text: str) -> bool:
    """Whether PostgreSQL's parser takes the text: then its fingerprint is libpg_query's own."""
    try:
        pglast.parse_sql(text)
    except (ParseError, ValueError):
        return False
    return True


def statement_kind(text: str) -> str:
    """`select`, `insert`, `update`, `delete`, `merge`, `utility`, or `unknown` where the text does not parse and its first word tells nothing."""
    if len(text) <= LONGEST_PARSED:
        try:
            statements = pglast.parse_sql(text.replace("\x00", ""))
        except (ParseError, ValueError):
            pass
        else:
            return _KINDS.get(type(statements[0].stmt).__name__, "utility") if statements else "unknown"
    first = _FIRST_WORD.search(text)
    word = first[0].lower() if first else ""
    return {"with": "select", "values": "select", "table": "select"}.get(
        word, word if word in _KINDS.values() else "unknown"
    )
