"""Cases of `cost/over_provisioned`."""

from cases.case import Case, gap
from cases.cloud import instance, instances, resized, series, trends
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SUBJECT = "instance shop-1"
WEEKS = 14 * 24


def _load(cpu: float, sessions: float, hours: int = WEEKS) -> CloudTrends:
    return trends(series("CPUUtilization", *[cpu] * hours, statistic="p95"), series("DBLoad", *[sessions] * hours))


CASES = (
    Case("asleep", "fires", (instances(), _load(6, 0.2)), (SUBJECT,), severity={SUBJECT: "low"}, statements=("--db-instance-class db.r8g.large",)),
    Case("busy", "silent", (instances(), _load(55, 2))),
    Case("the smallest of its family", "silent", (instances(instance(instance_class="db.r8g.large")), _load(6, 0.1))),
    Case("burstable, serverless", "silent",
         (instances(instance(instance_class="db.t4g.large"), instance(2, instance_class="db.serverless")), _load(6, 0.1))),
    Case("ten days are too few", "silent", (instances(), _load(6, 0.2, hours=240))),
    Case("DBLoad is not measured", "silent", (instances(), trends(series("CPUUtilization", *[6.0] * WEEKS, statistic="p95")))),
    Case("its class is ten days old: what was before was another's", "silent", (instances(), _load(6, 0.2), resized(days=10))),
    Case("its class was changed long ago", "fires", (instances(), _load(6, 0.2), resized(days=40)), (SUBJECT,)),
    Case("20 %", "threshold", (instances(), _load(20, 0.2))),
    Case("19 %", "threshold", (instances(), _load(19, 0.2)), (SUBJECT,)),
    Case("trends denied", "gap", (instances(),), gaps=(gap(CloudTrends),)),
)  # fmt: skip
