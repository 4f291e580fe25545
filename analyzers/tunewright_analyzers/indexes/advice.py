"""From a window and an oracle to index advice: which statements, which candidates, which choice, with the proof of each.

Called by the agent (pipeline, `once`, `advise indexes`, demo) where an oracle is at hand; the Section it returns is judged by
checks/indexes/missing.py.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar

from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.constants import SampledConstants
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.plans import PlanOrigin, Plans
from tunewright_analyzers.facts.relations import Index, Indexes, RelationName, Table, Tables
from tunewright_analyzers.facts.snapshot import Section, Window
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.indexes.calibration import Calibration, calibrated
from tunewright_analyzers.indexes.candidates import candidates, whole_table
from tunewright_analyzers.indexes.drops import Drop, drops, replaced
from tunewright_analyzers.indexes.exact import exact
from tunewright_analyzers.indexes.explain import plan_change, risk_of
from tunewright_analyzers.indexes.foreign_keys import referential_checks
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.problem import (
    Choice,
    Chooser,
    Configuration,
    Limits,
    ParetoPoint,
    Problem,
    Progress,
    Rejected,
)
from tunewright_analyzers.indexes.recurring import with_recurring
from tunewright_analyzers.indexes.select import new_ones
from tunewright_analyzers.indexes.whatif import BatchOracle, HypotheticalIndex, PlannerOracle, WhatIfError
from tunewright_analyzers.indexes.workload import Unjudged, Workload, wanted, workload
from tunewright_analyzers.indexes.worth import Price, Saved, saved
from tunewright_analyzers.indexes.write_cost import WriteCost, write_cost
from tunewright_analyzers.indexes.writes import counted_from
from tunewright_analyzers.sql.catalogue import Catalogue

__all__ = ["AdviceError", "AdvisedIndex", "IndexAdvice", "StatementGain", "Unjudged", "advise"]

_ALTERNATIVES = 3
_PLANS = 3
"""Statements of an index whose plans are compared, those that gain most."""


class AdviceError(Exception):
    """No advice can be given at all; the message says which facts are missing."""


@dataclass(frozen=True, slots=True)
class StatementGain:
    """One statement under the advice: planner cost of one call before and after (all advised indexes together).

    `seconds`: its measured time over the window; `seconds_after`: expected, lowest and highest time under the advice, by the calibration
    (None without one); `plan_change`: how it reads each table, before and after; `fetched`: PlanChange.fetched.
    """

    statement: StatementId
    text: str
    calls: int
    seconds: float
    cost_before: float
    cost_after: float
    seconds_after: tuple[float, float, float] | None = None
    plan_change: str = ""
    fetched: float = 0.0

    @property
    def ratio(self) -> float:
        """Share of its cost that is saved, 0 to 1."""
        return 1 - self.cost_after / self.cost_before if self.cost_before > 0 else 0.0


@dataclass(frozen=True, slots=True)
class AdvisedIndex:
    """One index to create. `gains`: the statements that use it; `gain_ratio`: the share of the database's statement load it saves,
    by planner cost; `alternatives`: the next best that were not chosen; `risk`: what may go otherwise than expected, for this one; `saved`:
    the time that its statements save, together with the other indexes that they use."""

    index: HypotheticalIndex
    size_bytes: int
    gains: tuple[StatementGain, ...]
    gain_ratio: float
    write: WriteCost
    alternatives: tuple[Rejected, ...] = ()
    is_partitioned: bool = False
    risk: str = ""
    saved: Saved | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What another planner says of an advised index: costs by calls over `statements` statements, with and without the advice.

    `because`: why it was not asked about some of them.
    """

    index: HypotheticalIndex
    oracle: str
    statements: int
    cost_before: float
    cost_after: float
    because: str | None = None


@dataclass(frozen=True, slots=True)
class IndexAdvice(Section):
    """The advice for all databases. `oracle`: who planned; `calls`: EXPLAINs that were sent; `judged`: statements taken into account;
    `without`: what the oracle had to do without; `confirmations`: what a second oracle says of the same indexes."""

    name: ClassVar[str] = "index_advice"
    rows: tuple[AdvisedIndex, ...]
    unjudged: tuple[Unjudged, ...] = ()
    oracle: str = ""
    calls: int = 0
    judged: int = 0
    drops: tuple[Drop, ...] = ()
    """Existing indexes that the advised ones make needless."""
    line: tuple[ParetoPoint, ...] = ()
    """Benefit against size, of the database with most load."""
    load_ratio: float = 1.0
    """Of today's load what is left under the advice, by planner cost, over all judged statements."""
    folded: int = 0
    """Statements that another one with the same needs stands for."""
    calibration: Calibration | None = None
    is_complete: bool = True
    """False where it was interrupted: the best that was known then."""
    without: tuple[str, ...] = field(default=())
    confirmations: tuple[Confirmation, ...] = ()
    saved: Saved | None = None
    """Seconds of execution an hour under the whole advice, where the statements' own times calibrate them."""
    price: Price | None = None
    """What the instance costs, where the user says so."""


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
    schema: Schema
    keep: frozenset[str]


