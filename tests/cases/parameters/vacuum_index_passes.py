"""Cases of `parameters/vacuum_index_passes`."""

from datetime import datetime

from cases.case import DAY, Case, gap
from cases.facts import GB, MB, ago, host, relation, settings, table, tables
from cases.logs.facts import log
from tunewright_analyzers.facts.log_events import LogEvents, LoggedVacuum
from tunewright_analyzers.facts.progress import Job, JobKind, Progress
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "setting autovacuum_work_mem"
BIG = table(dead_rows=60_000_000, index_bytes=8 * GB)
CLEAN = table(index_bytes=8 * GB)


def _logged(*scans: int, at: datetime | None = None) -> LogEvents:
    runs = (
        LoggedVacuum(at or ago(hours=2), "shop", "public", "orders", 900.0, number, 9_000_000, 0) for number in scans
    )
    return log(vacuums=tuple(runs))


def _watched(passes: int, repeated_runs: int) -> Progress:
    job = Job(JobKind.VACUUM, relation(), "autovacuum", index_passes=passes, repeated_runs=repeated_runs)
    return Progress(DAY, (job,), 10.0)


CASES = (
    Case("60 million dead rows in 64 MB", "fires", (tables(BIG), settings()), (SUBJECT,), version=160000, severity={SUBJECT: "low"},
         says=("6 times",), statements=("ALTER SYSTEM SET autovacuum_work_mem = '512MB';",)),
    Case("within a sixteenth of the memory", "fires", (tables(BIG), settings(), host(4 * GB)), (SUBJECT,), version=160000,
         statements=("ALTER SYSTEM SET autovacuum_work_mem = '256MB';",)),
    Case("where autovacuum begins counts too", "fires", (tables(table(row_estimate=3e8, index_bytes=8 * GB)), settings()), (SUBJECT,),
         version=160000),
    Case("the log saw a vacuum with three passes, on any release", "fires", (tables(CLEAN), settings(), _logged(1, 3, 2)), (SUBJECT,),
         says=("A vacuum of public.orders read its 8.0 GB of indexes 3 times (2 vacuums",),
         statements=("ALTER SYSTEM SET autovacuum_work_mem = '256MB';",)),
    Case("its progress was seen", "fires", (tables(CLEAN), settings(), _watched(5, 1)), (SUBJECT,), says=("5 times (1 vacuums",),
         statements=("ALTER SYSTEM SET autovacuum_work_mem = '512MB';",)),
    Case("what was seen goes before what is computed", "fires", (tables(BIG), settings(), _logged(2)), (SUBJECT,), version=160000,
         says=("read its 8.0 GB of indexes 2 times",), statements=("ALTER SYSTEM SET autovacuum_work_mem = '128MB';",)),
    Case("17 keeps them compressed", "silent", (tables(BIG), settings())),
    Case("one pass each", "silent", (tables(CLEAN), settings(), _logged(1, 1), _watched(9, 0))),
    Case("before the window", "silent", (tables(CLEAN), settings(), _logged(4, at=ago(days=3)))),
    Case("few dead rows", "silent", (tables(CLEAN), settings()), version=160000),
    Case("small indexes are read twice for nothing", "threshold",
         (tables(table(dead_rows=60_000_000, index_bytes=255 * MB)), settings(), _logged(5)), version=160000),
    Case("just two passes", "threshold", (tables(table(dead_rows=11_184_811, index_bytes=256 * MB)), settings()), (SUBJECT,), version=160000),
    Case("just one", "threshold", (tables(table(dead_rows=11_184_810, index_bytes=256 * MB)), settings()), version=160000),
    Case("tables unread", "gap", (settings(),), gaps=(gap(Tables),), version=160000),
)  # fmt: skip
