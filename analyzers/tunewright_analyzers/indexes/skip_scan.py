"""Which indexes a plan uses without a condition on their leading column: PostgreSQL 18 skips through them, older releases cannot.

Called by the twin (which plans with 18) when production is older.
"""

import re
from collections.abc import Iterable, Mapping

from tunewright_analyzers.facts.plans import NodeKind, Plan
from tunewright_analyzers.sql.identifiers import quoted

_SCANS = frozenset({NodeKind.INDEX_SCAN, NodeKind.INDEX_ONLY_SCAN, NodeKind.BITMAP_INDEX_SCAN})
_AFTER = r"\)*(?:::[\w\s\".]+\)?)?(?:\s+COLLATE\s+[\w\".]+)?\s*(?:[=<>~@&|!]|IS\b|,)"


def _constrains(condition: str, column: str) -> bool:
    """Whether the condition bounds the column: an index condition has its key on the left, bare, cast or first of a ROW."""
    name = rf'(?:[\w]+\.|"[^"]+"\.)?{re.escape(quoted(column))}'
    return re.search(rf"(?:^|\(){name}{_AFTER}", condition) is not None


def skipping_indexes(plan: Plan, leading: Mapping[str, str]) -> frozenset[str]:
    """Names of the indexes that the plan could only use by a skip scan.

    `leading`: the first key column of every B-tree with more than one key, by index name (those that lead with an expression left out).
    """
    return skipped(
        ((node.index, node.index_condition) for node in plan.root.walk() if node.kind in _SCANS and node.index), leading
    )


def skipped(scans: Iterable[tuple[str, str | None]], leading: Mapping[str, str]) -> frozenset[str]:
    """The same from pairs of an index's name and its condition."""
    return frozenset(
        name for name, condition in scans if condition and name in leading and not _constrains(condition, leading[name])
    )
