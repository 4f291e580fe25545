"""Cases of `parameters/checkpoints_frequent`."""

from cases.case import NOW, Case, gap
from cases.facts import GB, ago, settings, throughput
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.snapshot import Flavour, Period

SUBJECT = "setting checkpoint_timeout"
HALF = {"wal_bytes": 64 * GB, "wal_full_page_images": 4 * 1024**2}

CASES = (
    Case("half of the WAL is images", "fires", (throughput(**HALF), settings()), (SUBJECT,), severity={SUBJECT: "low"}, says=("50%",),
         statements=("ALTER SYSTEM SET checkpoint_timeout = '15min';", "ALTER SYSTEM SET max_wal_size = '2GB';")),
    Case("in RDS's parameter group", "fires", (throughput(**HALF), settings()), (SUBJECT,), flavour=Flavour.RDS),
    Case("Aurora has none", "silent", (throughput(**HALF), settings()), flavour=Flavour.AURORA),
    Case("every quarter of an hour", "silent", (throughput(**HALF), settings(checkpoint_timeout="900"))),
    Case("12 does not count WAL", "silent", (throughput(wal_bytes=None), settings())),
    Case("forced ones are another matter", "threshold", (throughput(**HALF, checkpoints_requested=289), settings())),
    Case("just 40 %", "threshold", (throughput(wal_bytes=10 * 8192 * 10**6, wal_full_page_images=4 * 10**6), settings()), (SUBJECT,)),
    Case("less", "threshold", (throughput(wal_bytes=10 * 8192 * 10**6, wal_full_page_images=4 * 10**6 - 1), settings())),
    Case("little WAL", "threshold", (throughput(wal_bytes=6 * GB - 1, wal_full_page_images=400_000), settings())),
    Case("ten minutes", "threshold", (throughput(**HALF, period=Period(ago(minutes=10), NOW)), settings()), (SUBJECT,)),
    Case("less tells nothing", "gap", (throughput(**HALF, period=Period(ago(minutes=9), NOW)), settings())),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
