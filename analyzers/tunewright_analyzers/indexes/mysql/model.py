"""Rung 1: how many rows a statement touches with and without an index, from row counts, cardinalities and histograms.

No optimiser is asked. The guesses for what is not known are MySQL's own (sql/item.h: COND_FILTER_EQUALITY 0.1, COND_FILTER_INEQUALITY 0.3333,
COND_FILTER_BETWEEN 0.1111). A row looked up through a secondary index counts twice: once in the index, once in the primary key's tree.
The unit is rows touched, never a time.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.mysql.facts import TableFacts
from tunewright_analyzers.sql.access import Access, Predicates, Use

EQUALITY, INEQUALITY, BETWEEN = 0.1, 0.3333, 0.1111
_LISTED = 3.0
"""Values that a list (`IN (…)`) is taken to hold: its length is not in the digest."""
_EQUAL = frozenset({Use.EQUAL, Use.JOIN, Use.LIST, Use.IS_NULL})
_RANGE = frozenset({Use.RANGE, Use.PREFIX})
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """The tables by name."""

    tables: Mapping[RelationName, TableFacts]

    def share(self, table: TableFacts, columns: Keys) -> float:
        """Share of the rows that has one value in these columns together: from an index over them, else the columns taken as independent."""
        for size in range(len(columns), 0, -1):
            known = next(
                (value for key, value in table.distinct.items() if set(key) == set(columns[:size]) and value > 0), None
            )
            if known is not None:
                rest = columns[size:]
                return max(
                    1.0 / max(known, 1.0) * (self.share(table, rest) if rest else 1.0), 1.0 / max(table.rows, 1.0)
                )
        _first, *rest_of = columns
        return max(EQUALITY * (self.share(table, tuple(rest_of)) if rest_of else 1.0), 1.0 / max(table.rows, 1.0))

    def kept(self, access: Access, uses: Collection[Use]) -> float:
        """Share of the rows that passes the conditions of these uses."""
        table = self.tables[access.table]
        equal = tuple(
            dict.fromkeys(
                one.key.column or ""
                for one in access.conditions
                if one.use in _EQUAL & set(uses) and not one.alternative
            )
        )
        share = self.share(table, equal) if equal else 1.0
        ranges = [one.key.column for one in access.conditions if one.use in _RANGE & set(uses) and not one.alternative]
        for column in dict.fromkeys(ranges):
            share *= BETWEEN if ranges.count(column) > 1 else INEQUALITY
        return share

    def matched(self, access: Access, keys: Keys) -> tuple[float, int, bool]:
        """(rows that an index on `keys` finds, keys used, whether a range ended the search)."""
        table = self.tables[access.table]
        uses: dict[str, set[Use]] = {}
        ranges: dict[str, int] = {}
        for one in access.conditions:
            if not one.alternative and one.key.column:
                uses.setdefault(one.key.column, set()).add(one.use)
                ranges[one.key.column] = ranges.get(one.key.column, 0) + (one.use in _RANGE)
        equal: list[str] = []
        lists = 1.0
        for column in keys:
            found = uses.get(column, set())
            if found & _EQUAL:
                equal.append(column)
                lists *= _LISTED if not found & {Use.EQUAL, Use.JOIN, Use.IS_NULL} else 1.0
                continue
            share = self.share(table, tuple(equal)) if equal else 1.0
            if found & _RANGE:
                share *= BETWEEN if ranges[column] > 1 else INEQUALITY
                return table.rows * min(1.0, share * lists), len(equal) + 1, True
            break
        share = self.share(table, tuple(equal)) if equal else 1.0
        return table.rows * min(1.0, share * lists), len(equal), False

    def touched(self, access: Access, keys: Keys | None, *, is_primary: bool = False) -> float:
        """Rows that one reading of the table touches through an index on `keys` (None: through none)."""
        table = self.tables[access.table]
        if keys is None:
            return table.rows + self._sorting(access, table.rows * self.kept(access, set(Use)), None, 0)
        rows, used, ranged = self.matched(access, keys)
        ordered = self._gives_order(access, keys, used, ranged)
        covers = is_primary or (not access.whole_row and access.columns <= set(keys) | set(table.key))
        if not used and (is_primary or not covers):
            return math.inf
        entries = table.rows if not used else rows
        sorting = 0.0 if ordered else self._sorting(access, entries * self.kept(access, _RANGE), keys, used)
        return 1.0 + entries * (1.0 if covers else 2.0) * (1.0 if used else 0.5) + sorting

    def _gives_order(self, access: Access, keys: Keys, used: int, ranged: bool) -> bool:
        order = tuple(one.column for one in access.sort) or access.group
        if not order:
            return True
        fixed = used - 1 if ranged else used
        return keys[fixed : fixed + len(order)] == order and len({one.descending for one in access.sort}) <= 1

    def _sorting(self, access: Access, rows: float, _keys: Keys | None, _used: int) -> float:
        return 0.1 * rows * math.log2(rows + 1.0) if access.sort or access.group else 0.0

    def cost(self, found: Predicates, added: Iterable[tuple[RelationName, Keys]]) -> float:
        """Rows that one run of the statement touches: its tables read one after another, those joined once for each row before them."""
        more: dict[RelationName, list[Keys]] = {}
        for table, keys in added:
            more.setdefault(table, []).append(keys)
        accesses = [one for one in found.accesses if one.table in self.tables and (one.conditions or not one.is_target)]
        joined = [one for one in accesses if any(each.use is Use.JOIN for each in one.conditions)]
        total, outer = 0.0, 1.0
        for access in sorted(accesses, key=lambda one: (self._estimate(one), one.alias)):
            best = self.best(access, more.get(access.table, ()))
            looked_up = access in joined and outer > 1.0
            total += min(best * outer, self.tables[access.table].rows + outer) if looked_up else best
            kept = self.tables[access.table].rows * self.kept(
                access, set(Use) - ({Use.JOIN} if not looked_up else set())
            )
            outer = max(1.0, outer * kept) if looked_up else max(outer, kept)
        return total

    def _estimate(self, access: Access) -> float:
        """Rows of the table that pass its own conditions, joins left out: the smallest is read first."""
        return self.tables[access.table].rows * self.kept(access, set(Use) - {Use.JOIN})

    def best(self, access: Access, more: Iterable[Keys]) -> float:
        """Rows touched by the cheapest way to read the table."""
        table = self.tables[access.table]
        ways = [self.touched(access, None)]
        ways += [
            self.touched(access, one.columns, is_primary=one.is_primary)
            for one in table.indexes
            if one.is_valid and one.keys
        ]
        ways += [self.touched(access, keys) for keys in more]
        return min(ways)
