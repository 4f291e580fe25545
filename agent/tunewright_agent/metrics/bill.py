"""Series of what an Aurora cluster costs a month by list prices, in both storage configurations: the cost check's own figures."""

from tunewright_agent.metrics.sheet import Sheet
from tunewright_analyzers.cost.aurora import bill
from tunewright_analyzers.cost.listed import Missing
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_cost import Prices
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.snapshot import Snapshot


def write_bill(sheet: Sheet, snapshot: Snapshot) -> None:
    """Dollars a month by component and configuration; nothing for a cluster of which a price or a metric is missing."""
    clusters, instances = snapshot.section(CloudClusters), snapshot.section(CloudInstances)
    trends, prices = snapshot.section(CloudTrends), snapshot.section(Prices)
    if clusters is None or instances is None or trends is None or prices is None:
        return
    for one in clusters.rows:
        money = bill(one, instances, trends, prices) if one.is_aurora else Missing("no Aurora")
        if isinstance(money, Missing):
            continue
        dollars = {
            ("instances", "standard"): money.instances,
            ("storage", "standard"): money.storage,
            ("requests", "standard"): money.requests,
            ("instances", "optimized"): money.instances * money.class_factor,
            ("storage", "optimized"): money.storage * money.storage_factor,
        }
        for (component, configuration), value in dollars.items():
            labels = (str(snapshot.cluster), one.identifier, component, configuration)
            sheet.add("tunewright_aws_bill_month_dollars", value, *labels)
