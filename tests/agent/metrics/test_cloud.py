"""Series of what AWS tells: base units, newest points only, the bill, and no `up` for a cluster that is no server."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

import states
from cloud_states import cloud_state
from exposed import of, scrape
from tunewright_agent.metrics.cloud_names import CLOUD_NAMES
from tunewright_agent.sources.aws.asked import ASKED, ASKED_BY_THE_HOUR, Tier, monthly_dollars
from tunewright_agent.sources.aws.calls import DOLLARS_PER_METRIC
from tunewright_agent.state import InstanceState
from tunewright_analyzers.facts.cloud_cost import Price, Prices
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.statements import Statements


def test_every_metric_that_is_asked_for_has_a_name() -> None:
    asked = {one.metric for one in (*ASKED, *ASKED_BY_THE_HOUR)}
    assert asked == set(CLOUD_NAMES)
    assert len({one.name for one in CLOUD_NAMES.values()}) == len(CLOUD_NAMES)


def test_values_are_in_base_units() -> None:
    seen = scrape(cloud_state())
    assert of(seen, "tunewright_aws_cpu_ratio", "resource", "dimension") == {
        ("shop-1", "instance"): 0.5,
        ("shop", "writer"): 0.5,
        ("shop", "reader"): 0.5,
    }
    assert of(seen, "tunewright_aws_replica_lag_seconds", "resource") == {"shop-1": pytest.approx(0.05)}
    assert of(seen, "tunewright_aws_read_latency_seconds", "resource") == {"shop-1": 50.0}


def test_a_metric_that_cloudwatch_has_stopped_leaves_no_series() -> None:
    hour = scrape(cloud_state(age=timedelta(hours=1)))
    assert of(hour, "tunewright_aws_replica_lag_seconds", "resource") == {}
    assert of(hour, "tunewright_aws_volume_used_bytes", "resource") == {"shop": 50.0}
    assert of(scrape(cloud_state(age=timedelta(days=2))), "tunewright_aws_volume_used_bytes", "resource") == {}


def test_the_bill_is_of_what_is_asked_for() -> None:
    seen = scrape(cloud_state())
    number = {tier: sum(1 for one in ASKED if one.tier is tier) for tier in (Tier.HOT, Tier.WARM)}
    expected = monthly_dollars(number | {Tier.HOURLY: len(ASKED_BY_THE_HOUR)}, DOLLARS_PER_METRIC)
    assert of(seen, "tunewright_aws_request_month_dollars", "cluster") == {"shop": pytest.approx(expected)}
    dear = Prices("sa-east-1", date(2026, 11, 28), "test", (Price("cloudwatch:get-metric-data", 0.03, "thousand"),))
    cloud = cloud_state()
    (one,) = cloud.instances
    assert one.snapshot is not None
    priced = replace(one, snapshot=replace(one.snapshot, sections=(*one.snapshot.sections, dear)))
    seen_there = scrape(replace(cloud, instances=(priced,)))
    assert of(seen_there, "tunewright_aws_request_month_dollars", "cluster") == {"shop": pytest.approx(3 * expected)}
    assert of(seen, "tunewright_aws_requests_total", "action")["cloudwatch:GetMetricData"] == 12
    assert of(seen, "tunewright_aws_discovery_failing", "account") == {"222222222222": 1, "own": 0}


def test_the_clouds_view_of_a_cluster_is_no_server_that_is_up() -> None:
    assert of(scrape(cloud_state()), "tunewright_up", "server") == {}
    assert of(scrape(states.shop()), "tunewright_up", "server") == {"db1:5432": 1}


def test_a_cluster_has_its_account_and_region_and_none_outside_aws() -> None:
    cloud = of(scrape(cloud_state()), "tunewright_cluster_place_info", "account", "region")
    assert cloud == {("123456789012", "eu-west-1"): 1}
    assert of(scrape(states.shop()), "tunewright_cluster_place_info", "account", "region") == {("", ""): 1}


def test_load_of_performance_insights_is_told_by_our_statements() -> None:
    alone = scrape(cloud_state())
    assert of(alone, "tunewright_aws_wait_load_sessions", "wait_event") == {"CPU": 1.5}
    assert of(alone, "tunewright_aws_statement_load_sessions", "statement") == {
        "00000000000000ab": 0.4,
        "(unknown)": pytest.approx(1.1),
    }
    state = cloud_state()
    ours = next(section for section in states.sections() if isinstance(section, Statements))
    row = replace(ours.rows[0], key=replace(ours.rows[0].key, query_id="77"))
    inside = replace(
        states.snapshot(replace(ours, rows=(row,))), cluster=ClusterId("shop"), instance=InstanceId("shop-1")
    )
    both = replace(
        state,
        instances=(*state.instances, InstanceState(ClusterId("shop"), InstanceId("shop-1"), inside, None, None, ())),
    )
    told = of(scrape(both), "tunewright_aws_statement_load_sessions", "statement")
    assert told == {str(row.id): 0.9, "00000000000000ab": 0.4, "(unknown)": 0.2}
