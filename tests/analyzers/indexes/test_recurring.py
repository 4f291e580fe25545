"""Constants that recur split a statement; those that do not, too few samples and another database leave it alone. Time and money saved."""

from datetime import UTC, datetime

import pytest

from tunewright_analyzers.facts.constants import SampledConstants, SeenConstant, StatementConstants
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.statements import Statement, StatementKey
from tunewright_analyzers.indexes.recurring import with_recurring
from tunewright_analyzers.indexes.worth import Price, saved

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ROW = Statement(
    StatementKey("shop", "u", "1"), StatementId("s"), "SELECT a FROM t WHERE s = $1 AND b = $2", "select", 100, 50.0, 10
)


def _sampled(samples: int, *rows: SeenConstant, database: str = "shop") -> SampledConstants:
    return SampledConstants(_AT, (StatementConstants(database, StatementId("s"), samples, rows),))


def test_a_constant_that_most_samples_have_stands_in_the_statement() -> None:
    found = with_recurring([_ROW], "shop", _sampled(40, SeenConstant(1, "'open'", 30), SeenConstant(2, "17", 2)))
    assert [(one.text, one.calls, one.exec_seconds) for one in found] == [
        ("SELECT a FROM t WHERE s = 'open' AND b = $2", 75, 37.5),
        ("SELECT a FROM t WHERE s = $1 AND b = $2", 25, 12.5),
    ]
    assert found[0].id == _ROW.id != found[1].id


def test_constants_that_all_calls_have_leave_no_rest() -> None:
    found = with_recurring([_ROW], "shop", _sampled(40, SeenConstant(1, "'open'", 40), SeenConstant(2, "17", 40)))
    assert [one.text for one in found] == ["SELECT a FROM t WHERE s = 'open' AND b = 17"]
    assert found[0].calls == 100


def test_two_constants_recur_together_only_as_often_as_is_certain() -> None:
    found = with_recurring([_ROW], "shop", _sampled(40, SeenConstant(1, "'open'", 30), SeenConstant(2, "17", 28)))
    assert found[0].text == "SELECT a FROM t WHERE s = 'open' AND b = $2"


@pytest.mark.parametrize(
    "sampled",
    [
        None,
        _sampled(19, SeenConstant(1, "'open'", 19)),
        _sampled(40, SeenConstant(1, "'open'", 19)),
        _sampled(40, SeenConstant(1, "'open'", 40), database="other"),
    ],
)
def test_what_does_not_recur_changes_nothing(sampled: SampledConstants | None) -> None:
    assert with_recurring([_ROW], "shop", sampled) == [_ROW]


def test_time_and_money_with_their_bounds() -> None:
    found = saved([(100.0, (40.0, 20.0, 90.0)), (10.0, None), (50.0, (50.0, 50.0, 50.0))], 1800.0)
    assert found is not None
    assert (found.expected, found.low, found.high) == (120.0, 20.0, 160.0)
    dollars = found.dollars_a_month(Price(2.0, 4))
    assert dollars.expected == pytest.approx(120 / 14400 * 2 * 730)
    assert dollars.low < dollars.expected < dollars.high
    assert saved([(10.0, None)], 60.0) is None
