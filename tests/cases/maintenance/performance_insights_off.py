"""Cases of `maintenance/performance_insights_off`."""

from cases.case import Case, gap
from cases.cloud import instance, instances
from tunewright_analyzers.facts.cloud import CloudInstances

CASES = (
    Case("off", "fires", (instances(instance(has_performance_insights=False)),), ("instance shop-1",), severity={"instance shop-1": "medium"},
         statements=("--enable-performance-insights --performance-insights-retention-period 7",)),
    Case("on", "silent", (instances(),)),
    Case("not reported", "silent", (instances(instance(has_performance_insights=None)),)),
    Case("instances denied", "gap", gaps=(gap(CloudInstances),)),
)  # fmt: skip
