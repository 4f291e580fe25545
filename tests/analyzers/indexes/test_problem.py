"""Which indexes a statement is asked about: those that its text could use."""

import pytest

from formula import TABLES, index_on
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.relations import IndexColumn
from tunewright_analyzers.indexes.problem import Read, WeightedStatement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex

TABLE, OTHER = TABLES[0], TABLES[1]


def _statement(columns: str, whole_row: bool = False) -> WeightedStatement:
    reads = frozenset({Read(TABLE, frozenset(columns), whole_row)})
    return WeightedStatement(StatementId("s"), "shop", "SELECT", 1, 1.0, frozenset({TABLE}), reads=reads)


@pytest.mark.parametrize(
    ("index", "columns", "whole_row", "usable"),
    [
        (index_on(TABLE, "a"), "ab", False, True),
        (index_on(TABLE, "ca"), "ab", False, True),  # by a skip scan
        (index_on(TABLE, "c"), "ab", False, False),
        (index_on(TABLE, "c", "ab"), "ab", False, True),  # all that it reads
        (index_on(TABLE, "c", "ab"), "ab", True, False),
        (index_on(TABLE, "c"), "", False, True),  # count(*) reads any index
        (index_on(OTHER, "a"), "ab", False, False),
        (HypotheticalIndex(TABLE, (IndexColumn(None, "lower(c)"),)), "ab", False, True),
        (HypotheticalIndex(TABLE, (IndexColumn("a"),), predicate="b = 1"), "ab", False, True),
        (HypotheticalIndex(TABLE, (IndexColumn("a"),), predicate="b = 1 AND c IS NULL"), "ab", False, False),
    ],
)
def test_an_index_that_nothing_in_the_text_could_use_is_not_asked_about(
    index: HypotheticalIndex, columns: str, whole_row: bool, usable: bool
) -> None:
    assert _statement(columns, whole_row).can_use(index) is usable


def test_where_nothing_is_known_of_the_text_every_index_of_its_tables_is_asked_about() -> None:
    bare = WeightedStatement(StatementId("s"), "shop", "SELECT", 1, 1.0, frozenset({TABLE}))
    assert bare.can_use(index_on(TABLE, "c"))
    assert not bare.can_use(index_on(OTHER, "c"))
