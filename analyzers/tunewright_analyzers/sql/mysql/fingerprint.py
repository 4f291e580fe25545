"""The identity of a MySQL statement: the same for its digest text and for a sample of it, on every server and version; and its kind."""

import hashlib
import re

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.mysql.redact import tokens

_KINDS = {
    "select": "select",
    "with": "select",
    "values": "select",
    "table": "select",
    "insert": "insert",
    "replace": "insert",
    "update": "update",
    "delete": "delete",
}
_EXECUTED = re.compile(r"^\s*EXECUTE\s+(?=(?:SELECT|WITH|VALUES|TABLE|INSERT|REPLACE|UPDATE|DELETE)\b)", re.IGNORECASE)
_PUNCTUATION = frozenset("(,=<>!+-*/%&|^~")
_BEFORE_SIGN = frozenset(
    [
        "select",
        "where",
        "and",
        "or",
        "not",
        "between",
        "in",
        "like",
        "when",
        "then",
        "else",
        "case",
        "by",
        "limit",
        "offset",
        "return",
        "set",
        "values",
        "on",
        "having",
        "interval",
    ]
)
_LISTED = re.compile(r"\? (?:, (?:\?|\. \. \.|NULL) ?)+")
_ROWS = re.compile(r"\( \? \)(?: ,? ?(?:\( \? \)|\. \. \.))+")


def _normal(text: str) -> str:
    """One way of writing for the digest text and for the statement: lower case, no quotes of names, `?` for literals and lists of them."""
    words: list[str] = []
    for kind, token in tokens(text):
        if kind == "space":
            continue
        word = token[1:-1].replace("``", "`") if kind == "identifier_quoted" else token
        if word.lower() == "null" and (not words or words[-1] not in {"is", "not"}):
            word = "?"
        signed = (
            len(words) > 0 and words[-1] in {"-", "+"} and (len(words) == 1 or words[-2] in _PUNCTUATION | _BEFORE_SIGN)
        )
        if word == "?" and signed:
            words.pop()
        words.append(word.lower())
    spaced = " ".join(words).rstrip(" ;")
    spaced = spaced.replace("( . . . )", "( ? )")
    return _ROWS.sub("( ? )", _LISTED.sub("? ", spaced)).strip()


def fingerprint(text: str) -> StatementId:
    """16 hex digits of the statement's shape. Names are folded to lower case: two tables that differ only in case are one to it."""
    return StatementId(hashlib.sha256(_normal(text).encode("utf-8", "replace")).hexdigest()[:16])


def executed(text: str) -> str:
    """The statement that a digest text is of: MySQL 9 writes `EXECUTE SELECT …` for prepared ones. `EXECUTE` of a name stays as it is."""
    return _EXECUTED.sub("", text, count=1)


def statement_kind(text: str) -> str:
    """`select`, `insert`, `update`, `delete`, `utility`, or `unknown` where there is no first word."""
    first = next((token.lower() for kind, token in tokens(text) if kind == "word"), "")
    return _KINDS.get(first, "utility" if first else "unknown")
