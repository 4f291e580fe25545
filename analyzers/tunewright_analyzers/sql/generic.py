"""Normal form to SQL that a server accepts: mends what pg_stat_statements (and our redaction) make of a statement.

In comes a statement whose literals were replaced; out goes the same statement in a form that EXPLAIN (GENERIC_PLAN) or PREPARE can
parse. Used by sources.postgres (plans of the live server) and by whatif (plans of the twin). Works on tokens, because
libpg_query's grammar accepts forms such as `interval $1` that a real server refuses, so that parsing proves nothing here.

What is mended, and why it arises:
- `date $1`, `interval $1 day`, `timestamp(3) $1`: the literal of a typed constant was replaced -> CAST($1 AS …);
- `extract($1 from x)`: the field's name is a literal too -> pg_catalog.date_part($1, x);
- `?` where an operand belongs (our redaction of text that was never normalised) -> a fresh $n; the jsonb operator `?` stays;
- `IN ($1 /*, ... */)` (18 folds lists; our redaction drops the comment and leaves `($1 )`) -> ten times $1, the length that the
  planner itself assumes for a list it cannot see (estimate_array_length in PostgreSQL's selfuncs.c).
"""

import re
from dataclasses import dataclass

from pglast.parser import ParseError, scan

FOLDED_LIST_LENGTH = 10
"""Elements that a folded list stands for."""

_TYPE_WORDS = frozenset(
    [
        "INTERVAL",
        "TIMESTAMP",
        "TIME",
        "TEXT_P",
        "NAME_P",
        "JSON",
        "BOOLEAN_P",
        "INT_P",
        "INTEGER",
        "BIGINT",
        "SMALLINT",
        "REAL",
        "FLOAT_P",
        "NUMERIC",
        "DECIMAL_P",
        "DEC",
        "CHAR_P",
        "CHARACTER",
        "VARCHAR",
        "NCHAR",
        "BIT",
        "PRECISION",
        "IDENT",
        "XML_P",
    ]
)
_FIELDS = frozenset({"YEAR_P", "MONTH_P", "DAY_P", "HOUR_P", "MINUTE_P", "SECOND_P", "TO"})
_OPERAND_ENDS = frozenset(
    {"IDENT", "PARAM", "ICONST", "FCONST", "SCONST", "ASCII_41", "ASCII_93", "NULL_P", "TRUE_P", "FALSE_P", "END_P"}
)
_BEFORE_OPERANDS = frozenset({"BY", "SET", "ROWS", "RANGE", "GROUPS", "ESCAPE"})
"""Unreserved keywords behind which an operand begins: `ORDER BY ?`."""
_FOLDED = re.compile(r"\(\s*(\$\d+)\s*(?:/\*, \.\.\. \*/\s*|(?<=\s))\)|\[\s*(\$\d+)\s*(?:/\*, \.\.\. \*/\s*|(?<=\s))\]")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    name: str
    kind: str


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(one.start, one.end + 1, one.name, one.kind)
        for one in scan(text)
        if one.name not in {"C_COMMENT", "SQL_COMMENT"}
    ]


def _is_operand(token: _Token) -> bool:
    """Whether an expression may end with this token, so that a `?` behind it is an operator."""
    return token.name in _OPERAND_ENDS or (token.kind == "UNRESERVED_KEYWORD" and token.name not in _BEFORE_OPERANDS)


def _unfolded(text: str) -> str:
    def repeat(match: re.Match[str]) -> str:
        parameter = match[1] or match[2]
        opening, closing = match[0][0], match[0][-1]
        return opening + ", ".join([parameter] * FOLDED_LIST_LENGTH) + closing

    return _FOLDED.sub(repeat, text)


def _is_placeholder(text: str, tokens: list[_Token], at: int) -> bool:
    """Whether the operator token ends in a `?` that stands for a literal: not jsonb's `?` and `@?`."""
    operator = text[tokens[at].start : tokens[at].end]
    if operator == "?":
        return at == 0 or not _is_operand(tokens[at - 1])
    return operator.endswith("?") and operator != "@?"


def _numbered(text: str) -> str:
    """`?` in the place of an operand becomes the next free $n."""
    tokens = _tokens(text)
    highest = max((int(text[one.start + 1 : one.end]) for one in tokens if one.name == "PARAM"), default=0)
    pieces, done = [], 0
    for at, token in enumerate(tokens):
        if token.name == "Op" and _is_placeholder(text, tokens, at):
            highest += 1
            before = text[done : token.end - 1]
            pieces.append(f"{before}${highest}" if before[-1:].isspace() else f"{before} ${highest}")
            done = token.end
    return "".join(pieces) + text[done:]


def _type_start(tokens: list[_Token], at: int) -> int | None:
    """Index of the first token of the type name that ends before tokens[at]; None where no type stands there."""
    last = at - 1
    if last >= 0 and tokens[last].name == "ZONE" and last >= 3 and tokens[last - 2].name in {"WITH", "WITHOUT"}:
        last -= 3  # timestamp [(n)] with time zone
    if last >= 0 and tokens[last].name == "ASCII_41":  # the modifier: timestamp(3)
        while last >= 0 and tokens[last].name != "ASCII_40":
            last -= 1
        last -= 1
    if last < 0 or tokens[last].name not in _TYPE_WORDS:
        return None
    if tokens[last].name == "PRECISION":
        return last - 1
    while last >= 2 and tokens[last - 1].name == "ASCII_46":
        last -= 2
    return last


def _cast(text: str, tokens: list[_Token], at: int) -> tuple[int, int, str] | None:
    """(start, end, replacement) for a typed constant whose literal is the parameter tokens[at]."""
    first = _type_start(tokens, at)
    if first is None:
        return None
    kind, parameter, end = text[tokens[first].start : tokens[at - 1].end], text[tokens[at].start : tokens[at].end], at
    if tokens[first].name == "INTERVAL":
        while end + 1 < len(tokens) and tokens[end + 1].name in _FIELDS:
            end += 1
    fields = text[tokens[at].end : tokens[end].end]
    return tokens[first].start, tokens[end].end, f"CAST({parameter} AS {kind}{fields})"


def generic_form(text: str) -> str:
    """`text` mended so that a server can parse it with its `$n` placeholders. A text that cannot be scanned comes back unchanged.

    Idempotent. The numbers of existing placeholders do not change.
    """
    try:
        mended = _numbered(_unfolded(text))
        tokens = _tokens(mended)
    except ParseError:
        return text
    edits: list[tuple[int, int, str]] = []
    for at, token in enumerate(tokens):
        if token.name != "PARAM":
            continue
        if at >= 2 and tokens[at - 2].name == "EXTRACT" and at + 1 < len(tokens) and tokens[at + 1].name == "FROM":
            edits.append((tokens[at - 2].start, tokens[at - 2].end, "pg_catalog.date_part"))
            edits.append((tokens[at + 1].start, tokens[at + 1].end, ","))
        elif (cast := _cast(mended, tokens, at)) is not None:
            edits.append(cast)
    for start, end, replacement in sorted(edits, reverse=True):
        mended = mended[:start] + replacement + mended[end:]
    return mended


def typed(text: str, parameter: int, type_name: str) -> str:
    """`text` with `$parameter` cast to `type_name`: for a server that answers "could not determine data type of parameter"."""
    return re.sub(rf"\${parameter}(?!\d)", f"CAST(${parameter} AS {type_name})", text)
