"""The form of a DDL statement that disturbs least: steps of SQL that end in the same. In comes a syntax tree, out come steps, or nothing.

No step both blocks writes and works longer than a change of the catalogue takes; tests/live/test_preflight.py runs them all.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from pglast.enums import AlterTableType, ConstrType, ObjectType
from pglast.stream import RawStream

from tunewright_analyzers.ddl.alter import effects_of
from tunewright_analyzers.ddl.locks import Work
from tunewright_analyzers.sql.identifiers import quoted
from tunewright_analyzers.sql.tree import ast


@dataclass(frozen=True, slots=True)
class Safe:
    """Steps to run one after the other, each in a transaction of its own, and what else is to be known."""

    steps: tuple[str, ...]
    notes: tuple[str, ...] = ()


_OWN = "Run it outside a transaction block. If it fails it leaves an invalid index: drop that one concurrently and try again."


def _table(relation: Any) -> str:
    return (
        f"{quoted(relation.schemaname)}.{quoted(relation.relname)}" if relation.schemaname else quoted(relation.relname)
    )


def _text(node: Any) -> str:
    return f"{RawStream()(node)};"


def _named(relation: Any, name: str | None, *parts: str) -> str:
    return name or "_".join((relation.relname, *parts))[:63]


def _foreign_or_check(relation: Any, one: Any) -> Safe:
    """ADD … NOT VALID, then VALIDATE."""
    constraint = copy(one)
    columns = [str(key.sval) for key in one.fk_attrs or one.keys or ()]
    kind = {ConstrType.CONSTR_FOREIGN: "fkey", ConstrType.CONSTR_NOTNULL: "not_null"}.get(one.contype, "check")
    constraint.conname = _named(relation, one.conname, *columns, kind)
    constraint.skip_validation, constraint.initially_valid = True, False
    command = ast.AlterTableCmd(subtype=AlterTableType.AT_AddConstraint, def_=constraint, behavior=0)
    statement = ast.AlterTableStmt(relation=relation, cmds=(command,), objtype=ObjectType.OBJECT_TABLE)
    return Safe(
        (_text(statement), f"ALTER TABLE {_table(relation)} VALIDATE CONSTRAINT {quoted(constraint.conname)};"),
        ("VALIDATE reads the whole table while others read and write; new rows are checked from the first step on.",),
    )


def _key(relation: Any, one: Any) -> Safe | None:
    """A unique index built concurrently, then made the constraint."""
    if one.contype == ConstrType.CONSTR_EXCLUSION or one.indexname or not one.keys:
        return None
    columns = [str(key.sval) for key in one.keys]
    primary = one.contype == ConstrType.CONSTR_PRIMARY
    name = _named(relation, one.conname, *(("pkey",) if primary else (*columns, "key")))
    kind = "PRIMARY KEY" if primary else "UNIQUE"
    distinct = " NULLS NOT DISTINCT" if one.nulls_not_distinct else ""
    notes = (
        (_OWN, "Columns that may be NULL must be made NOT NULL first, in the safe form of that.")
        if primary
        else (_OWN,)
    )
    return Safe(
        (
            f"CREATE UNIQUE INDEX CONCURRENTLY {quoted(name)} ON {_table(relation)} ({', '.join(quoted(c) for c in columns)}){distinct};",
            f"ALTER TABLE {_table(relation)} ADD CONSTRAINT {quoted(name)} {kind} USING INDEX {quoted(name)};",
        ),
        notes,
    )


def _not_null(relation: Any, command: Any) -> Safe:
    """A CHECK that is validated first: SET NOT NULL then believes it (release 12 and later) and reads nothing."""
    table, column = _table(relation), quoted(command.name)
    name = quoted(_named(relation, None, command.name, "not_null"))
    return Safe(
        (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID;",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;",
            f"ALTER TABLE {table} DROP CONSTRAINT {name};",
        ),
        (
            "VALIDATE reads the whole table while others read and write; SET NOT NULL then believes the CHECK and reads nothing.",
        ),
    )


def _volatile_default(relation: Any, command: Any) -> Safe | None:
    """The column first, its default for new rows next; old rows are filled in batches."""
    column = command.def_
    others = [
        one
        for one in column.constraints or ()
        if one.contype not in {ConstrType.CONSTR_DEFAULT, ConstrType.CONSTR_NULL}
    ]
    default = next((one for one in column.constraints or () if one.contype == ConstrType.CONSTR_DEFAULT), None)
    if default is None or others:
        return None
    table, name = _table(relation), quoted(column.colname)
    return Safe(
        (
            f"ALTER TABLE {table} ADD COLUMN {name} {RawStream()(column.typeName)};",
            f"ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {RawStream()(default.raw_expr)};",
        ),
        (
            f"Then fill old rows in batches of some thousands: UPDATE {table} SET {name} = DEFAULT WHERE {name} IS NULL AND (a range of its key).",
        ),
    )


def _alter(tree: Any) -> Safe | None:
    if len(tree.cmds) != 1:
        return None
    command = tree.cmds[0]
    heavy = any(one.work is not Work.CATALOGUE and one.lock.blocks_writes for one in effects_of(tree.relation, command))
    if not heavy:
        detach = command.subtype == AlterTableType.AT_DetachPartition and not command.def_.concurrent
        if not detach:
            return None
        text = f"ALTER TABLE {_table(tree.relation)} DETACH PARTITION {_table(command.def_.name)} CONCURRENTLY;"
        return Safe((text,), ("Run it outside a transaction block.",))
    if command.subtype == AlterTableType.AT_SetNotNull:
        return _not_null(tree.relation, command)
    if command.subtype == AlterTableType.AT_AddColumn:
        return _volatile_default(tree.relation, command)
    if command.subtype == AlterTableType.AT_AddConstraint:
        delayed = {ConstrType.CONSTR_FOREIGN, ConstrType.CONSTR_CHECK}
        one = command.def_
        return _foreign_or_check(tree.relation, one) if one.contype in delayed else _key(tree.relation, one)
    return None


def _create_index(tree: Any) -> Safe | None:
    if tree.concurrent:
        return None
    statement = copy(tree)
    statement.concurrent = True
    return Safe(
        (_text(statement),),
        (_OWN, "On a partitioned table: ON ONLY the parent, then concurrently on each partition, then attach."),
    )


def _drop(tree: Any) -> Safe | None:
    if tree.removeType != ObjectType.OBJECT_INDEX or tree.concurrent:
        return None
    names = [".".join(quoted(str(part.sval)) for part in one) for one in tree.objects]
    exists = "IF EXISTS " if tree.missing_ok else ""
    return Safe(
        tuple(f"DROP INDEX CONCURRENTLY {exists}{name};" for name in names),
        (
            "Run it outside a transaction block. An index that backs a constraint goes with ALTER TABLE … DROP CONSTRAINT only.",
        ),
    )


def _reindex(tree: Any) -> Safe | None:
    if any(one.defname == "concurrently" for one in tree.params or ()):
        return None
    statement = copy(tree)
    statement.params = (*(tree.params or ()), ast.DefElem(defname="concurrently", defaction=0))
    return Safe((_text(statement),), (_OWN,))


def _refresh(tree: Any) -> Safe | None:
    if tree.concurrent or tree.skipData:
        return None
    return Safe(
        (f"REFRESH MATERIALIZED VIEW CONCURRENTLY {_table(tree.relation)};",),
        ("It wants a unique index on the view, over columns only and all rows.",),
    )


_KINDS: dict[str, Callable[[Any], Safe | None]] = {
    "AlterTableStmt": _alter,
    "IndexStmt": _create_index,
    "DropStmt": _drop,
    "ReindexStmt": _reindex,
    "RefreshMatViewStmt": _refresh,
}


def safe_form(tree: Any) -> Safe | None:
    """The steps that end in the same and disturb less; None where the statement is as good as it can be, or we know no better one."""
    make = _KINDS.get(type(tree).__name__)
    return make(tree) if make is not None else None
