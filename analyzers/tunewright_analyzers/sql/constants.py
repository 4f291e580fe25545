"""The constants of a statement that was seen running, one for each `$n` of the form in which its server counts it.

In come a text with literals (a sample of pg_stat_activity) and pg_stat_statements' text of the same statement; out goes SQL for each parameter.
Called by the agent's constants pass, where the user allows that constants are kept, and by indexes/recurring.py. Both texts are walked token by
token: wherever they differ in more than a parameter's place, nothing is said at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pglast.parser import ParseError, scan

LONGEST = 100
"""Characters of a constant that is kept: longer ones are no status, no flag and no tenant."""
_LITERALS = frozenset({"ICONST", "FCONST", "SCONST", "BCONST", "XCONST", "TRUE_P", "FALSE_P", "NULL_P"})
_NUMBERS = frozenset({"ICONST", "FCONST"})
_NAMED = frozenset({"IDENT", "UIDENT"})
_FOLDED = "/*, ... */"


@dataclass(frozen=True, slots=True)
class _Token:
    name: str
    text: str
    folds: bool = False
    """A parameter that stands for a list of constants."""


def _tokens(text: str) -> list[_Token]:
    """Without comments and the last semicolon. Raises ParseError."""
    found: list[_Token] = []
    for one in scan(text):
        piece = text[one.start : one.end + 1]
        if one.name in {"C_COMMENT", "SQL_COMMENT"}:
            if piece == _FOLDED and found and found[-1].name == "PARAM":
                found[-1] = _Token("PARAM", found[-1].text, folds=True)
            continue
        found.append(_Token(one.name, piece))
    while found and found[-1].text == ";":
        found.pop()
    return found


def _same(counted: _Token, seen: _Token) -> bool:
    if counted.name != seen.name:
        return False
    return counted.name not in _NAMED or counted.text.lower() == seen.text.lower()


def _literal(seen: list[_Token], at: int) -> tuple[str, int] | None:
    """(SQL of the constant that begins there, index behind it)."""
    if at < len(seen) and seen[at].name in _LITERALS:
        return seen[at].text, at + 1
    if at + 1 < len(seen) and seen[at].text in {"-", "+"} and seen[at + 1].name in _NUMBERS:
        return seen[at].text + seen[at + 1].text, at + 2
    return None


def _end_of_list(seen: list[_Token], at: int) -> int:
    """Index of the bracket that closes the list in which tokens[at] stands."""
    depth = 0
    while at < len(seen):
        depth += seen[at].text in {"(", "["}
        if seen[at].text in {")", "]"}:
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return at


def constants(counted: str, seen: str) -> dict[int, str] | None:
    """SQL of the constant in the place of each `$n` of `counted`; lists and constants longer than LONGEST are left out.

    None where `seen` is another statement, has parameters itself, or where one of the two cannot be read.
    """
    try:
        form, sample = _tokens(counted), _tokens(seen)
    except ParseError:
        return None
    found: dict[int, str] = {}
    at = 0
    for token in form:
        if token.name == "PARAM":
            number = int(token.text[1:])
            if token.folds:
                at = _end_of_list(sample, at)
                continue
            literal = _literal(sample, at)
            if literal is None:
                return None
            text, at = literal
            if len(text) <= LONGEST:
                found[number] = text
        elif at < len(sample) and _same(token, sample[at]):
            at += 1
        else:
            return None
    return found if at == len(sample) else None


def with_constants(counted: str, known: Mapping[int, str]) -> str:
    """`counted` with the constant in the place of each `$n` that is known; `$n` is written wherever it is not. Raises ParseError."""
    pieces, done = [], 0
    for one in scan(counted):
        text = counted[one.start : one.end + 1]
        if one.name == "PARAM" and int(text[1:]) in known:
            pieces += [counted[done : one.start], known[int(text[1:])]]
            done = one.end + 1
    return "".join(pieces) + counted[done:]
