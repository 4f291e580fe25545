"""From a window and an oracle to index advice: which statements, which candidates, which choice, with the proof of each.

Called by the agent (pipeline, `once`, demo) where an oracle is at hand; the Section it returns is judged by checks/indexes/missing.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import Index, Indexes, RelationName, Table, Tables
from tunewright_analyzers.facts.snapshot import Section, Window
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.indexes.candidates import candidates
from tunewright_analyzers.indexes.exact import exact
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.problem import Choice, Chooser, Limits, Problem, Progress, Rejected, WeightedStatement
from tunewright_analyzers.indexes.select import new_ones
from tunewright_analyzers.indexes.whatif import BatchOracle, HypotheticalIndex, PlannerOracle, WhatIfError
from tunewright_analyzers.indexes.write_cost import WriteCost, write_cost
from tunewright_analyzers.sql.generic import generic_form
from tunewright_analyzers.sql.predicates import Catalogue, PredicateError, Predicates, predicates

MOST_STATEMENTS = 200
"""Statements judged, those with most execution time first; what was left out is told."""
_JUDGED = frozenset({"select", "insert", "update", "delete", "merge"})


class AdviceError(Exception):
    """No advice can be given at all; the message says which facts are missing."""


@dataclass(frozen=True, slots=True)
class StatementGain:
    """One statement under the advice: planner cost of one call before and after (all advised indexes together)."""

    statement: StatementId
    text: str
    calls: int
    seconds: float
    cost_before: float
    cost_after: float

    @property
    def ratio(self) -> float:
        """Share of its cost that is saved, 0 to 1."""
        return 1 - self.cost_after / self.cost_before if self.cost_before > 0 else 0.0


@dataclass(frozen=True, slots=True)
class AdvisedIndex:
    """One index to create. `gains`: the statements that use it; `gain_ratio`: the share of the database's statement load it saves,
    by planner cost; `alternatives`: the next best that were not chosen."""

    index: HypotheticalIndex
    size_bytes: int
    gains: tuple[StatementGain, ...]
    gain_ratio: float
    write: WriteCost
    alternatives: tuple[Rejected, ...] = ()
    is_partitioned: bool = False


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A statement that the advice could not take into account, and why."""

    statement: StatementId
    database: str
    because: str


@dataclass(frozen=True, slots=True)
class IndexAdvice(Section):
    """The advice for all databases. `oracle`: who planned; `calls`: EXPLAINs that were sent; `judged`: statements taken into account;
    `without`: what the oracle had to do without."""

    name: ClassVar[str] = "index_advice"
    rows: tuple[AdvisedIndex, ...]
    unjudged: tuple[Unjudged, ...] = ()
    oracle: str = ""
    calls: int = 0
    judged: int = 0
    without: tuple[str, ...] = field(default=())


@dataclass(slots=True)
class _Facts:
    """What one database's advice is made from."""

    database: str
    catalogue: Catalogue
    tables: dict[RelationName, Table]
    indexes: tuple[Index, ...]
    table_seconds: float
    parents: dict[RelationName, RelationName]
    known: Known


def _facts(window: Window, database: str) -> _Facts:
    schema, tables, indexes = window.section(Schema), window.section(Tables), window.section(Indexes)
    missing = [kind.name for kind, found in ((Schema, schema), (Tables, tables), (Indexes, indexes)) if found is None]
    if schema is None or tables is None or indexes is None:
        raise AdviceError(f"index advice needs {', '.join(missing)}, which could not be read")
    rows = {one.name: one for one in tables.rows if one.name.database == database}
    return _Facts(
        database,
        Catalogue.of(schema, database),
        rows,
        tuple(one for one in indexes.rows if one.table.database == database),
        tables.period.seconds,
        {one.name: one.parent for one in rows.values() if one.parent is not None},
        Known.of(window, database),
    )


def _whole(table: RelationName, parents: Mapping[RelationName, RelationName]) -> RelationName:
    while table in parents:
        table = parents[table]
    return table


@dataclass(slots=True)
class _Workload:
    """Statements of one database that can be judged, what they ask, and those that cannot."""

    statements: list[WeightedStatement] = field(default_factory=list)
    asked: list[Predicates] = field(default_factory=list)
    assigned: dict[RelationName, set[str]] = field(default_factory=dict)
    unjudged: list[Unjudged] = field(default_factory=list)


def _workload(rows: Sequence[Statement], facts: _Facts, oracle: PlannerOracle) -> _Workload:
    work = _Workload()
    for row in _merged(rows):
        if row.text is None:
            work.unjudged.append(Unjudged(row.id, facts.database, row.text_missing or "its text could not be read"))
            continue
        try:
            found = predicates(generic_form(row.text), facts.catalogue)
            oracle.explain(facts.database, row.text)
        except (PredicateError, WhatIfError) as error:
            work.unjudged.append(Unjudged(row.id, facts.database, str(error)))
            continue
        tables = frozenset(_whole(access.table, facts.parents) for access in found.accesses)
        for access in found.accesses:
            work.assigned.setdefault(_whole(access.table, facts.parents), set()).update(access.written)
        work.statements.append(WeightedStatement(row.id, facts.database, row.text, row.calls, row.exec_seconds, tables))
        work.asked.append(found)
    return work


