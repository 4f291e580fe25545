"""Standard against I/O-Optimized: the break-even of the formula, at the ends that its pages name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_analyzers.cost.aurora import StorageBill

DOLLARS = st.floats(0.01, 1e6)


@given(DOLLARS, DOLLARS)
def test_at_the_break_even_both_cost_the_same(instances: float, storage: float) -> None:
    bill = StorageBill(instances, storage, StorageBill(instances, storage, 0).break_even)
    assert bill.standard == pytest.approx(bill.optimized)


@given(DOLLARS, DOLLARS, DOLLARS)
def test_the_switch_pays_just_above_it(instances: float, storage: float, requests: float) -> None:
    bill = StorageBill(instances, storage, requests)
    assert (bill.standard - bill.optimized) == pytest.approx(requests - bill.break_even, abs=1e-6 * bill.standard)


@pytest.mark.parametrize(("instances", "storage", "share"), [(1000, 0, 0.23), (0, 1000, 0.56)])
def test_the_share_of_requests_at_the_break_even_runs_from_23_to_56_percent(instances: float, storage: float, share: float) -> None:  # fmt: skip
    bill = StorageBill(instances, storage, StorageBill(instances, storage, 0).break_even)
    assert bill.requests / bill.standard == pytest.approx(share, abs=0.005)
