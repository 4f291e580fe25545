"""Cases of `parameters/checkpoints_requested`."""

from datetime import timedelta

from cases.case import DAY, NOW, Case, gap
from cases.facts import GB, settings
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.snapshot import Flavour, Period


def _counted(timed: int, requested: int, wal_bytes: int | None = 500 * GB) -> Throughput:
    return Throughput(DAY, wal_bytes=wal_bytes, checkpoints_timed=timed, checkpoints_requested=requested)


_MINUTES = Period(NOW - timedelta(minutes=10), NOW)


def _in_ten_minutes(timed: int, requested: int) -> Throughput:
    return Throughput(_MINUTES, wal_bytes=3 * GB, checkpoints_timed=timed, checkpoints_requested=requested)


SUBJECT = "setting max_wal_size"

CASES = (
    Case("most are forced", "fires", (_counted(20, 400), settings()), (SUBJECT,), severity={SUBJECT: "medium"},
         statements=("ALTER SYSTEM SET max_wal_size = '3556MB';",)),
    Case("timed ones", "silent", (_counted(288, 3), settings())),
    Case("Aurora has none", "silent", (_counted(20, 400), settings()), flavour=Flavour.AURORA),
    Case("half of them", "threshold", (_counted(48, 48), settings()), (SUBJECT,)),
    Case("below half", "threshold", (_counted(49, 48), settings())),
    Case("three of five in ten minutes", "fires", (_in_ten_minutes(2, 3), settings()), (SUBJECT,)),
    Case("two of two in ten minutes", "threshold", (_in_ten_minutes(0, 2), settings())),
    Case("CHECKPOINT by a script, little WAL", "silent", (_counted(20, 400, 50 * GB), settings())),
    Case("WAL is not counted", "fires", (_counted(20, 400, None), settings()), (SUBJECT,)),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