def _facts(window: Window, database: str, keep: Collection[str]) -> _Facts:
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
        schema,
        frozenset(keep),
    )


def _problem(
    work: Workload, facts: _Facts, oracle: PlannerOracle, limits: Limits, seconds: float, only: Collection[str]
) -> Problem:
    made = [candidates(found, facts.parents, facts.known) for found in work.asked]
    asked = [index for one in made for index in one if not only or {index.table.name, str(index.table)} & set(only)]
    fresh = _possible(new_ones(asked, facts.indexes), facts.database, oracle)
    pool = frozenset(fresh)
    statements = tuple(
        replace(one, candidates=pool & frozenset(own)) for one, own in zip(work.statements, made, strict=True)
    )
    model = partial(_write_rate, facts=facts, work=work)
    return Problem(
        statements, fresh, oracle, limits, {index: model(index) for index in fresh}, seconds, model, facts.indexes
    )


def _possible(
    asked: Sequence[HypotheticalIndex], database: str, oracle: PlannerOracle
) -> tuple[HypotheticalIndex, ...]:
    """Those that can exist: no such operator class, an expression that is not immutable are no index."""
    if isinstance(oracle, BatchOracle):
        refused = oracle.make_all(database, asked)
        return tuple(one for one in asked if one not in refused)
    fresh = []
    for index in asked:
        try:
            oracle.size_bytes(database, index)
        except WhatIfError:
            continue
        fresh.append(index)
    return tuple(fresh)


def _write_rate(index: HypotheticalIndex, facts: _Facts, work: Workload) -> float:
    """Cost units a second that its writes cost, less those of the indexes that it would replace."""
    own = _writes(index, facts, work).cost
    for one in replaced(index, facts.indexes, facts.keep):
        freed = HypotheticalIndex(one.table, one.keys, one.included, one.predicate, one.method)
        own -= _writes(freed, facts, work).cost
    return max(own, 0.0)


def _writes(index: HypotheticalIndex, facts: _Facts, work: Workload) -> WriteCost:
    parts = [
        one for name, one in facts.tables.items() if whole_table(name, facts.parents) == index.table and one.kind != "p"
    ]
    return write_cost(index, parts, facts.table_seconds, facts.indexes, work.assigned.get(index.table, ()))


def _advised(
    problem: Problem, choice: Choice, facts: _Facts, work: Workload, calibration: Calibration | None
) -> list[AdvisedIndex]:
    everything = frozenset(choice.chosen)
    total = sum(one.seconds for one in problem.statements)
    rows = []
    for index in choice.chosen:
        gains, spared = [], 0.0
        for one in problem.statements:
            if index not in problem.used(one, everything):
                continue
            before, after = problem.cost(one), problem.cost(one, everything)
            seconds = calibration.seconds_after(one.seconds, before, after) if calibration else None
            gains.append(StatementGain(one.id, one.text, one.calls, one.seconds, before, after, seconds))
            spared += problem.load(one, problem.cost(one, everything - {index})) - problem.load(one, after)
        gains.sort(key=lambda one: (-one.seconds * one.ratio, one.statement))
        gains = [_with_plans(gain, problem, everything) for gain in gains[:_PLANS]] + gains[_PLANS:]
        helped = {one.statement for one in gains}
        others = [
            one
            for one in choice.rejected
            if one.index.table == index.table and (not one.statements or helped & set(one.statements))
        ]
        table = facts.tables.get(index.table)
        rows.append(
            AdvisedIndex(
                index,
                problem.size_bytes(index),
                tuple(gains),
                spared / total if total > 0 else 0.0,
                _writes(index, facts, work),
                tuple(others[:_ALTERNATIVES]),
                table is not None and table.kind == "p",
                risk_of(index, table, max((one.fetched for one in gains), default=0.0)),
                saved(((one.seconds, one.seconds_after) for one in gains), problem.window_seconds),
            )
        )
    return [one for one in rows if one.gains]


def _with_plans(gain: StatementGain, problem: Problem, chosen: Configuration) -> StatementGain:
    """With how its plan changes; without, once the choice was interrupted."""
    one = next(one for one in problem.statements if one.id == gain.statement)
    if problem.frozen:
        return gain
    change = plan_change(problem.oracle, one, problem.relevant(one, chosen))
    return replace(gain, plan_change=change.text, fetched=change.fetched)