def _merged(rows: Sequence[Statement]) -> list[Statement]:
    """One row a statement: the same text run by several users counts together. Most execution time first, the id decides ties."""
    merged: dict[StatementId, Statement] = {}
    for row in sorted(rows, key=lambda one: (one.id, one.key.user, one.key.query_id)):
        if row.id in merged:
            known = merged[row.id]
            merged[row.id] = Statement(
                known.key,
                row.id,
                known.text or row.text,
                row.kind,
                known.calls + row.calls,
                known.exec_seconds + row.exec_seconds,
                known.rows + row.rows,
                text_missing=row.text_missing,
            )
        else:
            merged[row.id] = row
    return sorted(merged.values(), key=lambda one: (-one.exec_seconds, one.id))


def _problem(work: _Workload, facts: _Facts, oracle: PlannerOracle, limits: Limits, seconds: float) -> Problem:
    made = [candidates(found, facts.parents, facts.known) for found in work.asked]
    fresh = _possible(new_ones([index for one in made for index in one], facts.indexes), facts.database, oracle)
    pool = frozenset(fresh)
    statements = tuple(
        replace(one, candidates=pool & frozenset(own)) for one, own in zip(work.statements, made, strict=True)
    )
    rates = {index: _writes(index, facts, work).cost for index in fresh}
    model = partial(_write_rate, facts=facts, work=work)
    return Problem(statements, fresh, oracle, limits, rates, seconds, model)


def _possible(
    wanted: Sequence[HypotheticalIndex], database: str, oracle: PlannerOracle
) -> tuple[HypotheticalIndex, ...]:
    """Those that can exist: no such operator class, an expression that is not immutable are no index."""
    if isinstance(oracle, BatchOracle):
        refused = oracle.make_all(database, wanted)
        return tuple(one for one in wanted if one not in refused)
    fresh = []
    for index in wanted:
        try:
            oracle.size_bytes(database, index)
        except WhatIfError:
            continue
        fresh.append(index)
    return tuple(fresh)


def _write_rate(index: HypotheticalIndex, facts: _Facts, work: _Workload) -> float:
    return _writes(index, facts, work).cost


def _writes(index: HypotheticalIndex, facts: _Facts, work: _Workload) -> WriteCost:
    parts = [
        one for name, one in facts.tables.items() if _whole(name, facts.parents) == index.table and one.kind != "p"
    ]
    return write_cost(index, parts, facts.table_seconds, facts.indexes, work.assigned.get(index.table, ()))


def _advised(problem: Problem, choice: Choice, facts: _Facts, work: _Workload) -> list[AdvisedIndex]:
    everything = frozenset(choice.chosen)
    total = sum(one.seconds for one in problem.statements)
    rows = []
    for index in choice.chosen:
        gains, saved = [], 0.0
        for one in problem.statements:
            if index not in problem.used(one, everything):
                continue
            before, after = problem.cost(one), problem.cost(one, everything)
            gains.append(StatementGain(one.id, one.text, one.calls, one.seconds, before, after))
            saved += problem.load(one, problem.cost(one, everything - {index})) - problem.load(one, after)
        gains.sort(key=lambda one: (-one.seconds * one.ratio, one.statement))
        others = tuple(one for one in choice.rejected if one.index.table == index.table)[:3]
        table = facts.tables.get(index.table)
        rows.append(
            AdvisedIndex(
                index,
                problem.size_bytes(index),
                tuple(gains),
                saved / total if total > 0 else 0.0,
                _writes(index, facts, work),
                others,
                table is not None and table.kind == "p",
            )
        )
    return [one for one in rows if one.gains]


def advise(
    window: Window,
    oracle: PlannerOracle,
    databases: Sequence[str],
    *,
    limits: Limits | None = None,
    choose: Chooser = exact,
    without: Sequence[str] = (),
    progress: Progress | None = None,
) -> IndexAdvice:
    """Advice for the statements of `databases` in the window.

    `choose` is the solver; `without` is passed on to the reader. A statement that the oracle cannot plan is named in `unjudged` and costs
    no other its advice. Raises AdviceError where Statements, Schema, Tables or Indexes are missing, WhatIfError where the oracle fails.
    """
    statements = window.section(Statements)
    if statements is None:
        raise AdviceError("index advice needs statements, which could not be read")
    rows: list[AdvisedIndex] = []
    unjudged: list[Unjudged] = []
    before, judged = oracle.calls, 0
    for at, database in enumerate(sorted(databases)):
        facts = _facts(window, database)
        wanted = [
            one for one in statements.rows if one.key.database == database and not one.own and one.kind in _JUDGED
        ]
        ordered = _merged(wanted)
        too_many = f"beyond the {MOST_STATEMENTS} statements with most execution time"
        unjudged += [Unjudged(one.id, database, too_many) for one in ordered[MOST_STATEMENTS:]]
        work = _workload(ordered[:MOST_STATEMENTS], facts, oracle)
        unjudged += work.unjudged
        judged += len(work.statements)
        problem = _problem(work, facts, oracle, limits or Limits(), statements.period.seconds)
        rows += _advised(problem, choose(problem), facts, work)
        if progress is not None:
            progress(at + 1, len(databases))
    rows.sort(key=lambda one: (-one.gain_ratio, str(one.index)))
    return IndexAdvice(tuple(rows), tuple(unjudged), oracle.name, oracle.calls - before, judged, tuple(without))
