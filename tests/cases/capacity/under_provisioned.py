"""Cases of `capacity/under_provisioned`."""

from cases.case import Case, gap
from cases.cloud import instances, resized, series, trends
from tunewright_analyzers.facts.cloud_lifecycle import ClassOffer, ClassOffers
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

SUBJECT = "instance shop-1"
WEEKS = 14 * 24


def _busy(hours: int, load: float = 0.5) -> CloudTrends:
    cpu = [95.0] * hours + [30.0] * (WEEKS - hours)
    return trends(series("CPUUtilization", *cpu, statistic="p95"), series("DBLoad", *[load] * WEEKS))


OFFERS = ClassOffers(
    tuple(ClassOffer("aurora-postgresql", "16.9", f"db.r8g.{size}") for size in ("large", "4xlarge", "8xlarge"))
)
"""There is no 2xlarge: the next one that can be ordered is named."""

CASES = (
    Case("a quarter of the hours", "fires", (instances(), _busy(84)), (SUBJECT,), severity={SUBJECT: "medium"}, says=("in 25% of 336 hours",)),
    Case("with a larger class on offer", "fires", (instances(), _busy(84), OFFERS), (SUBJECT,), statements=("--db-instance-class db.r8g.4xlarge ",)),
    Case("more sessions than vCPUs all the time", "fires", (instances(), _busy(0, load=6.0)), (SUBJECT,), severity={SUBJECT: "high"}),
    Case("busy before it got its class", "silent", (instances(), _busy(84), resized(days=9))),
    Case("at ease", "silent", (instances(), _busy(0))),
    Case("measured for an hour", "silent", (instances(), trends(series("CPUUtilization", *[99.0] * 2, statistic="p95")))),
    Case("not measured", "silent", (instances(), trends())),
    Case("exactly that share", "threshold", (instances(), _busy(84)), overrides={"share_max": 0.25}),
    Case("more than that share", "threshold", (instances(), _busy(84)), (SUBJECT,), overrides={"share_max": 0.24}),
    Case("trends denied", "gap", (instances(),), gaps=(gap(CloudTrends),)),
)  # fmt: skip
