"""The bill as series: the cost check's own figures, in both configurations, and none where a price is missing."""

from dataclasses import replace

import pytest

import states
from cases.cloud import aurora, clusters, instances, series, trends
from cases.cost.facts import PRICES
from exposed import QUIET, of, scrape
from tunewright_analyzers.facts.cloud import CloudClusters
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import Dimension
from tunewright_analyzers.facts.snapshot import View

GIB = 1024**3
DAY = trends(
    series("VolumeBytesUsed", *[1000.0 * GIB] * 24, of="shop", dimension=Dimension.CLUSTER),
    series("VolumeReadIOPs", *[1e6] * 24, of="shop", dimension=Dimension.CLUSTER, statistic="Sum"),
    series("VolumeWriteIOPs", *[1e6] * 24, of="shop", dimension=Dimension.CLUSTER, statistic="Sum"),
)


def _bill(prices: Prices, cluster: CloudClusters) -> dict[str | tuple[str, ...], float]:
    snapshot = replace(states.snapshot(cluster, instances(), DAY, prices), view=View.CLOUD)
    found = scrape(states.state_of(states.instance_of(snapshot, QUIET)))
    return of(found, "tunewright_aws_bill_month_dollars", "resource", "component", "configuration")


def test_both_configurations_by_component() -> None:
    """Three members at $0.50, 1,000 GiB at $0.10, two million requests an hour at $0.20 a million: 730 hours."""
    assert _bill(PRICES, clusters(aurora())) == pytest.approx(
        {
            ("shop", "instances", "standard"): 1095,
            ("shop", "storage", "standard"): 100,
            ("shop", "requests", "standard"): 292,
            ("shop", "instances", "optimized"): 1423.5,
            ("shop", "storage", "optimized"): 225,
        }
    )


def test_none_where_a_price_is_missing_or_it_is_no_aurora() -> None:
    assert _bill(replace(PRICES, rows=PRICES.rows[1:]), clusters(aurora())) == {}
    assert _bill(PRICES, clusters(aurora(engine="postgres"))) == {}
