"""Cases of `parameters/wal_buffers_full`."""

from cases.case import NOW, Case, gap
from cases.facts import ago, settings, throughput
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.snapshot import Flavour, Period

SUBJECT = "setting wal_buffers"
FULL = throughput(wal_buffers_full=1_000_000)

CASES = (
    Case("often full at 4 MB", "fires", (FULL, settings()), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER SYSTEM SET wal_buffers = '16MB';",)),
    Case("often full at 16 MB", "fires", (FULL, settings(wal_buffers="2048")), (SUBJECT,), statements=("wal_buffers = '64MB';",)),
    Case("no more than that", "silent", (FULL, settings(wal_buffers="8192"))),
    Case("Aurora has no use for it", "silent", (FULL, settings()), flavour=Flavour.AURORA),
    Case("once a second", "threshold", (throughput(wal_buffers_full=86_400), settings()), (SUBJECT,)),
    Case("more seldom", "threshold", (throughput(wal_buffers_full=86_399), settings())),
    Case("ten minutes", "threshold", (throughput(wal_buffers_full=1_000_000, period=Period(ago(minutes=10), NOW)), settings()), (SUBJECT,)),
    Case("less tells nothing", "gap", (throughput(wal_buffers_full=1_000_000, period=Period(ago(minutes=9), NOW)), settings())),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
