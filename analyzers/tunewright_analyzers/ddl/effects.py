"""What a statement does to tables: its locks and its work. In comes SQL, out come Effects. Called by ddl.preflight."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pglast
from pglast.enums import ConstrType, ObjectType, ReindexObjectType
from pglast.parser import ParseError

from tunewright_analyzers.ddl.alter import effects_of
from tunewright_analyzers.ddl.locks import Effect, Lock, Work
from tunewright_analyzers.sql.tree import ast


class PreflightError(ValueError):
    """The text is not one statement whose effects are known; the message says why, without quoting it."""


def _on(relation: Any, lock: Lock, work: Work, why: str, *, is_index: bool = False) -> Effect:
    return Effect(relation.schemaname, relation.relname, lock, work, why, is_index)


def _dotted(parts: Sequence[Any], lock: Lock, work: Work, why: str, *, is_index: bool = False) -> Effect:
    names = [str(part.sval) for part in parts]
    return Effect(names[-2] if len(names) > 1 else None, names[-1], lock, work, why, is_index)


def _alter(node: Any) -> Iterator[Effect]:
    if node.objtype == ObjectType.OBJECT_INDEX:
        yield _on(node.relation, Lock.SHARE_UPDATE_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue", is_index=True)
        return
    for command in node.cmds:
        yield from effects_of(node.relation, command)


def _create_index(node: Any) -> Iterator[Effect]:
    if node.concurrent:
        yield _on(
            node.relation,
            Lock.SHARE_UPDATE_EXCLUSIVE,
            Work.BUILD,
            "reads the table twice and waits for older transactions, while others read and write",
        )
    else:
        yield _on(node.relation, Lock.SHARE, Work.BUILD, "builds the index while nobody writes")


def _drop(node: Any) -> Iterator[Effect]:
    strong = Lock.SHARE_UPDATE_EXCLUSIVE if node.concurrent else Lock.ACCESS_EXCLUSIVE
    for one in node.objects:
        if node.removeType == ObjectType.OBJECT_INDEX:
            why = "waits for older transactions, then removes the index" if node.concurrent else "removes the index"
            yield _dotted(one, strong, Work.CATALOGUE, why, is_index=True)
        elif node.removeType in {ObjectType.OBJECT_TRIGGER, ObjectType.OBJECT_POLICY, ObjectType.OBJECT_RULE}:
            yield _dotted(one[:-1], Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only")
        elif node.removeType in {ObjectType.OBJECT_TABLE, ObjectType.OBJECT_MATVIEW, ObjectType.OBJECT_VIEW}:
            yield _dotted(
                one,
                strong,
                Work.CATALOGUE,
                "removes it, and locks the tables that its foreign keys refer to as strongly",
            )
        else:
            raise PreflightError("this kind of DROP is not known to preflight")


def _options(node: Any, name: str) -> bool:
    return any(one.defname == name for one in node or ())


def _reindex(node: Any) -> Iterator[Effect]:
    if node.relation is None:
        raise PreflightError("REINDEX of a schema or database takes every table's locks: look at one table")
    concurrent = _options(node.params, "concurrently")
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if concurrent else Lock.SHARE
    why = (
        "builds anew beside the old, while others read and write"
        if concurrent
        else ("builds anew while nobody writes; reads that would use the index wait too (ACCESS EXCLUSIVE on it)")
    )
    yield _on(node.relation, lock, Work.BUILD, why, is_index=node.kind == ReindexObjectType.REINDEX_OBJECT_INDEX)


def _vacuum(node: Any) -> Iterator[Effect]:
    full = node.is_vacuumcmd and _options(node.options, "full")
    for one in node.rels or ():
        if full:
            yield _on(one.relation, Lock.ACCESS_EXCLUSIVE, Work.REWRITE, "writes the table and its indexes anew")
        else:
            yield _on(
                one.relation, Lock.SHARE_UPDATE_EXCLUSIVE, Work.SCAN, "reads the table, while others read and write"
            )


def _rename(node: Any) -> Iterator[Effect]:
    if node.relation is None:
        raise PreflightError("this kind of RENAME is not known to preflight")
    is_index = node.renameType == ObjectType.OBJECT_INDEX
    lock = Lock.SHARE_UPDATE_EXCLUSIVE if is_index else Lock.ACCESS_EXCLUSIVE
    yield _on(node.relation, lock, Work.CATALOGUE, "changes the catalogue only", is_index=is_index)


def _refresh(node: Any) -> Iterator[Effect]:
    lock = Lock.EXCLUSIVE if node.concurrent else Lock.ACCESS_EXCLUSIVE
    why = "compares old and new rows, while others read" if node.concurrent else "writes the view's rows anew"
    yield _on(node.relation, lock, Work.REWRITE, why)


def _create_table(node: Any) -> Iterator[Effect]:
    parts = [*(node.tableElts or ()), *(node.constraints or ())]
    for one in parts:
        for constraint in (one, *(getattr(one, "constraints", None) or ())):
            if isinstance(constraint, ast.Constraint) and constraint.contype == ConstrType.CONSTR_FOREIGN:
                yield _on(
                    constraint.pktable,
                    Lock.SHARE_ROW_EXCLUSIVE,
                    Work.CATALOGUE,
                    "gets triggers that guard the reference",
                )


def _lock_table(node: Any) -> Iterator[Effect]:
    for one in node.relations:
        yield _on(one, list(Lock)[node.mode - 1], Work.CATALOGUE, "holds it until the transaction ends")


def _simple(lock: Lock, work: Work, why: str, attribute: str = "relation") -> Callable[[Any], Iterator[Effect]]:
    def effects(node: Any) -> Iterator[Effect]:
        relation = getattr(node, attribute)
        for one in relation if isinstance(relation, tuple) else (relation,):
            if one is None:
                raise PreflightError("it names no table")
            yield _on(one, lock, work, why)

    return effects


def _comment(node: Any) -> Iterator[Effect]:
    if node.objtype not in {ObjectType.OBJECT_TABLE, ObjectType.OBJECT_COLUMN}:
        raise PreflightError("a comment on this kind of object locks no table")
    parts = node.object[:-1] if node.objtype == ObjectType.OBJECT_COLUMN else node.object
    yield _dotted(parts, Lock.SHARE_UPDATE_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only")


_KINDS: dict[str, Callable[[Any], Iterator[Effect]]] = {
    "AlterTableStmt": _alter,
    "IndexStmt": _create_index,
    "DropStmt": _drop,
    "ReindexStmt": _reindex,
    "VacuumStmt": _vacuum,
    "RenameStmt": _rename,
    "RefreshMatViewStmt": _refresh,
    "CreateStmt": _create_table,
    "LockStmt": _lock_table,
    "CommentStmt": _comment,
    "TruncateStmt": _simple(Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "gives the table new, empty files", "relations"),
    "ClusterStmt": _simple(Lock.ACCESS_EXCLUSIVE, Work.REWRITE, "writes the table and its indexes anew, in order"),
    "CreateTrigStmt": _simple(Lock.SHARE_ROW_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue, while others read"),
    "CreatePolicyStmt": _simple(Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only", "table"),
    "AlterPolicyStmt": _simple(Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only", "table"),
    "RuleStmt": _simple(Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only"),
    "CreateStatsStmt": _simple(
        Lock.SHARE_UPDATE_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue; ANALYZE fills it", "relations"
    ),
    "AlterObjectSchemaStmt": _simple(Lock.ACCESS_EXCLUSIVE, Work.CATALOGUE, "changes the catalogue only"),
}


def parsed_ddl(text: str) -> Any:
    """The tree of one statement. Raises PreflightError."""
    try:
        statements = pglast.parse_sql(text)
    except ParseError as error:
        raise PreflightError("it is not SQL that PostgreSQL can parse") from error
    if len(statements) != 1:
        raise PreflightError(f"one statement is wanted, {len(statements)} are given: look at them one by one")
    return statements[0].stmt


def effects(tree: Any) -> tuple[Effect, ...]:
    """What a statement does, in the order in which it does it. Raises PreflightError where we do not know the statement."""
    make = _KINDS.get(type(tree).__name__)
    if make is None:
        raise PreflightError("only statements that change or lock tables and indexes are known to preflight")
    return tuple(make(tree))
