"""Whether MySQL or MariaDB may be asked to explain a statement: pure, by its text alone.

What goes out is exactly one SELECT that locks nothing and calls only functions that are known to change nothing; a write goes out as the
SELECT that reads what it would. Everything else is refused with a reason that quotes nothing but names of functions. The session around
it (READ ONLY transaction, time limit, views looked into) is the agent's: sources/mysql/explain.py.
"""

from dataclasses import dataclass

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.sql.mysql.functions import KEYWORDS, PURE
from tunewright_analyzers.sql.mysql.parse import ParseFault
from tunewright_analyzers.sql.mysql.predicates import tables_by_alias
from tunewright_analyzers.sql.mysql.redact import tokens
from tunewright_analyzers.sql.mysql.selects import equal_select


class Refused(ValueError):
    """The statement is not explained; the message says why."""


@dataclass(frozen=True, slots=True)
class Explainable:
    """A SELECT that may be explained, with its literals: it must not leave the process. `rewritten`: it stands for a write or a locking read."""

    text: str
    rewritten: bool
    tables: tuple[tuple[str, RelationName], ...]
    """(alias, table) as far as each alias stands for one table."""
    database: str = ""
    """Where names without a schema are looked for."""


def called(text: str) -> tuple[str, ...]:
    """Names before a parenthesis that are neither a keyword nor a native function that changes nothing; a quoted or qualified name counts.

    A column list of a common table (`WITH c (x) AS …`) looks the same, and is refused with it.
    """
    found: list[str] = []
    plain = [one for one in tokens(text, escapes_sure=True) if one[0] != "space"]
    for at, (kind, token) in enumerate(plain[:-1]):
        if plain[at + 1][1] != "(" or kind not in {"word", "identifier_quoted"}:
            continue
        qualified = at > 0 and plain[at - 1][1] == "."
        name = token.strip("`").lower()
        if qualified or kind == "identifier_quoted" or name not in PURE | KEYWORDS:
            found.append(name)
    return tuple(dict.fromkeys(found))


def _forbidden_marks(text: str) -> str | None:
    """Comments that the server executes, assignments to variables, a further statement."""
    if "/*!" in text or "/*M!" in text:
        return "a comment that the server executes stands in it"
    plain = "".join(token for kind, token in tokens(text, escapes_sure=True) if kind != "literal")
    if ":=" in plain:
        return "it assigns a variable"
    if ";" in plain.rstrip().rstrip(";"):
        return "it is more than one statement"
    words = [token.lower() for kind, token in tokens(text, escapes_sure=True) if kind == "word"]
    if "procedure" in words or "into" in words:
        return "it writes (INTO) or calls a procedure"
    return "it draws from a sequence" if "next" in words and "value" in words else None


def explainable(text: str, database: str) -> Explainable:
    """What to explain for `text`. Raises Refused."""
    if "?" in {token for kind, token in tokens(text, escapes_sure=True) if kind == "other"} or "..." in text[-4:]:
        raise Refused("its parameters are not known, or its text was cut off")
    try:
        select = equal_select(text)
    except ParseFault as fault:
        raise Refused(str(fault)) from fault
    if select is None:
        raise Refused("it reads no table: nothing to explain")
    mark = _forbidden_marks(select)
    if mark:
        raise Refused(mark)
    names = called(select)
    if names:
        raise Refused(f"it calls {', '.join(names)}, which may have side effects")
    try:
        tables = tables_by_alias(select, database)
    except ParseFault as fault:
        raise Refused(str(fault)) from fault
    return Explainable(select.strip().rstrip(";"), select != text, tuple(sorted(tables.items())), database)
