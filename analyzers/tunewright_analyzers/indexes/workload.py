"""The statements that an advice is for: merged, understood, weighed, and when there are too many, folded together.

In come rows of Statements (or of a file: workload_file.py), out goes a Workload: what each asks, what can be judged and what not, and why.
Called by advice.py. Bounded: MOST_PARSED statements are parsed, MOST_STATEMENTS are asked about; what was left out is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pglast
from pglast.parser import ParseError

from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.facts.statements import Statement
from tunewright_analyzers.indexes.candidates import whole_table
from tunewright_analyzers.indexes.problem import Read, WeightedStatement
from tunewright_analyzers.indexes.whatif import PlannerOracle, PricingOracle, WhatIfError
from tunewright_analyzers.sql.access import PredicateError, Predicates
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.generic import generic_form
from tunewright_analyzers.sql.predicates import predicates

MOST_TIMES_DEARER = 10
"""Than the oracle's plan: what a logged plan may cost before the two are taken for different statements."""
MOST_PARSED = 1_500
MOST_STATEMENTS = 200
"""Statements judged, those with most execution time first; what was left out is told."""
RECURRING = 0.5
"""Share of a statement's calls that must have the same literals before an index may rest on them."""
LEAST_SHARED = 0.02
"""Share of the workload's time that the statements with the same condition must have before an index may rest on its literals: an index for one
text among hundreds is one more index to look after, whatever it saves that text."""
_JUDGED = frozenset({"select", "insert", "update", "delete", "merge"})


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A statement that the advice could not take into account, and why."""

    statement: StatementId
    database: str
    because: str


@dataclass(slots=True)
class Workload:
    """Statements of one database that can be judged, what they ask, and those that cannot; `folded`: those that another stands for."""

    statements: list[WeightedStatement] = field(default_factory=list)
    asked: list[Predicates] = field(default_factory=list)
    assigned: dict[RelationName, set[str]] = field(default_factory=dict)
    unjudged: list[Unjudged] = field(default_factory=list)
    folded: int = 0


def wanted(rows: Sequence[Statement], database: str) -> list[Statement]:
    """The database's own statements of the kinds that indexes matter to, merged."""
    return merged([one for one in rows if one.key.database == database and not one.own and one.kind in _JUDGED])


