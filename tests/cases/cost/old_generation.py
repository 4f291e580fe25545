"""Cases of `cost/old_generation`."""

from cases.case import Case, gap
from cases.cloud import instance, instances
from cases.cost.facts import PRICES
from tunewright_analyzers.facts.cloud import CloudInstances
from tunewright_analyzers.facts.cloud_lifecycle import ClassOffer, ClassOffers

OFFERS = ClassOffers(tuple(ClassOffer("aurora-postgresql", "16.9", f"db.{name}") for name in
                           ("r5.xlarge", "r6g.xlarge", "r8g.xlarge", "r8g.large", "r7i.xlarge", "t4g.medium")))  # fmt: skip
SUBJECT = "instance shop-1"


def _of(name: str) -> tuple[CloudInstances, ClassOffers]:
    return instances(instance(instance_class=name)), OFFERS


CASES = (
    Case("r5", "fires", _of("db.r5.xlarge"), (SUBJECT,), severity={SUBJECT: "low"}, statements=("--db-instance-class db.r8g.xlarge",)),
    Case("with prices", "fires", (*_of("db.r5.xlarge"), PRICES), (SUBJECT,)),
    Case("t3", "fires", _of("db.t3.medium"), (SUBJECT,), says=("db.t4g.medium is offered",)),
    Case("r8g, r7i, serverless", "silent",
         (instances(instance(1), instance(2, instance_class="db.r7i.xlarge"), instance(3, instance_class="db.serverless")), OFFERS)),
    Case("nothing newer of that size", "silent", _of("db.r5.24xlarge")),
    Case("offered for another release only", "silent", (instances(instance(instance_class="db.r5.xlarge", engine_version="11.9")), OFFERS)),
    Case("offers denied", "gap", (instances(),), gaps=(gap(ClassOffers),)),
)  # fmt: skip
