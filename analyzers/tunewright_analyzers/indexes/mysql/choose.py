"""Which indexes the digests want, by the model: candidates of each statement, chosen one after another by what each spares of all.

In come Facts, out goes Advice of rung 1. Called by `tunewright advise indexes` and the analyst's pass; the agent then verifies the proposals
on the higher rungs.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tunewright_analyzers.facts.columns import ColumnStatistics
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.candidates import covering, key_lists
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.mysql.facts import (
    Advice,
    DigestStatement,
    Facts,
    Helped,
    Proposal,
    TableFacts,
    Unjudged,
)
from tunewright_analyzers.indexes.mysql.model import Keys, Model
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.access import PredicateError, Predicates, Use
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.mysql.predicates import predicates

_UNINDEXABLE = frozenset(
    {
        "tinytext",
        "text",
        "mediumtext",
        "longtext",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob",
        "json",
        "geometry",
        "point",
        "polygon",
    }
)
"""Types that need a prefix length or cannot stand in a B-tree."""
_PAGE = 16_384
_ENTRY_OVERHEAD_BYTES = 15
_KEY_BYTES = 12
"""An entry's header and pointers, and a key column on average: the size is an estimate, and said to be one."""
WRITE_ROWS = 3.0
"""What one row written costs an index, in rows touched: its search, its entry, its redo."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is worth proposing."""

    least_gain_ratio: float = 0.01
    """Of all rows touched by the judged digests."""
    least_statement_ratio: float = 0.3
    """Of the rows that one of its statements touches."""
    most: int = 12
    most_per_table: int | None = None
    budget_bytes: int | None = None
    """Of all new indexes together, by the estimate of their sizes."""


@dataclass(frozen=True, slots=True)
class _Asked:
    statement: DigestStatement
    found: Predicates


def _catalogue(facts: Facts) -> Catalogue:
    columns = {(one.name.schema, one.name.name): one.columns for one in facts.tables}
    return _AnyDatabase("", columns)


class _AnyDatabase(Catalogue):
    """In MySQL a schema is a database, and a statement may read several."""

    def find(self, schema: str | None, name: str) -> RelationName | None:
        """The table of that schema."""
        found = super().find(schema, name)
        return None if found is None or schema is None else RelationName(schema, schema, name)


