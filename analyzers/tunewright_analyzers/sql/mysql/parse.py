"""A statement of MySQL or MariaDB as sqlglot's syntax tree. Digest texts (`IN (...)`, `LIMIT ?, ...`) are written out first.

sqlglot prints the text of what it cannot parse on its logger: it is muted here, because that text may hold literals.
"""

import re
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

sqlglot.logger.disabled = True

LONGEST_PARSED = 100_000
"""Characters. A longer text (generated IN lists) would take seconds."""
_ROWS = re.compile(r"\(\s*\.\.\.\s*\)\s*(?:/\*\s*,\s*\.\.\.\s*\*/|,\s*\.\.\.)?")
_REPLACE = re.compile(r"^\s*REPLACE\b(?:\s+(?:LOW_PRIORITY|DELAYED))?(?:\s+INTO)?(?=\s)", re.IGNORECASE)
"""REPLACE reads and writes as INSERT does, and sqlglot does not know it."""
_MORE = re.compile(r"\?\s*,\s*\.\.\.")


class ParseFault(ValueError):
    """The text is not one statement that can be understood; the message says why, without quoting it."""


def written_out(digest_text: str) -> str:
    """A digest text as SQL that a parser takes: `IN (...)` becomes `IN (?)`, `VALUES (...) /* , ... */` one row, `LIMIT ?, ...` `LIMIT ?, ?`."""
    return _MORE.sub("?, ?", _ROWS.sub("(?)", digest_text)).replace(" . ", ".")


def parse(text: str) -> Any:
    """The tree of the one statement in `text`. Raises ParseFault."""
    if len(text) > LONGEST_PARSED:
        raise ParseFault(f"the statement is longer than {LONGEST_PARSED:,} characters")
    if text.rstrip().endswith("...") and not _MORE.search(text[-12:]):
        raise ParseFault("the statement is cut off (performance_schema_max_digest_length)")
    try:
        written = _REPLACE.sub("INSERT INTO", written_out(text))
        trees = sqlglot.parse(written, read="mysql", error_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError, IndexError, KeyError) as error:
        raise ParseFault("the statement's syntax is not understood") from error
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1:
        raise ParseFault(f"one statement is wanted, {len(found)} were given")
    if isinstance(found[0], exp.Command):
        raise ParseFault("the statement is none of SELECT, INSERT, UPDATE, DELETE")
    return found[0]
