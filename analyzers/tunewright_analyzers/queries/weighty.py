"""Statements that weigh enough to be worth a word, summed over their users and parsed.

In comes a window with Statements; called by checks/queries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tunewright_analyzers.check import threshold
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.finding import Evidence, Subject
from tunewright_analyzers.sql.names import Names
from tunewright_analyzers.sql.tree import parsed

_SOURCE = "pg_stat_statements"
_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


@dataclass(frozen=True, slots=True)
class Weight:
    """When a statement weighs enough."""

    calls_min: float = threshold(100, "count", "Calls over the window from which a statement is looked at.")
    seconds_min: float = threshold(1.0, "seconds", "Execution time over the window from which it is looked at.")
    statements_max: float = threshold(
        500, "count", "So many of the heaviest statements are looked at; parsing one takes a millisecond or two."
    )


@dataclass(frozen=True, slots=True)
class Weighty:
    """One statement of one database over all its users: its syntax tree (never to be changed: it is shared) and its counters."""

    id: StatementId
    database: str
    text: str
    tree: Any
    calls: int
    seconds: float
    rows: int
    blocks: int
    """Blocks of 8 kB that it touched, in the cache or not."""
    share: float
    """Of all statements' execution time, 0 to 1."""

    @property
    def subject(self) -> Subject:
        """The statement."""
        return Subject("statement", self.id, self.database)

    @property
    def rows_a_call(self) -> float:
        """Rows given or changed by one call."""
        return self.rows / self.calls if self.calls else 0.0

    @property
    def blocks_a_call(self) -> float:
        """Blocks touched by one call."""
        return self.blocks / self.calls if self.calls else 0.0

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What it weighs: calls, time, rows a call."""
        return (
            Evidence("calls", self.calls, "count", _SOURCE),
            Evidence("execution time", round(self.seconds, 3), "seconds", _SOURCE),
            Evidence("rows a call", round(self.rows_a_call, 1), "rows", _SOURCE),
        )


@lru_cache(maxsize=1024)
def tree_of(text: str) -> Any:
    """The tree of a redacted text, or None (sql.tree.parsed); never to be changed. Each of the checks asks for the same few hundred."""
    return parsed(text)


def _counts(row: Statement) -> bool:
    return not row.own and row.key.toplevel and row.kind in _KINDS and row.text is not None


def weighty(window: Window, limits: Weight) -> Iterator[Weighty]:
    """Statements from `limits` on whose text is whole and parses; heaviest first, `statements_max` at most."""
    section = window.need(Statements)
    total = sum(row.exec_seconds for row in section.rows) or 1.0
    groups: dict[tuple[str, str], list[Statement]] = {}
    for row in section.rows:
        if _counts(row):
            groups.setdefault((row.id, row.key.database), []).append(row)
    heaviest = sorted(groups.values(), key=lambda one: -sum(row.exec_seconds for row in one))
    for rows in heaviest[: int(limits.statements_max)]:
        calls, seconds = sum(row.calls for row in rows), sum(row.exec_seconds for row in rows)
        if calls < limits.calls_min or seconds < limits.seconds_min:
            continue
        tree = tree_of(rows[0].text or "")
        if tree is not None:
            blocks = sum(row.shared_blocks_hit + row.shared_blocks_read for row in rows)
            given = sum(row.rows for row in rows)
            first = rows[0]
            yield Weighty(
                first.id, first.key.database, first.text or "", tree, calls, seconds, given, blocks, seconds / total
            )


_built: list[tuple[Schema, dict[str, Names]]] = []
"""The names of the last Schema that was asked for: six checks ask for the same one, and building it from a million columns takes a second."""


def names_of(window: Window) -> dict[str, Names]:
    """The names of each database that has a statement, from the window's Schema."""
    schema = window.need(Schema)
    if not _built or _built[-1][0] is not schema:
        _built[:] = [(schema, {})]
    names = _built[-1][1]
    for database in {row.key.database for row in window.need(Statements).rows} - names.keys():
        names[database] = Names.of(schema, database)
    return names