def _known(facts: Facts) -> Known:
    """Statistics in the form that the candidates ask for."""
    statistics = {
        (one.name, key[0]): ColumnStatistics(one.name, key[0], 0.0, value, 0, None)
        for one in facts.tables
        for key, value in one.distinct.items()
        if len(key) == 1
    }
    rows = {one.name: one.rows for one in facts.tables}
    pages = {one.name: max(1, one.data_bytes // _PAGE) for one in facts.tables}
    types = {(one.name, column): kind for one in facts.tables for column, kind in one.types.items()}
    return Known(types, statistics, rows, pages)


def _columns(index: HypotheticalIndex) -> Keys:
    return tuple(key.column or "" for key in index.keys)


def _possible(index: HypotheticalIndex, table: TableFacts) -> bool:
    """Whether it can be made and nothing like it is there: an existing visible index that begins with the same columns serves as well."""
    keys = _columns(index)
    if index.included or not all(keys) or any(table.types.get(one, "").lower() in _UNINDEXABLE for one in keys):
        return False
    if keys == table.key[: len(keys)]:
        return False
    return not any(one.is_valid and one.columns[: len(keys)] == keys for one in table.indexes)


def _candidates(found: Predicates, tables: Mapping[RelationName, TableFacts], known: Known) -> set[HypotheticalIndex]:
    made: set[HypotheticalIndex] = set()
    for access in found.accesses:
        table = tables.get(access.table)
        if table is None or known.pages.get(access.table, 0) < 8:
            continue
        for keys in key_lists(access, known):
            plain = HypotheticalIndex(access.table, _ascending(keys))
            wider = [_without_key(one, plain, table) for one in covering(plain, access) if not one.included]
            made.update(one for one in (plain, *wider) if _possible(one, table))
    return made


def _without_key(wider: HypotheticalIndex, plain: HypotheticalIndex, table: TableFacts) -> HypotheticalIndex:
    """The covering index without the primary key's columns behind its keys: InnoDB puts them there by itself."""
    tail = tuple(key for key in wider.keys[len(plain.keys) :] if key.column not in table.key)
    return HypotheticalIndex(plain.table, (*plain.keys, *tail))


def _ascending(keys: Sequence[IndexColumn]) -> tuple[IndexColumn, ...]:
    """One direction for all: MySQL reads an index backwards, and MariaDB before 10.8 knows no descending keys."""
    return tuple(IndexColumn(one.column, one.expression) for one in keys)


def _size(index: HypotheticalIndex, table: TableFacts) -> int:
    return int(table.rows * (_ENTRY_OVERHEAD_BYTES + _KEY_BYTES * (len(index.keys) + len(table.key))) / 0.69)


_AGGREGATES = re.compile(
    r"\b(?:count|sum|avg|min|max|group_concat|json_arrayagg|distinct|union|limit|having)\b", re.IGNORECASE
)
_VALUES = frozenset({Use.EQUAL})


def learned(asked: Sequence["_Asked"], tables: Mapping[RelationName, TableFacts]) -> dict[RelationName, TableFacts]:
    """The tables, with distinct values that no index or histogram tells but the digests do.

    A SELECT of one table that compares columns for equality alone, without aggregate or LIMIT, sends as many rows a call as match: rows of the
    table by rows sent is the number of different values of those columns.
    """
    found = dict(tables)
    for one in asked:
        if (
            len(one.found.accesses) != 1
            or not one.statement.calls
            or not one.statement.rows_known
            or _AGGREGATES.search(one.statement.text)
        ):
            continue
        access = one.found.accesses[0]
        table = found.get(access.table)
        if table is None or access.is_target or access.group or not access.conditions:
            continue
        if any(each.use not in _VALUES or each.alternative for each in access.conditions):
            continue
        columns = tuple(dict.fromkeys(each.key.column or "" for each in access.conditions))
        if any(set(key) == set(columns) for key in table.distinct):
            continue
        matched = max(1.0, one.statement.rows_sent / one.statement.calls)
        found[access.table] = replace(table, distinct={**table.distinct, columns: max(1.0, table.rows / matched)})
    return found


class _Choice:
    """The state of the choice: costs of each statement under what is chosen so far."""

    def __init__(self, model: Model, asked: Sequence[_Asked]) -> None:
        self.model = model
        self.asked = asked
        self.chosen: list[HypotheticalIndex] = []
        self.costs = [model.cost(one.found, ()) for one in asked]
        self.total = sum(cost * one.statement.calls for cost, one in zip(self.costs, asked, strict=True))
        self.written: dict[HypotheticalIndex, float] = {}

    def under(self, more: Sequence[HypotheticalIndex], at: int) -> float:
        """Rows touched by one call of statement `at` with `more` beside what is chosen."""
        added = [(index.table, _columns(index)) for index in (*self.chosen, *more)]
        return self.model.cost(self.asked[at].found, added)

    def writes(self, index: HypotheticalIndex) -> float:
        """Rows that the digests' writes would have to write into the index."""
        if index not in self.written:
            columns = set(_columns(index))
            self.written[index] = sum(
                float(one.statement.rows_affected)
                for one in self.asked
                for access in one.found.accesses
                if access.is_target and access.table == index.table and (not access.written or access.written & columns)
            )
        return self.written[index]

    def gain(self, index: HypotheticalIndex, own: Sequence[int]) -> float:
        """Rows spared over all its statements, less what writing it costs."""
        spared = sum((self.costs[at] - self.under([index], at)) * self.asked[at].statement.calls for at in own)
        return spared - WRITE_ROWS * self.writes(index)


def advise(facts: Facts, limits: Limits | None = None, only: Collection[str] = ()) -> Advice:
    """Proposals of rung 1, the most useful first; what could not be judged is named. `only`: on these tables (names, with or without schema)."""
    bounds = limits or Limits()
    tables = {one.name: one for one in facts.tables}
    catalogue, known = _catalogue(facts), _known(facts)
    asked: list[_Asked] = []
    unjudged: list[Unjudged] = []
    for statement in facts.statements:
        try:
            found = predicates(statement.text, catalogue, statement.database)
        except PredicateError as error:
            unjudged.append(Unjudged(statement, str(error)))
            continue
        if found.unresolved and not found.accesses:
            unjudged.append(Unjudged(statement, found.unresolved[0]))
        elif found.accesses:
            asked.append(_Asked(statement, found))
    tables = learned(asked, tables)
    choice = _Choice(Model(tables), asked)
    users: dict[HypotheticalIndex, list[int]] = {}
    for at, one in enumerate(asked):
        for index in _candidates(one.found, tables, known):
            if not only or index.table.name in only or str(index.table) in only:
                users.setdefault(index, []).append(at)
    sizes = {index: _size(index, tables[index.table]) for index in users}
    _choose(choice, users, bounds, sizes)
    proposals = [_proposal(choice, index, users, tables) for index in choice.chosen]
    return Advice(
        tuple(one for one in proposals if one.helped), tuple(unjudged), len(asked), facts.gaps, tuple(tables.values())
    )


def _fits(
    index: HypotheticalIndex,
    chosen: Sequence[HypotheticalIndex],
    bounds: Limits,
    sizes: Mapping[HypotheticalIndex, int],
) -> bool:
    """Whether the limits hold with one more; those that it takes the place of do not count."""
    after = [*(one for one in chosen if not _within(one, [index])), index]
    own = sum(1 for one in after if one.table == index.table)
    return (bounds.budget_bytes is None or sum(sizes[one] for one in after) <= bounds.budget_bytes) and (
        bounds.most_per_table is None or own <= bounds.most_per_table
    )


def _choose(
    choice: _Choice,
    users: Mapping[HypotheticalIndex, Sequence[int]],
    bounds: Limits,
    sizes: Mapping[HypotheticalIndex, int],
) -> None:
    """Greedy: the index that spares most, then the next under it, until none is worth it or fits."""
    while len(choice.chosen) < bounds.most:
        gains = {
            index: choice.gain(index, own)
            for index, own in users.items()
            if index not in choice.chosen
            and not _within(index, choice.chosen)
            and _fits(index, choice.chosen, bounds, sizes)
        }
        best = max(gains, key=lambda one: (gains[one], -len(one.keys), str(one)), default=None)
        if best is None or gains[best] <= bounds.least_gain_ratio * choice.total:
            return
        after = {at: choice.under([best], at) for at in users[best]}
        if not any(
            choice.costs[at] - cost >= bounds.least_statement_ratio * choice.costs[at] for at, cost in after.items()
        ):
            return
        choice.chosen = [one for one in choice.chosen if not _within(one, [best])]
        choice.chosen.append(best)
        for at in range(len(choice.asked)):
            choice.costs[at] = choice.under([], at)


def _within(index: HypotheticalIndex, others: Sequence[HypotheticalIndex]) -> bool:
    """Whether one of the others begins with its columns."""
    keys = _columns(index)
    return any(one.table == index.table and _columns(one)[: len(keys)] == keys for one in others)


def _proposal(
    choice: _Choice,
    index: HypotheticalIndex,
    users: Mapping[HypotheticalIndex, Sequence[int]],
    tables: Mapping[RelationName, TableFacts],
) -> Proposal:
    helped = []
    everything = [(one.table, _columns(one)) for one in choice.chosen]
    others = [(one.table, _columns(one)) for one in choice.chosen if one != index]
    for at in users[index]:
        one = choice.asked[at]
        before, after = choice.model.cost(one.found, others), choice.model.cost(one.found, everything)
        if after < 0.99 * before:
            helped.append(Helped(one.statement, before, after))
    helped.sort(key=lambda one: (-(one.rows_before - one.rows_after) * one.statement.calls, one.statement.id))
    return Proposal(index, tuple(helped), choice.writes(index), _size(index, tables[index.table]))
