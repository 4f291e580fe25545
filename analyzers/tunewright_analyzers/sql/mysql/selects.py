"""The SELECT that reads what a write would read: its plan is the write's plan, and nothing is written.

MySQL's EXPLAIN UPDATE needs the UPDATE privilege, and MariaDB's ANALYZE UPDATE really updates: neither is ever sent.
"""

from typing import Any

from sqlglot import exp

from tunewright_analyzers.sql.mysql.parse import ParseFault, parse


def _all_columns(table: Any) -> Any:
    """`t.*`: a write must have the whole row, so no index can cover its reading."""
    return exp.Column(this=exp.Star(), table=exp.to_identifier(table.alias_or_name, quoted=True))


def _targets(tree: Any) -> list[Any]:
    if isinstance(tree, exp.Delete) and tree.args.get("tables"):
        return list(tree.args["tables"])
    return [tree.this]


def _of_write(tree: Any) -> Any:
    if tree.args.get("using") or tree.this is None:
        raise ParseFault("DELETE … USING is not understood")
    select = exp.Select(expressions=[_all_columns(table) for table in _targets(tree)])
    table = tree.this.copy()
    joins = list(table.args.get("joins") or ())
    table.set("joins", None)
    select.set("from_", exp.From(this=table))
    select.set("joins", [*joins, *(one.copy() for one in tree.args.get("joins") or ())])
    for key in ("where", "order", "limit", "with_"):
        if tree.args.get(key) is not None:
            select.set(key, tree.args[key].copy())
    return select


def _unlocked(tree: Any) -> Any:
    bare = tree.copy()
    for one in bare.find_all(exp.Select):
        one.set("locks", None)
    return bare


def equal_select(text: str) -> str | None:
    """`text` where it is a SELECT that locks nothing; else the SELECT that reads what it would. None where it reads nothing (INSERT … VALUES).

    Raises ParseFault for anything but SELECT, INSERT, REPLACE, UPDATE and DELETE, and for SELECT … INTO.
    """
    tree = parse(text)
    if isinstance(tree, exp.Query):
        if any(one.args.get("into") for one in tree.find_all(exp.Select)):
            raise ParseFault("SELECT … INTO writes")
        locks = any(one.args.get("locks") for one in tree.find_all(exp.Select))
        return str(_unlocked(tree).sql(dialect="mysql")) if locks else text
    if isinstance(tree, exp.Insert):
        source = tree.expression
        return (
            str(_unlocked(source).sql(dialect="mysql"))
            if isinstance(source, exp.Query) and not isinstance(source, exp.Values)
            else None
        )
    if isinstance(tree, exp.Update | exp.Delete):
        return str(_of_write(tree).sql(dialect="mysql"))
    raise ParseFault("only SELECT, INSERT, REPLACE, UPDATE and DELETE can be explained")
