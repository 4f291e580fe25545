"""What is said of an equal form, by the planner's costs of both."""

import pytest

from cases.case import Case
from cases.queries.facts import shop
from tunewright_analyzers.check import discover, run
from tunewright_analyzers.facts.rewrites import RewriteCost, RewriteCosts
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.recommendation import Recommendation

SURE = "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE total > $1)"
CHECK = next(one for one in discover() if one.id == "queries/not_in_subquery")


def _offered(*costs: RewriteCost) -> Recommendation:
    window = Case("", "fires", (*shop(SURE), RewriteCosts(costs))).window()
    (found,) = [one for one in run(CHECK, window) if isinstance(one, Recommendation)]
    return found


@pytest.mark.parametrize(
    ("costs", "same", "says"),
    [
        ((1000.0, 250.0), False, "expects it to cost 250 in place of 1,000; a cost is no time"),
        ((250.0, 1000.0), False, "expects it to cost more: 1,000 against 250"),
        ((250.0, 250.0), True, "the same plan of both forms"),
    ],
)
def test_the_planners_word_is_told_as_it_is(costs: tuple[float, float], same: bool, says: str) -> None:
    plain = _offered()
    assert "compare it by EXPLAIN first" in plain.risk
    statement = next(one for one in shop(SURE) if isinstance(one, Statements)).rows[0]
    found = _offered(RewriteCost(statement.id, statement.key.database, plain.statements[0], *costs, same))
    assert says in found.risk
    assert {one.label: one.value for one in found.evidence if one.unit == "cost"} == {
        "cost as it is": costs[0],
        "cost rewritten": costs[1],
    }
    assert found.id == plain.id
