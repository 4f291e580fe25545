"""Literals out of MySQL's SQL, at the source's door: every string, number and bit string becomes `?`; comments go too, they may hold secrets.

The lexical rules are those of MySQL's manual, chapter 11.1: strings in single and in double quotes with backslash escapes, backticks for names,
`#`, `-- ` and `/* */` comments. Two modes change them, and what cannot be told is treated as a literal: under ANSI_QUOTES a name in double
quotes is redacted too; under NO_BACKSLASH_ESCAPES a string ends where `\\'` would go on, so in a statement (not in EXPLAIN's output,
which always escapes) everything behind a `\\'` is one literal.
"""

import re

from tunewright_analyzers.sql.redact import LONGEST, visible

_TOKEN = re.compile(
    r"""
    (?P<line_comment>--(?=[\s\x00-\x1f]|\Z)[^\n]*|\#[^\n]*)
  | (?P<block_comment>/\*.*?(?:\*/|\Z))
  | (?P<identifier_quoted>`(?:[^`]|``)*(?:`|\Z))
  | (?P<string>(?:_[A-Za-z0-9]+\s*|[bBxXnN]|(?i:timestamp|date|time)\s*)?(?:'(?:[^'\\]|\\.|'')*(?:'|\Z|\\\Z)|"(?:[^"\\]|\\.|"")*(?:"|\Z|\\\Z)))
  | (?P<number>0[xX][0-9A-Fa-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[A-Za-z_0-9\u0080-\U0010ffff]*)
  | (?P<word>[A-Za-z_$@\u0080-\U0010ffff][A-Za-z0-9_$@\u0080-\U0010ffff]*)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LIST = re.compile(r"\?(?:\s*,\s*(?:\?|\.\.\.))+")
_EXPRESSION_HASH = re.compile(r"#(?=\d+\b)")
_HELD = "\ue000"
"""Stands for the `#` of `select #2` while an expression is read: there it begins no comment."""
_SECRET_WORDS = frozenset({"password"})


def tokens(text: str, *, escapes_sure: bool = False) -> list[tuple[str, str]]:
    """(kind, text) of every token: `literal` (as `?`), `word`, `identifier_quoted`, `space`, `other`. Comments become a space.

    `escapes_sure`: backslashes escape (EXPLAIN's output); else everything behind a `\\'` is one literal.
    """
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, "the last alternative matches anything"
        kind, at = str(match.lastgroup), match.end()
        if kind in {"line_comment", "block_comment"}:
            found.append(("space", " "))
        elif kind in {"string", "number"}:
            found.append(("literal", "?"))
            if kind == "string" and not escapes_sure and re.search(r"\\['\"]", match[0]):
                break
        else:
            found.append((kind, match[0]))
    return found


_COMMENT_SIGNS = ("--", "/*", "#")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def redact_statement(text: str) -> str:
    """The statement with `?` for every literal, without comments, in one line; lists of literals fold to one. Idempotent.

    What follows PASSWORD is a literal whatever it looks like.
    """
    found = _without_literals(text)
    while any(sign in found for sign in _COMMENT_SIGNS) and (again := _without_literals(found)) != found:
        found = again  # the space of a comment made the signs before it the beginning of another: `--#`
    return found


def _without_literals(text: str) -> str:
    secret = False
    safe: list[str] = []
    for kind, token in tokens(visible(text)):
        if secret and kind not in {"space", "other"}:
            safe.append("?")
            secret = False
            continue
        secret = (secret and kind == "space") or (kind == "word" and token.lower() in _SECRET_WORDS)
        safe.append(" " if kind == "space" else token)
    return _cut(re.sub(r"[ \t\n\r\f\v]+", " ", _LIST.sub("?", "".join(safe))).strip(" "))


def redact_expression(text: str) -> str:
    """An expression as EXPLAIN prints it, with `?` for every literal: `((status = ?) and (total > ?))`."""
    held = _EXPRESSION_HASH.sub(_HELD + "n", visible(text))
    joined = "".join(token for _, token in tokens(held, escapes_sure=True))
    return _cut(_LIST.sub("?", joined).replace(_HELD + "n", "#"))
