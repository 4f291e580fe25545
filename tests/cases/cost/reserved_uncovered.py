"""Cases of `cost/reserved_uncovered`."""

from cases.case import Case, gap
from cases.cloud import alone, instance, instances
from cases.facts import ago
from tunewright_analyzers.facts.cloud_cost import Reservation, Reservations

SUBJECT = "class db.r8g.xlarge of aurora-postgresql"


def _reserved(count: int, state: str = "active", running: int = 5) -> Reservations:
    mine = Reservation("r-1", "db.r8g.xlarge", count, state, "aurora-postgresql")
    return Reservations((mine,), (("db.r8g.xlarge", "aurora-postgresql", running),))


LEDGER = Reservations(
    (Reservation("r-2", "db.m8g.large", 1, "active", "postgresql", True),), (("db.m8g.large", "postgres", 1),)
)

CASES = (
    Case("two of five", "fires", (instances(), _reserved(2)), (SUBJECT,), severity={SUBJECT: "low"}, says=("5 instances", "2 are reserved")),
    Case("the reservation has ended", "fires", (instances(), _reserved(5, "retired")), (SUBJECT,), says=("0 are reserved",)),
    Case("all of them", "silent", (instances(), _reserved(5))),
    Case("by the product's name", "silent", (instances(alone()), LEDGER)),
    Case("serverless cannot be reserved", "silent", (instances(instance(instance_class="db.serverless")), _reserved(0))),
    Case("90 days old", "threshold", (instances(instance(created_at=ago(days=90))), _reserved(0)), (SUBJECT,)),
    Case("89 days old", "threshold", (instances(instance(created_at=ago(days=89))), _reserved(0))),
    Case("reservations denied", "gap", (instances(),), gaps=(gap(Reservations),)),
)  # fmt: skip
