"""Which recommendation a change answers, and which change takes another one back. Pure."""

from collections.abc import Iterable, Iterator

import pglast
from pglast import ast
from pglast.enums import ObjectType
from pglast.parser import ParseError

from tunewright_analyzers.effects.orders import is_of, orders
from tunewright_analyzers.effects.resources import NONE, current, marks
from tunewright_analyzers.facts.effects import Change, What
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.recommendation import Action, ParameterChange, Recommendation, Scope

_OF = {
    What.INDEX_CREATED: {Action.CREATE_INDEX},
    What.INDEX_DROPPED: {Action.DROP_INDEX},
    What.SETTING: {Action.SET_PARAMETER},
    What.TABLE_OPTIONS: {Action.ALTER_TABLE, Action.SET_PARAMETER},
    What.RESOURCE: {Action.MODIFY_RESOURCE},
}


_MOVING = frozenset({
    "DBInstanceClass", "DBClusterInstanceClass", "EngineVersion", "StorageType", "Iops", "ServerlessV2ScalingConfiguration",
})  # fmt: skip
"""Fields of clusters and instances that statements feel."""


def _parsed(statements: Iterable[str]) -> Iterator[ast.Node]:
    for text in statements:
        try:
            yield from (one.stmt for one in pglast.parse_sql(text) if one.stmt is not None)
        except ParseError:
            continue


def _relation(one: ast.RangeVar | None) -> str:
    return f"{one.schemaname or 'public'}.{one.relname}" if one is not None else ""


def objects(statements: Iterable[str]) -> frozenset[tuple[What, str]]:
    """What the statements make, drop or set, by the names that a Change has. MySQL's statements give none: their subject decides."""
    return frozenset(one for node in _parsed(statements) for one in _objects(node))


def _objects(node: ast.Node) -> Iterator[tuple[What, str]]:
    if isinstance(node, ast.IndexStmt) and node.idxname:
        yield What.INDEX_CREATED, f"{(node.relation.schemaname if node.relation else None) or 'public'}.{node.idxname}"
    elif isinstance(node, ast.DropStmt) and node.removeType == ObjectType.OBJECT_INDEX:
        for name in node.objects or ():
            parts = [part.sval for part in name]
            yield What.INDEX_DROPPED, ".".join(parts[-2:] if len(parts) > 1 else ("public", *parts))
    elif isinstance(node, ast.AlterSystemStmt) and node.setstmt is not None:
        yield What.SETTING, str(node.setstmt.name)
    elif isinstance(node, ast.AlterRoleSetStmt) and node.setstmt is not None:
        role = node.role.rolename if node.role is not None else None
        yield What.SETTING, f"{node.setstmt.name} of role {role or 'any'} in {node.database or 'all databases'}"
    elif isinstance(node, ast.AlterDatabaseSetStmt) and node.setstmt is not None:
        yield What.SETTING, f"{node.setstmt.name} of role any in {node.dbname}"
    elif isinstance(node, ast.AlterTableStmt):
        yield What.TABLE_OPTIONS, _relation(node.relation)


def answers(change: Change, advice: Recommendation) -> bool:
    """Whether the change is what the recommendation asked for, under whatever name, in that database."""
    if advice.action not in _OF[change.what]:
        return False
    if change.what is What.RESOURCE:
        before, now = change.before or NONE, change.now or NONE
        return any(is_of(one, change) and one.is_met(before, now) for one in orders(advice.statements))
    if (
        change.what in {What.INDEX_CREATED, What.INDEX_DROPPED, What.TABLE_OPTIONS}
        and advice.subject.database != change.database
    ):
        return False
    if change.what is What.INDEX_CREATED and advice.subject.name == change.object:
        return True
    if (change.what, change.name) in objects(advice.statements) or any(_is(one, change) for one in advice.changes):
        return True
    return advice.subject.kind == "setting" and advice.subject.name == change.name and change.what is What.SETTING


def _is(one: ParameterChange, change: Change) -> bool:
    """Whether the parameter of a recommendation is the one that changed, in its scope: by ALTER or in a parameter group."""
    if change.what is What.TABLE_OPTIONS:
        return one.scope is Scope.TABLE and one.target in {change.name, change.name.partition(".")[2]}
    match one.scope:
        case Scope.GLOBAL:
            return change.name == one.parameter
        case Scope.ROLE:
            return change.name.startswith(f"{one.parameter} of role {one.target} in ")
        case Scope.DATABASE:
            return change.name == f"{one.parameter} of role any in {one.target}"
    return False


def touches(change: Change, advice: Recommendation) -> bool:
    """Whether the change is of a field of a cloud's resource that the recommendation speaks of, to whatever value."""
    if change.what is not What.RESOURCE or advice.action is not Action.MODIFY_RESOURCE:
        return False
    return any(is_of(one, change) for one in orders(advice.statements))


def stands(advice: Recommendation, latest: Snapshot) -> bool:
    """Whether the cloud's resources are as the recommendation's lines order; False where it orders none, or they were not read."""
    if advice.action is not Action.MODIFY_RESOURCE:
        return False
    found = marks(latest)
    wanted = [one for one in orders(advice.statements) if one.value]
    if found is None or not wanted:
        return False
    values = [(one, current(found, one.name)) for one in wanted]
    return all(value is not None and one.holds(value) for one, value in values)


def bounds(other: Change, change: Change) -> bool:
    """Whether the time in which `change` is measured ends at the other: a setting may move every statement, a table's indexes those of the table.

    So may another class, storage or release of the member that the statements run on.
    """
    return other.what is What.SETTING or moves_statements(other) or related(other, change)


def moves_statements(one: Change) -> bool:
    """Whether a change of a cloud's resource may move every statement of the members that it concerns."""
    return one.what is What.RESOURCE and one.name.rpartition(": ")[2] in _MOVING


def concerns(one: Change, member: str) -> bool:
    """Whether a change of a cloud's resource is of that member, or of the cluster that it belongs to."""
    return one.name.startswith((f"instance {member}: ", "cluster "))


def related(one: Change, other: Change) -> bool:
    """Whether both concern the same thing: the same table, the same setting, or the same field of a resource."""
    if {What.SETTING, What.RESOURCE} & {one.what, other.what}:
        return one.what is other.what and one.object == other.object
    return (one.database, one.table) == (other.database, other.table)


def undoes(later: Change, change: Change) -> bool:
    """Whether the later change takes the other back."""
    if later.at <= change.at or not related(later, change):
        return False
    if {later.what, change.what} == {What.INDEX_CREATED, What.INDEX_DROPPED}:
        return later.object == change.object
    return (
        later.what is change.what
        and (later.name if change.what is What.RESOURCE else later.object)
        == (change.name if change.what is What.RESOURCE else change.object)
        and later.now == change.before
        and later.before == change.now
    )
