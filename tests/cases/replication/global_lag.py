"""Cases of `replication/global_lag`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, metrics, series
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups

SHOP = clusters(aurora(global_cluster="world"))
SUBJECT = "cluster shop"


def _groups(value: str | None = None) -> ParameterGroups:
    rows = () if value is None else (CloudParameter("rds.global_db_rpo", value, "user"),)
    return ParameterGroups((ParameterGroup("shop-16", True, "aurora-postgresql16", rows),))


def _lag(milliseconds: float) -> CloudMetrics:
    return metrics(
        series(
            "AuroraGlobalDBRPOLag",
            *[200.0] * 10,
            milliseconds,
            of="shop",
            dimension=Dimension.CLUSTER,
            statistic="Maximum",
            period_seconds=60,
        )
    )


CASES = (
    Case("nine seconds", "fires", (SHOP, _lag(9000), _groups()), (SUBJECT,), severity={SUBJECT: "high"}, says=("9.0 s of commits",)),
    Case("nine of twenty that the cluster allows", "silent", (SHOP, _lag(9000), _groups("20"))),
    Case("30 of 20 that the cluster allows", "fires", (SHOP, _lag(30000), _groups("20")), (SUBJECT,), says=("20.0 s are allowed",)),
    Case("a primary has no lag", "silent", (SHOP, metrics(), _groups())),
    Case("5 s", "threshold", (SHOP, _lag(5000), _groups())),
    Case("5.001 s", "threshold", (SHOP, _lag(5001), _groups()), (SUBJECT,)),
    Case("metrics denied", "gap", (SHOP, _groups()), gaps=(gap(CloudMetrics),)),
)  # fmt: skip
