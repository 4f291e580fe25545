"""Cases of `replication/replication_stopped`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.replication import Channel, Replication
from tunewright_analyzers.facts.snapshot import Engine


def _replica(fetches: bool, applies: bool, **more: int) -> Replication:
    return Replication(True, channels=(Channel("", "db1:3306", fetches, applies, 0.0, **more),))  # type: ignore[arg-type]


SUBJECT = "replica of db1:3306"
CASES = (
    Case(
        "the applier met an error",
        "fires",
        (_replica(True, False, apply_error=1062),),
        (SUBJECT,),
        {SUBJECT: "critical"},
        says=("does not apply: error 1062",),
        engine=Engine.MYSQL,
    ),
    Case(
        "both stopped by hand", "fires", (_replica(False, False),), (SUBJECT,), {SUBJECT: "high"}, engine=Engine.MARIADB
    ),
    Case(
        "cannot reach its source", "fires", (_replica(False, True, fetch_error=2003),), (SUBJECT,), engine=Engine.MYSQL
    ),
    Case("both run", "silent", (_replica(True, True),), engine=Engine.MYSQL),
    Case("no replica", "silent", (Replication(False),), engine=Engine.MYSQL),
    Case("replication unread", "gap", gaps=(gap(Replication),), engine=Engine.MYSQL),
)
