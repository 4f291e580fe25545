"""Cases of `capacity/connections_full`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances, ramp, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups

SHOP = (clusters(aurora()), instances())
SUBJECT = "instance shop-1"


def _limit(value: str, source: str = "user") -> ParameterGroups:
    row = CloudParameter("max_connections", value, source)
    return ParameterGroups((ParameterGroup("shop-16-instance", False, "aurora-postgresql16", (row,)),))


def _sessions(at_start: float, per_day: float) -> CloudTrends:
    return trends(ramp("DatabaseConnections", at_start, per_day, statistic="Maximum"))


CASES = (
    Case("ten a day, up to 500", "fires", (*SHOP, _limit("500"), _sessions(200, 10)), (SUBJECT,), severity={SUBJECT: "medium"}, says=("in 16 days",)),
    Case("at the limit", "fires", (*SHOP, _limit("300"), _sessions(200, 10)), (SUBJECT,), severity={SUBJECT: "critical"}),
    Case("a formula of the class", "silent", (*SHOP, _limit("LEAST({DBInstanceClassMemory/9531392},5000)", "system"), _sessions(200, 10))),
    Case("no limit known", "silent", (*SHOP, ParameterGroups(()), _sessions(200, 10))),
    Case("told from 17 days", "threshold", (*SHOP, _limit("500"), _sessions(200, 10)), (SUBJECT,), overrides={"medium_days": 17}),
    Case("told from 15 days", "threshold", (*SHOP, _limit("500"), _sessions(200, 10)), overrides={"medium_days": 15}),
    Case("parameters denied", "gap", (*SHOP, _sessions(200, 10)), gaps=(gap(ParameterGroups),)),
)  # fmt: skip
