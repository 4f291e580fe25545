"""Cases of `parameters/wal_files_churned`."""

from datetime import datetime

from cases.case import Case, gap
from cases.facts import MB, ago, settings
from cases.logs.facts import log
from tunewright_analyzers.facts.log_events import LogEvents, LoggedCheckpoint
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting min_wal_size"
NOW = settings(min_wal_size="80", max_wal_size="4096")


def _log(removed: int, distance_mb: int, at: datetime | None = None) -> LogEvents:
    """A busy checkpoint, and a quiet one that removes files."""
    busy = LoggedCheckpoint(at or ago(hours=3), 0, 0, 30, distance_mb * MB)
    return log(checkpoints=(busy, LoggedCheckpoint(at or ago(hours=1), 0, removed, 2, MB)))


CASES = (
    Case("removed by night, made by day", "fires", (_log(70, 900), NOW), (SUBJECT,), severity={SUBJECT: "low"},
         says=("removed 1.1 GB of WAL files, and up to 0.9 GB",), statements=("ALTER SYSTEM SET min_wal_size = '1GB';",)),
    Case("never above max_wal_size", "fires", (_log(70, 6000), NOW), (SUBJECT,), statements=("ALTER SYSTEM SET min_wal_size = '4GB';",)),
    Case("it is enough", "silent", (_log(70, 900), settings(min_wal_size="1024", max_wal_size="4096"))),
    Case("nothing is removed", "silent", (_log(0, 900), NOW)),
    Case("before the window", "silent", (_log(70, 900, at=ago(days=3)), NOW)),
    Case("Aurora's storage has no WAL files", "silent", (_log(70, 900), NOW), flavour=Flavour.AURORA),
    Case("a gigabyte, twice as much", "threshold", (_log(64, 160), NOW), (SUBJECT,)),
    Case("less removed", "threshold", (_log(63, 160), NOW)),
    Case("less written", "threshold", (_log(64, 159), NOW)),
    Case("log unread", "gap", (NOW,), gaps=(gap(LogEvents),)),
    Case("settings unread", "gap", (_log(70, 900),), gaps=(gap(Settings),)),
)  # fmt: skip
