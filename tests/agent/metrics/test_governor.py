"""The governor's decisions, as data."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_agent.metrics.governor import CALM, MOST, OVER, Governor

CHEAP = {"statements": 0.001, "activity": 0.0005}
DEAR = {"statements": 0.008, "activity": 0.0005}


@dataclass(frozen=True)
class Case:
    """Windows in order (cost by source), busy in each, and the factors after the last."""

    name: str
    windows: list[dict[str, float]]
    factors: dict[str, float]
    busy: list[dict[str, float]] = field(default_factory=list)


CASES = [
    Case("cheap sources keep their intervals", [CHEAP] * 30, {"statements": 1, "activity": 1}),
    Case("at the budget nothing happens", [{"statements": 0.005}] * 30, {"statements": 1}),
    Case("one dear window is no reason", [DEAR, DEAR, CHEAP], {"statements": 1, "activity": 1}),
    Case("dear windows double the costliest alone", [DEAR] * OVER, {"statements": 2, "activity": 1}),
    Case("as many as are needed", [{"a": 0.005, "b": 0.0045, "c": 0.0001}] * OVER, {"a": 2, "b": 2, "c": 1}),
    Case("still too dear: again", [DEAR] * (2 * OVER), {"statements": 4, "activity": 1}),
    Case("calm gives back one step", [DEAR] * OVER + [CHEAP] * CALM, {"statements": 1, "activity": 1}),
    Case(
        "not before it has been calm for long", [DEAR] * OVER + [CHEAP] * (CALM - 1), {"statements": 2, "activity": 1}
    ),
    Case(
        "not where the step back would be too dear again",
        [DEAR] * OVER + [{"statements": 0.0024}] * 40,
        {"statements": 2, "activity": 1},
    ),
    Case(
        "an hourly pass is spread over the hour",
        ([{"columns": 0.08}] + [{}] * 59) * 5,
        {"columns": 1},
    ),
    Case("an hourly pass that is dear even so", ([{}] * 59 + [{"columns": 0.6}, {}, {}]) * 1, {"columns": 2}),
    Case("busy doubles", [{}], {"relations": 2}, busy=[{"relations": 0.3}]),
    Case("busy at the limit does not", [{}], {"relations": 1}, busy=[{"relations": 0.2}]),
    Case("the same pass counts once", [{}] * 5, {"relations": 2}, busy=[{"relations": 0.3}] * 5),
    Case("the next pass counts again", [{}] * 2, {"relations": 4}, busy=[{"relations": 0.9}, {"relations": 0.45}]),
    Case(
        "what would be busy again is not given back",
        [{}] * 40,
        {"relations": 2},
        busy=[{"relations": 0.3}] + [{"relations": 0.15}] * 39,
    ),
    Case(
        "what is quick now is given back",
        [{}] * (CALM + 1),
        {"relations": 1},
        busy=[{"relations": 0.3}] + [{"relations": 0.05}] * CALM,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    governor = Governor()
    factors: dict[str, float] = {}
    for number, window in enumerate(case.windows):
        factors = governor.decide(window, case.busy[number] if case.busy else {})
    assert factors == case.factors


def test_a_loop_settles_within_the_budget() -> None:
    """Costs that follow the intervals, as they do in life: it settles under the budget and stays there."""
    governor, own = Governor(), {"statements": 0.03, "relations": 0.004, "activity": 0.001}
    factors = dict.fromkeys(own, 1.0)
    sums = []
    for _ in range(400):
        cost = {name: share / factors[name] for name, share in own.items()}
        sums.append(sum(cost.values()))
        factors = governor.decide(cost, {})
    assert sums[0] > 0.005
    assert max(sums[60:]) <= 0.005
    assert len(set(sums[200:])) == 1


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abc"), st.floats(0, 10)),
            st.dictionaries(st.sampled_from("abc"), st.floats(0, 10)),
        ),
        max_size=60,
    )
)
def test_factors_are_powers_of_two_within_bounds(windows: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    governor = Governor()
    for share, busy in windows:
        before = governor.accounts.factors
        factors = governor.decide(share, busy)
        assert all(factor in {2.0**power for power in range(7)} for factor in factors.values())
        assert all(1 <= factor <= MOST for factor in factors.values())
        assert all(factors[name] / before.get(name, 1.0) <= 4 for name in factors)
