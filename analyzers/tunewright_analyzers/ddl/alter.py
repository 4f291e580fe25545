"""ALTER TABLE, command by command: which lock and what work. In comes one AlterTableCmd of the syntax tree, out come Effects.

The locks are those of AlterTableGetLockLevel in PostgreSQL's tablecmds.c, as the manual's page on ALTER TABLE names them.
"""

from collections.abc import Iterator
from typing import Any

from pglast.enums import AlterTableType, ConstrType
from pglast.stream import RawStream

from tunewright_analyzers.ddl.locks import Effect, Lock, Work
from tunewright_analyzers.sql.tree import ast, function_name, walk

_STABLE = frozenset(
    {"now", "transaction_timestamp", "statement_timestamp", "lower", "upper", "to_timestamp", "date_trunc", "timezone"}
)
"""Functions of a default that are computed once for all rows; any other is taken for volatile."""
_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"})
_BUILT_IN = frozenset(
    [
        *("int2", "int4", "int8", "float4", "float8", "numeric", "money", "bool", "bit", "varbit"),
        *("varchar", "bpchar", "text", "citext", "name", "bytea", "uuid", "json", "jsonb", "xml", "inet", "cidr"),
        *("date", "time", "timetz", "timestamp", "timestamptz", "interval"),
    ]
)
_LIGHT = frozenset(
    {
        AlterTableType.AT_SetStatistics,
        AlterTableType.AT_SetOptions,
        AlterTableType.AT_ResetOptions,
        AlterTableType.AT_ClusterOn,
        AlterTableType.AT_DropCluster,
        AlterTableType.AT_SetRelOptions,
        AlterTableType.AT_ResetRelOptions,
    }
)
_TRIGGERS = frozenset(one for one in AlterTableType if "Trig" in one.name)
_REWRITES = {
    AlterTableType.AT_SetLogged: "writes the whole table into WAL",
    AlterTableType.AT_SetUnLogged: "writes the table anew",
    AlterTableType.AT_SetTableSpace: "copies the table's files to another place",
    AlterTableType.AT_SetAccessMethod: "writes the table anew",
    AlterTableType.AT_SetExpression: "computes the column anew for every row",
}


def _named(relation: Any, lock: Lock, work: Work, why: str) -> Effect:
    return Effect(relation.schemaname, relation.relname, lock, work, why)


def _is_volatile(expression: Any) -> bool:
    return any(isinstance(one, ast.FuncCall) and function_name(one) not in _STABLE for one in walk(expression))


def _added_column(table: Any, command: Any) -> Iterator[Effect]:
    """ADD COLUMN: the column itself, then what each of its constraints needs."""
    column = command.def_
    kind = str(column.typeName.names[-1].sval)
    constraints = {one.contype: one for one in column.constraints or ()}
    default, generated = constraints.get(ConstrType.CONSTR_DEFAULT), constraints.get(ConstrType.CONSTR_GENERATED)
    name = column.colname
    if kind in _SERIAL or ConstrType.CONSTR_IDENTITY in constraints:
        yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.REWRITE, f"gives every row its number in {name}")
    elif generated is not None and generated.generated_kind != "v":
        yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.REWRITE, f"computes the generated column {name} for every row")
    elif default is not None and _is_volatile(default.raw_expr):
        yield _named(
            table,
            Lock.ACCESS_EXCLUSIVE,
            Work.REWRITE,
            f"computes the default of {name} for every row: its function may be volatile",
        )
    else:
        own = "" if kind in _BUILT_IN else f" (if {kind} is a domain with constraints, every row is written anew)"
        why = f"adds {name} in the catalogue only; old rows get it when read{own}"
        yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, why)
    for constraint in column.constraints or ():
        if constraint.contype == ConstrType.CONSTR_NOTNULL and (default is not None or generated is not None):
            continue  # a default that is not NULL proves it
        yield from _constraint(table, constraint, is_new=True, is_filled=default is not None or kind in _SERIAL)