@dataclass(slots=True)
class _Sum:
    """The advice of all databases in the making."""

    rows: list[AdvisedIndex] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    line: tuple[ParetoPoint, ...] = ()
    line_seconds: float = -1.0
    judged: int = 0
    folded: int = 0
    before: float = 0.0
    after: float = 0.0
    calibration: Calibration | None = None
    is_complete: bool = True
    times: list[tuple[float, tuple[float, float, float] | None]] = field(default_factory=list)

    def add(self, problem: Problem, choice: Choice, facts: _Facts, work: Workload, measured: bool) -> None:
        """Take in the answer for one database."""
        self.unjudged += work.unjudged
        self.judged += len(work.statements)
        self.folded += work.folded
        seconds = sum(one.seconds for one in problem.statements)
        pairs = [(problem.cost(one), one.seconds / one.calls) for one in problem.statements if one.calls]
        calibration = calibrated(pairs) if measured else None
        self.rows += _advised(problem, choice, facts, work, calibration)
        self.drops += drops(problem, choice.chosen, facts.indexes, facts.keep)
        if calibration is not None:
            costs = [(one.seconds, problem.cost(one), problem.cost(one, choice.chosen)) for one in problem.statements]
            self.times += [(spent, calibration.seconds_after(spent, cost, then)) for spent, cost, then in costs]
        self.before += seconds
        self.after += sum(problem.load(one, problem.cost(one, choice.chosen)) for one in problem.statements)
        self.is_complete = self.is_complete and choice.is_complete
        if seconds > self.line_seconds:
            self.line, self.line_seconds, self.calibration = choice.line, seconds, calibration


def logged_costs(window: Window, database: str) -> dict[StatementId, float]:
    """Costs of the newest plans that the server logged of this database's statements."""
    plans = window.section(Plans)
    logged = [one for one in plans.rows if one.origin is PlanOrigin.AUTO_EXPLAIN] if plans else []
    ordered = sorted((one for one in logged if one.database in {database, ""}), key=lambda one: one.taken_at)
    return {one.statement_id: one.plan.root.cost.total for one in ordered}


def advise(
    window: Window,
    oracle: PlannerOracle,
    databases: Sequence[str],
    *,
    limits: Limits | None = None,
    choose: Chooser | None = None,
    without: Sequence[str] = (),
    progress: Progress | None = None,
    tables: Collection[str] = (),
    keep: Collection[str] = (),
    writes_from_statements: bool = False,
    times_are_measured: bool = True,
    price: Price | None = None,
    enough: Callable[[], bool] | None = None,
) -> IndexAdvice:
    """Advice for the statements of `databases` in the window.

    `choose` is the solver (exact.exact unless given); `without` is passed on to the reader; `tables`: only indexes on these (names, with or
    without schema); `keep`: existing indexes never to be dropped; `writes_from_statements`: the workload did not run on the server, so that
    what it writes is told by its own statements and not by the server's counters; `times_are_measured`: False where the statements' times
    are made of planner costs, which then say nothing of seconds; `price`: what the instance costs, for gains in money; `enough`: whether the
    time is over.

    Constants that recur in samples (SampledConstants) stand in the statements that are judged. A statement that the oracle cannot plan is
    named in `unjudged` and costs no other its advice. Interrupted (KeyboardInterrupt) while it chooses, or when
    the time is over, it answers with the best so far.
    Raises AdviceError where Statements, Schema, Tables or Indexes are missing, WhatIfError where the oracle fails.
    """
    statements = window.section(Statements)
    if statements is None:
        raise AdviceError("index advice needs statements, which could not be read")
    total, before = _Sum(), oracle.calls
    for database in sorted(databases):
        facts = _facts(window, database, keep)
        rows = with_recurring(wanted(statements.rows, database), database, window.section(SampledConstants))
        work = workload(rows, database, facts.catalogue, facts.parents, oracle, logged_costs(window, database))
        if writes_from_statements:
            facts.tables = counted_from(work, facts.tables, facts.indexes, oracle)
            facts.table_seconds = statements.period.seconds
        referential_checks(
            work,
            facts.schema,
            facts.tables,
            facts.indexes,
            oracle,
            facts.database,
            facts.table_seconds,
            statements.period.seconds,
        )
        problem = _problem(work, facts, oracle, limits or Limits(), statements.period.seconds, tables)
        if enough is not None:
            problem.enough = enough
        choice = choose(problem) if choose is not None else exact(problem, progress)
        total.add(problem, choice, facts, work, times_are_measured)
    total.rows.sort(key=lambda one: (-one.gain_ratio, str(one.index)))
    return IndexAdvice(
        tuple(total.rows),
        tuple(total.unjudged),
        oracle.name,
        oracle.calls - before,
        total.judged,
        tuple(total.drops),
        total.line,
        total.after / total.before if total.before > 0 else 1.0,
        total.folded,
        total.calibration,
        total.is_complete,
        tuple(without),
        saved=saved(total.times, statements.period.seconds),
        price=price,
    )
