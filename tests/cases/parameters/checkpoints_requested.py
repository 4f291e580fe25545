"""Cases of `parameters/checkpoints_requested`."""

from cases.case import DAY, Case, gap
from cases.facts import GB, settings
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.snapshot import Flavour


def _counted(timed: int, requested: int) -> Throughput:
    return Throughput(DAY, wal_bytes=500 * GB, checkpoints_timed=timed, checkpoints_requested=requested)


SUBJECT = "setting max_wal_size"

CASES = (
    Case("most are forced", "fires", (_counted(20, 400), settings()), (SUBJECT,), severity={SUBJECT: "medium"},
         statements=("ALTER SYSTEM SET max_wal_size = '3556MB';",)),
    Case("timed ones", "silent", (_counted(288, 3), settings())),
    Case("Aurora has none", "silent", (_counted(20, 400), settings()), flavour=Flavour.AURORA),
    Case("half of them", "threshold", (_counted(48, 48), settings()), (SUBJECT,)),
    Case("below half", "threshold", (_counted(49, 48), settings())),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