def merged(rows: Sequence[Statement]) -> list[Statement]:
    """One row a statement: the same text run by several users counts together. Most execution time first, the id decides ties."""
    found: dict[StatementId, Statement] = {}
    for row in sorted(rows, key=lambda one: (one.id, one.key.user, one.key.query_id)):
        if row.id in found:
            known = found[row.id]
            found[row.id] = Statement(
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
            found[row.id] = row
    return sorted(found.values(), key=lambda one: (-one.exec_seconds, one.id))


@dataclass(slots=True)
class _Parsed:
    row: Statement
    text: str
    asked: Predicates


def workload(
    rows: Sequence[Statement],
    database: str,
    catalogue: Catalogue,
    parents: Mapping[RelationName, RelationName],
    oracle: PlannerOracle,
    logged: Mapping[StatementId, float] | None = None,
) -> Workload:
    """What can be judged of the merged rows. Every statement that stays is one that the oracle can plan.

    `logged`: costs of the plans that the server itself ran, where it logs them: a statement whose own plan is far dearer than the
    oracle's is not what the oracle takes it for (parameters of another type, for one), so nothing is advised for it.
    """
    work = Workload()
    too_many = f"beyond the {MOST_PARSED} statements with most execution time"
    work.unjudged += [Unjudged(one.id, database, too_many) for one in rows[MOST_PARSED:]]
    parsed = _understood(rows[:MOST_PARSED], database, catalogue, work)
    recurring, shared = _recurring(parsed), _shared(parsed)
    kept = _folded(parsed, work) if len(parsed) > MOST_STATEMENTS else parsed
    too_many = f"beyond the {MOST_STATEMENTS} statements with most execution time"
    work.unjudged += [Unjudged(one.row.id, database, too_many) for one in kept[MOST_STATEMENTS:]]
    for one in kept[:MOST_STATEMENTS]:
        try:
            _plan(oracle, database, one.text)
            _doubt((logged or {}).get(one.row.id), oracle, database, one.text)
        except WhatIfError as error:
            work.unjudged.append(Unjudged(one.row.id, database, str(error)))
            continue
        for access in one.asked.accesses:
            access.filters = [
                each
                for each in access.filters
                if not each.has_constant or (one.row.id in recurring and (access.table, each.text) in shared)
            ]
        tables = frozenset(whole_table(access.table, parents) for access in one.asked.accesses)
        for access in one.asked.accesses:
            work.assigned.setdefault(whole_table(access.table, parents), set()).update(access.written)
        work.statements.append(
            WeightedStatement(
                one.row.id, database, one.text, one.row.calls, one.row.exec_seconds, tables, reads=_reads(one, parents)
            )
        )
        work.asked.append(one.asked)
    return work


def _plan(oracle: PlannerOracle, database: str, text: str) -> None:
    """Whether the oracle can plan the statement. Raises WhatIfError."""
    if isinstance(oracle, PricingOracle):
        oracle.price(database, text)
    else:
        oracle.explain(database, text)


def _doubt(cost: float | None, oracle: PlannerOracle, database: str, text: str) -> None:
    """Raise WhatIfError where the server's own plan costs so much more than the oracle's that they cannot be of one statement."""
    if cost is None:
        return
    planned = oracle.explain(database, text).root.cost.total
    if cost > MOST_TIMES_DEARER * max(planned, 1.0):
        raise WhatIfError(
            f"the plan that the server logged costs {cost:,.0f}, the generic one {planned:,.0f}: its parameters have another type, "
            "or values far from the average"
        )


def _understood(rows: Sequence[Statement], database: str, catalogue: Catalogue, work: Workload) -> list[_Parsed]:
    parsed = []
    for row in rows:
        if row.text is None:
            work.unjudged.append(Unjudged(row.id, database, row.text_missing or "its text could not be read"))
            continue
        try:
            parsed.append(_Parsed(row, row.text, predicates(generic_form(row.text), catalogue)))
        except PredicateError as error:
            work.unjudged.append(Unjudged(row.id, database, str(error)))
    return parsed


def _template(text: str) -> str:
    try:
        return str(pglast.fingerprint(text))
    except (ParseError, ValueError):
        return text


def _recurring(parsed: Sequence[_Parsed]) -> frozenset[StatementId]:
    """Statements that are most of their template's calls: their literals come again."""
    literal = [
        one for one in parsed if any(each.has_constant for access in one.asked.accesses for each in access.filters)
    ]
    templates = {one.row.id: _template(one.text) for one in literal}
    calls: dict[str, int] = {}
    for one in literal:
        calls[templates[one.row.id]] = calls.get(templates[one.row.id], 0) + max(one.row.calls, 1)
    return frozenset(one.row.id for one in literal if max(one.row.calls, 1) >= RECURRING * calls[templates[one.row.id]])


def _shared(parsed: Sequence[_Parsed]) -> frozenset[tuple[RelationName, str]]:
    """Conditions with literals that carry enough of the workload's time, by table and text."""
    seconds: dict[tuple[RelationName, str], float] = {}
    for one in parsed:
        held = {
            (access.table, each.text) for access in one.asked.accesses for each in access.filters if each.has_constant
        }
        for key in held:
            seconds[key] = seconds.get(key, 0.0) + one.row.exec_seconds
    total = sum(one.row.exec_seconds for one in parsed)
    return frozenset(key for key, spent in seconds.items() if spent >= LEAST_SHARED * total)


def _reads(one: _Parsed, parents: Mapping[RelationName, RelationName]) -> frozenset[Read]:
    found: dict[RelationName, tuple[set[str], bool]] = {}
    for access in one.asked.accesses:
        columns, whole = found.setdefault(whole_table(access.table, parents), (set(), False))
        found[whole_table(access.table, parents)] = columns | access.columns, whole or access.whole_row
    return frozenset(Read(table, frozenset(columns), whole) for table, (columns, whole) in found.items())


def _signature(asked: Predicates) -> tuple[object, ...]:
    """What decides a statement's candidates, its literals apart."""
    return tuple(
        sorted(
            (
                str(one.table),
                tuple(sorted({(each.use, str(each.key), each.alternative) for each in one.conditions})),
                tuple(map(str, one.sort)),
                one.group,
                tuple(sorted(one.columns)),
                one.whole_row,
                tuple(sorted(one.written)),
            )
            for one in asked.accesses
        )
    )


def _folded(parsed: Sequence[_Parsed], work: Workload) -> list[_Parsed]:
    """One statement for all that ask the same of the same tables: the one with most time, with the calls and time of all."""
    found: dict[tuple[object, ...], _Parsed] = {}
    for one in parsed:
        known = found.setdefault(_signature(one.asked), one)
        if known is not one:
            work.folded += 1
            calls, seconds = known.row.calls + one.row.calls, known.row.exec_seconds + one.row.exec_seconds
            known.row = replace(known.row, calls=calls, exec_seconds=seconds)
    return sorted(found.values(), key=lambda one: (-one.row.exec_seconds, one.row.id))
