"""The difference between what is wanted and what is there; only ours is touched."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tunewright_alerts.alarms.alarm import Alarm, Metric, differences, read
from tunewright_alerts.alarms.plan import Present, plan, tags

ROLE = (("DBClusterIdentifier", "shop"), ("Role", "WRITER"))
CPU = Alarm("tw-shop-cpu", "CPU", Metric("CPUUtilization", ROLE, "Average"), "GreaterThanThreshold", 90.0, None, 5, "breaching", None,
            ("arn:t",))  # fmt: skip
SLOW = replace(CPU, name="tw-shop-slow", metric=Metric("ReadLatency", ROLE, "p90"), threshold=0.02)
BAND = replace(CPU, name="tw-shop-band", threshold=None, deviations=3.0, comparison="GreaterThanUpperThreshold")
BOTH = Alarm("tw-shop-both", "both", rule='ALARM("tw-shop-cpu") AND ALARM("tw-shop-slow")', actions=("arn:t",))
SHARE = replace(CPU, name="tw-shop-share", threshold=5.0, of=Metric("ActiveTransactions", ROLE, "Average"))
ALL = (CPU, SLOW, BAND, SHARE, BOTH)


def there(alarm: Alarm, prefix: str = "tw", cluster: str = "shop", **extra: str) -> Present:
    return Present(alarm, f"arn:{alarm.name}", tuple((tags(prefix, cluster) | extra).items()))


def untagged(alarm: Alarm) -> Present:
    return Present(alarm, f"arn:{alarm.name}", ())


def test_all_is_made_where_nothing_is_and_nothing_where_all_is() -> None:
    assert plan(ALL, (), "tw", "shop").create == ALL
    same = plan(ALL, tuple(there(one, team="retail") for one in ALL), "tw", "shop")
    assert same.is_empty
    assert same.same == ALL


def test_what_differs_is_changed_and_says_how() -> None:
    planned = plan((CPU,), (there(replace(CPU, threshold=80.0, actions=())),), "tw", "shop")
    (change,) = planned.change
    assert change.differences == (("threshold", "80", "90"), ("actions", "none", "arn:t"))


def test_what_is_ours_and_wanted_no_more_is_deleted() -> None:
    planned = plan((CPU,), (there(CPU), there(SLOW)), "tw", "shop")
    assert planned.delete == (SLOW,)


def test_what_bears_our_name_without_our_tags_is_left_alone() -> None:
    planned = plan((CPU,), (untagged(replace(CPU, threshold=1.0)), untagged(SLOW)), "tw", "shop")
    assert planned.is_empty
    assert planned.foreign == ("tw-shop-cpu",)


def test_a_cluster_whose_name_begins_alike_is_another() -> None:
    europe = replace(CPU, name="tw-shop-eu-cpu")
    planned = plan((CPU,), (there(CPU), there(europe, cluster="shop-eu")), "tw", "shop")
    assert planned.is_empty


def test_another_prefix_is_another_tool() -> None:
    assert plan((), (there(CPU, prefix="other"),), "tw", "shop").is_empty


def test_the_order_of_dimensions_and_topics_does_not_matter() -> None:
    turned = replace(CPU, metric=Metric("CPUUtilization", ROLE[::-1], "Average"), actions=("b", "a"))
    assert not list(differences(turned, replace(CPU, actions=("a", "b"))))


def _row(alarm: Alarm) -> dict[str, object]:
    """What DescribeAlarms would tell after our request."""
    return alarm.request() | {"AlarmArn": f"arn:{alarm.name}"}


def test_what_was_asked_for_reads_back_the_same() -> None:
    assert [read(_row(one)) for one in ALL] == list(ALL)


@given(st.sets(st.sampled_from(range(6))), st.sets(st.sampled_from(range(6))))
def test_after_the_plan_there_is_what_is_wanted(want: set[int], have: set[int]) -> None:
    rows = [replace(CPU, name=f"tw-shop-{number}") for number in range(6)]
    wanted = tuple(rows[number] for number in sorted(want))
    held = {rows[number].name: there(replace(rows[number], threshold=float(number))) for number in have}
    planned = plan(wanted, tuple(held.values()), "tw", "shop")
    left = set(held) - {one.name for one in planned.delete}
    assert left | {one.name for one in planned.create} == {one.name for one in wanted}
    assert plan(wanted, tuple(there(one) for one in wanted), "tw", "shop").is_empty