def _constraint(table: Any, one: Any, *, is_new: bool = False, is_filled: bool = False) -> Iterator[Effect]:
    """A constraint that is added, by itself or with a new column, which is NULL everywhere unless it is `is_filled` by a default."""
    kind = one.contype
    if kind == ConstrType.CONSTR_FOREIGN:
        work = Work.CATALOGUE if one.skip_validation or (is_new and not is_filled) else Work.SCAN
        why = (
            "old rows are not looked at"
            if work is Work.CATALOGUE
            else "looks up every row of the table in the one that it refers to"
        )
        yield _named(table, Lock.SHARE_ROW_EXCLUSIVE, work, why)
        guard = "gets triggers that guard the reference"
        read = guard if work is Work.CATALOGUE else f"{guard}, and is read for the rows that are referred to"
        yield _named(one.pktable, Lock.SHARE_ROW_EXCLUSIVE, work, read)
    elif kind in {ConstrType.CONSTR_CHECK, ConstrType.CONSTR_NOTNULL} and not is_new:
        work = Work.CATALOGUE if one.skip_validation else Work.SCAN
        why = (
            "old rows are not looked at" if work is Work.CATALOGUE else "reads every row to see that it keeps the rule"
        )
        yield _named(table, Lock.ACCESS_EXCLUSIVE, work, why)
    elif kind in {ConstrType.CONSTR_CHECK, ConstrType.CONSTR_NOTNULL}:
        yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.SCAN, "reads every row to see that it keeps the rule")
    elif kind in {ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_UNIQUE, ConstrType.CONSTR_EXCLUSION}:
        if one.indexname:
            scan = kind == ConstrType.CONSTR_PRIMARY
            why = "makes the index its constraint" + ("; columns that may be NULL are read whole first" if scan else "")
            yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, why)
        else:
            yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.BUILD, "builds an index while nobody reads or writes")


def _partition(table: Any, command: Any) -> Iterator[Effect]:
    part = command.def_
    if command.subtype == AlterTableType.AT_AttachPartition:
        yield _named(table, Lock.SHARE_UPDATE_EXCLUSIVE, Work.CATALOGUE, "takes the partition in")
        yield _named(
            part.name,
            Lock.ACCESS_EXCLUSIVE,
            Work.SCAN,
            "is read whole, unless a valid CHECK proves that its rows belong here",
        )
    else:
        lock = Lock.SHARE_UPDATE_EXCLUSIVE if part.concurrent else Lock.ACCESS_EXCLUSIVE
        yield _named(table, lock, Work.CATALOGUE, "lets the partition go")
        yield _named(part.name, Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "becomes a table of its own")


def _retyped(table: Any, command: Any) -> Effect:
    """ALTER COLUMN … TYPE. Whether rows are written anew depends on the old type, unless USING computes them."""
    column = command.def_
    plain = column.raw_default is None and column.collClause is None
    unless = ", unless both types store the same bytes (varchar to a longer one or text)" if plain else ""
    return Effect(
        table.schemaname,
        table.relname,
        Lock.ACCESS_EXCLUSIVE,
        Work.REWRITE,
        f"writes every row anew with {command.name} in its new type{unless}",
        column=command.name if plain else None,
        new_type=str(RawStream()(column.typeName)) if plain else None,
    )


def effects_of(table: Any, command: Any) -> Iterator[Effect]:
    """What one command of an ALTER TABLE on `table` (a RangeVar) does. Anything that is not named here takes the strongest lock."""
    kind = command.subtype
    if kind == AlterTableType.AT_AddColumn:
        yield from _added_column(table, command)
    elif kind == AlterTableType.AT_AddConstraint:
        yield from _constraint(table, command.def_)
    elif kind in {
        AlterTableType.AT_AttachPartition,
        AlterTableType.AT_DetachPartition,
        AlterTableType.AT_DetachPartitionFinalize,
    }:
        yield from _partition(table, command)
    elif kind == AlterTableType.AT_SetNotNull:
        yield _named(
            table,
            Lock.ACCESS_EXCLUSIVE,
            Work.SCAN,
            "reads every row for NULLs, unless a valid CHECK proves that there are none",
        )
    elif kind == AlterTableType.AT_AlterColumnType:
        yield _retyped(table, command)
    elif kind == AlterTableType.AT_ValidateConstraint:
        yield _named(table, Lock.SHARE_UPDATE_EXCLUSIVE, Work.SCAN, "reads every row, while others read and write")
    elif kind in _REWRITES:
        yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.REWRITE, _REWRITES[kind])
    elif kind in _LIGHT:
        yield _named(
            table, Lock.SHARE_UPDATE_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue, while others read and write"
        )
    elif kind in _TRIGGERS:
        yield _named(table, Lock.SHARE_ROW_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue, while others read")
    else:
        yield _named(table, Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only")
