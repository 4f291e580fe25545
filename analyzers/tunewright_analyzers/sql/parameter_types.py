"""Types for parameters that a server cannot type, read from its own complaint. In comes a text with `$n` and an error, out come types.

pg_stat_statements puts a parameter where a constant stood, and with it goes the constant's type: `sum(case when a then $1 else $2 end)`
adds up texts, `b = any(array[$1, $2])` compares with texts, `current_date - $1` is a number of days, `$1 + $2` anything. The server ran
the statement, so the constants had the types that it misses now. Used by whatif.twin and by sources.postgres.explain, who cast and ask again.
"""

import re
from collections.abc import Iterator

import pglast
from pglast.enums import A_Expr_Kind
from pglast.parser import ParseError

from tunewright_analyzers.sql.tree import Node, ast, function_name, operator, walk

_UNTYPED = re.compile(r"could not determine data type of parameter \$(\d+)")
_OPERATOR = re.compile(r"operator (?:does not exist|is not unique): (?:(.+?) )?([-+*/<>=~!@#%^&|`?]+) (.+)")
_FUNCTION = re.compile(r"function \S+\(.*\) (?:does not exist|is not unique)")
_COLUMN = re.compile(r'column ".*" is of type (.+) but expression is of type text')
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^"})
_NUMBER = "integer"
"""What a number is taken for: nearly every type of numbers takes part in operations with it."""
_GUESSED = frozenset({"text", "unknown", "text[]"})
"""What the server makes of parameters that nothing around them types."""
_SAME_TYPE = frozenset({"max", "min", "any_value", "lag", "lead", "first_value", "last_value", "nth_value"})
"""Functions whose value has the type of their first argument."""


def types_asked_for(text: str, complaint: str, position: int | None) -> dict[int, str]:
    """Types by parameter that would mend a complaint of the server's about `text`; empty where it is not about parameters.

    `complaint` is the primary message, in English; `position` the character of `text` that it points at, from 0. Types are in the server's
    own words (`timestamp with time zone`). Never raises: a text that does not parse has no answer.
    """
    if (untyped := _UNTYPED.match(complaint)) is not None:
        return {int(untyped[1]): "text"}
    if position is None or (tree := _tree(text)) is None or (place := _at(tree, position)) is None:
        return {}
    return _Complaint(tree, place).answer(complaint)


def _tree(text: str) -> Node | None:
    try:
        return pglast.parse_sql(text)[0].stmt
    except (ParseError, IndexError):
        return None


def _at(tree: Node, position: int) -> Node | None:
    """The operator, call or CASE that stands at a character."""
    kinds = (ast.A_Expr, ast.FuncCall, ast.CaseExpr, ast.CoalesceExpr, ast.MinMaxExpr)
    return next((one for one in walk(tree) if isinstance(one, kinds) and one.location == position), None)


class _Complaint:
    """A tree and the place in it that the server points at."""

    def __init__(self, tree: Node, place: Node) -> None:
        self.tree, self.place = tree, place

    def answer(self, complaint: str) -> dict[int, str]:
        place = self.place
        if (said := _OPERATOR.fullmatch(complaint)) is not None and isinstance(place, ast.A_Expr):
            judge = self._operand if operator(place) in _ARITHMETIC else self._compared
            left, right = said[1] or "", said[3]
            return judge(place.lexpr, left, right) | judge(place.rexpr, right, left)
        if _FUNCTION.fullmatch(complaint) and isinstance(place, ast.FuncCall):
            return dict.fromkeys(self._loose(place.args), _NUMBER)
        column = _COLUMN.fullmatch(complaint)
        return {} if column is None else self._meant(place, column[1])

    def _operand(self, side: Node | None, own: str, other: str) -> dict[int, str]:
        """An operand of arithmetic whose type the server guessed."""
        if own not in _GUESSED:
            return {}
        wanted = _NUMBER if other in _GUESSED or not other else _added_to(other)
        return dict.fromkeys(self._loose(side), wanted)

    def _compared(self, side: Node | None, own: str, other: str) -> dict[int, str]:
        """A side of a comparison: a guess, or what came of one (date - $1 was taken for the days between two dates)."""
        if own in _GUESSED:
            return self._meant(side, _NUMBER if other in _GUESSED else other)
        came_of_guess = side is not None and operator(side) == "-" and own in {"integer", "interval"}
        return dict.fromkeys(self._loose(side), _added_to(other)) if came_of_guess else {}

    def _meant(self, side: Node | None, wanted: str) -> dict[int, str]:
        """The untyped parameters of a side that ought to be of a type; of an array, its elements."""
        of_array = isinstance(side, ast.A_ArrayExpr)
        return dict.fromkeys(self._loose(side), wanted.removesuffix("[]") if of_array else wanted)

    def _loose(self, node: Node | tuple[Node, ...] | None, through: frozenset[str] = frozenset()) -> Iterator[int]:
        """Parameters that give an expression its type, as far as nothing else does; `through` the columns of subqueries named so."""
        match node:
            case ast.ParamRef():
                yield node.number
            case tuple():
                for one in node:
                    yield from self._loose(one, through)
            case ast.ColumnRef():
                name = getattr(node.fields[-1], "sval", "")
                if name not in through:
                    yield from self._loose(tuple(_made_as(self.tree, name)), through | {name})
            case _:
                yield from self._loose(tuple(_deciding(node)), through)


def _added_to(other: str) -> str:
    """What is added to a value of a type, or taken from it."""
    return "interval" if other.startswith("time") else {"date": _NUMBER}.get(other, other)


def _deciding(node: Node | None) -> Iterator[Node]:
    """The parts of an expression that decide its type."""
    match node:
        case ast.CaseExpr():
            yield from (when.result for when in node.args)
            yield node.defresult
        case ast.CoalesceExpr() | ast.MinMaxExpr():
            yield from node.args
        case ast.A_ArrayExpr():
            yield from node.elements or ()
        case ast.A_Expr() if operator(node) in _ARITHMETIC:
            yield from (node.lexpr, node.rexpr)
        case ast.A_Expr() if node.kind == A_Expr_Kind.AEXPR_NULLIF:
            yield node.lexpr
        case ast.FuncCall() if function_name(node) in _SAME_TYPE:
            yield from (node.args or ())[:1]


def _made_as(tree: Node, name: str) -> Iterator[Node]:
    """What subqueries make under a column's name, in every arm of a UNION and every row of VALUES."""
    for node in walk(tree):
        if isinstance(node, ast.RangeSubselect) and node.alias is not None:
            yield from _columns(node.subquery, node.alias.colnames, name)
        elif isinstance(node, ast.CommonTableExpr):
            yield from _columns(node.ctequery, node.aliascolnames, name)


def _columns(query: Node, aliases: tuple[Node, ...] | None, name: str) -> Iterator[Node]:
    rows = list(_rows(query))
    own = [one.name for one in _arms(query)[0].targetList or ()] if isinstance(query, ast.SelectStmt) else []
    names = [one.sval for one in aliases or ()] + own[len(aliases or ()) :]
    for at in (at for at, one in enumerate(names) if one == name):
        yield from (row[at] for row in rows if at < len(row))


def _rows(query: Node) -> Iterator[tuple[Node, ...]]:
    for arm in _arms(query):
        yield from arm.valuesLists or [tuple(one.val for one in arm.targetList or ())]


def _arms(query: Node) -> list[Node]:
    """The SELECTs and VALUES that set operations put together; none for INSERT and the like."""
    if not isinstance(query, ast.SelectStmt):
        return []
    return _arms(query.larg) + _arms(query.rarg) if query.larg is not None else [query]
