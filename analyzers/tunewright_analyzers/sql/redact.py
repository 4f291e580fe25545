"""Literals out of SQL: at the source's door every string, number and bit string becomes `?`; comments go too, they may hold secrets.

One scanner of our own, because the text is often cut off in the middle (track_activity_query_size) and a parser refuses that. What it cannot
tell it treats as a literal: redacting too much is a nuisance, too little a leak. The lexical rules are those of PostgreSQL's
manual, chapter 4.1 (strings E'', U&'', B'', X'', dollar quotes, nested comments, standard_conforming_strings on).
"""

import re

MARKER = re.compile(r"/\*\s*tunewright:([a-z0-9_]+)\s*\*/")
"""Our own mark on statements, behind their first word."""

_TOKEN = re.compile(
    r"""
    (?P<line_comment>--[^\n]*)
  | (?P<block_comment>/\*)
  | (?P<identifier_quoted>(?:[uU]&)?"(?:[^"]|"")*(?:"|\Z))
  | (?P<string_escape>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z|\\\Z))
  | (?P<string>(?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|\Z))
  | (?P<dollar>\$(?P<tag>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*)?\$)
  | (?P<parameter>\$\d+)
  | (?P<word>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*)
  | (?P<number>0[xX][0-9A-Fa-f_]*|0[oO][0-7_]*|0[bB][01_]*|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?[A-Za-z_0-9]*)
  | (?P<space>\s+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
"""The server's own: what else Unicode takes for blank (U+00A0) is part of a name, and `U+00A0 0` no number."""
_LIST = re.compile(r"\?(?:\s*,\s*\?)+")
_POSITION = re.compile(r"[1-9]\d?")
_AFTER_LIST = frozenset(
    {"having", "limit", "offset", "fetch", "for", "union", "except", "intersect", "window", "rows", "range", "groups"}
)
"""Words that end the list of ORDER BY or GROUP BY."""
_SIZED = frozenset(
    {"decimal", "dec", "numeric", "varchar", "varying", "char", "character", "nchar", "bpchar", "bit", "varbit", "time", "timestamp", "timestamptz"}
)  # fmt: skip
"""Types that a cast may give a size."""
_SIZE = re.compile(r"\d{1,4}")
_SECRET_WORDS = frozenset({"password"})
LONGEST = 20_000
"""Characters of redacted text that are kept; a longer one ends with an ellipsis."""


def _end_of_comment(text: str, start: int) -> int:
    """Index behind the block comment that begins at `start`; they nest. An unterminated one goes to the end."""
    depth, at = 0, start
    for match in re.finditer(r"/\*|\*/", text[start:]):
        depth += 1 if match[0] == "/*" else -1
        at = start + match.end()
        if depth == 0:
            return at
    return len(text)


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of every token; comments are dropped, literals have kind `literal`, but numbers are still themselves."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, "the last alternative matches anything"
        kind = str(match.lastgroup if match.lastgroup != "tag" else "dollar")
        end = match.end()
        if kind == "block_comment":
            end = _end_of_comment(text, at)
            found.append(("space", " "))
        elif kind == "line_comment":
            found.append(("space", " "))
        elif kind == "dollar":
            close = text.find(match["dollar"], end)
            end = len(text) if close < 0 else close + len(match["dollar"])
            found.append(("literal", "?"))
        elif kind in {"string", "string_escape"}:
            found.append(("literal", "?"))
        else:
            found.append((kind, match[0]))
        at = end
    return found


def _joined(tokens: list[tuple[str, str]]) -> str:
    return "".join("?" if kind == "number" else text for kind, text in tokens)


def _with_positions(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The tokens with `1` of `GROUP BY 1, 2` and `ORDER BY 2 DESC` kept: the number of an output column is no value of anybody's.

    Without it the statement means something else: it sorts by a constant.
    """
    kept, depth, begins, words = list(tokens), -1, False, [""]
    for at, (kind, piece) in enumerate(tokens):
        if kind == "space":
            continue
        if kind == "word":
            words.append(piece.lower())
            if words[-1] == "by" and words[-2] in {"order", "group"}:
                depth, begins = 0, True
                continue
            depth = -1 if depth == 0 and words[-1] in _AFTER_LIST else depth
        elif depth >= 0:
            if kind == "number" and begins and depth == 0 and _POSITION.fullmatch(piece) and _stands_alone(tokens, at):
                kept[at] = ("position", piece)
            depth += {"(": 1, ")": -1}.get(piece, 0)
        begins = depth == 0 and piece == ","
    return kept


def _with_sizes(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The tokens with the sizes of a cast's type kept, as in `CAST(? AS decimal(7, 2))`: a server refuses a parameter there."""
    kept, words = list(tokens), [""]
    within = False
    for at, (kind, piece) in enumerate(tokens):
        if kind == "space":
            continue
        if kind == "word":
            words.append(piece.lower())
        elif piece == ":":
            words = ["as"]
        elif piece == "(":
            within = words[-1] in _SIZED and "as" in words[-3:-1]
            words = [""]
        elif within and kind == "number" and _SIZE.fullmatch(piece):
            kept[at] = ("size", piece)
        elif piece != "," or not within:
            within, words = False, [""]
    return kept


def _stands_alone(tokens: list[tuple[str, str]], at: int) -> bool:
    following = next(((kind, token) for kind, token in tokens[at + 1 :] if kind != "space"), ("", ""))
    return following[0] in {"", "word"} or following[1] in {",", ")", ";"}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def redact_statement(text: str) -> str:
    """The statement with `?` for every literal, without comments, in one line; lists of literals fold to one. Idempotent.

    Placeholders ($1), identifiers and keywords stay. What follows PASSWORD is a literal whatever it looks like.
    """
    tokens = _with_sizes(_with_positions(_tokens(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))))
    secret = False
    safe: list[tuple[str, str]] = []
    for kind, token in tokens:
        if secret and kind not in {"space", "other"} and token.lower() not in {"null", "valid", "encrypted"}:
            safe.append(("literal", token if kind == "parameter" else "?"))
            secret = False
            continue
        secret = (secret and kind == "space") or (kind == "word" and token.lower() in _SECRET_WORDS)
        safe.append(("space", " ") if kind == "space" else (kind, token))
    folded = _LIST.sub("?", _joined(safe))
    return _cut(_BLANKS.sub(" ", folded).strip(" "))


def redact_expression(text: str) -> str:
    """An expression as EXPLAIN prints it, with `?` for every literal: `((status = ?::text) AND (x > ?))`."""
    return _cut(_LIST.sub("?", _joined(_tokens(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)))))


def marker(text: str) -> str | None:
    """The name in our own mark (`statements` of `/* tunewright:statements */`), or None for a statement that is not ours."""
    found = MARKER.search(text[:400])
    return found[1] if found else None


def visible(text: str) -> str:
    """Text that is shown to people: control, zero-width and direction-changing characters replaced, so that none can act."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
