"""Expressions as MySQL's EXPLAIN prints them, in the words that PostgreSQL's parser reads: for sql/expressions.py, which serves both engines."""

import re

_REWRITES = (
    (re.compile(r"<cache>\("), "("),
    (re.compile(r"\btrigcond\("), "("),
    (re.compile(r" (?:regexp|rlike) "), " ~ "),
    (re.compile(r" div "), " / "),
    (re.compile(r" MOD "), " % "),
    (re.compile(r"\binterval \? [a-z_]+"), "?"),
    (re.compile(r" (?:charset|character set) \w+"), ""),
    (re.compile(r"\bas (?:un)?signed(?: integer)?\)"), "as bigint)"),
    (re.compile(r"\bas double\)"), "as float8)"),
    (re.compile(r"\bas datetime(?:\(\d\))?\)"), "as timestamp)"),
    (re.compile(r"\(?select #\d+\)?|\(subquery#\d+\)"), "?"),
)


def portable(expression: str) -> str:
    """The expression with names in double quotes and MySQL's own operators in general ones. One that is PostgreSQL's stays as it is."""
    text = expression.replace('"', '""').replace("`", '"') if "`" in expression else expression
    for pattern, plain in _REWRITES:
        text = pattern.sub(plain, text)
    return text
