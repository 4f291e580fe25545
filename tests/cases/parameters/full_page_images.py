"""Cases of `parameters/full_page_images`."""

from dataclasses import replace

from cases.case import NOW, Case, gap
from cases.facts import GB, ago, host, settings, throughput
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.snapshot import Flavour, Period

SUBJECT = "setting wal_compression"
HALF = throughput(wal_bytes=64 * GB, wal_full_page_images=4 * 1024**2)

CASES = (
    Case("half of the WAL", "fires", (HALF, settings()), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER SYSTEM SET wal_compression = 'lz4';",)),
    Case("compressed already", "silent", (HALF, settings(wal_compression="pglz"))),
    Case("Aurora writes none", "silent", (HALF, settings()), flavour=Flavour.AURORA),
    Case("before 14 nothing is counted", "silent", (throughput(wal_bytes=None), settings())),
    Case("CPU just free enough", "threshold", (HALF, settings(), host(cpu_ratio=0.7)), (SUBJECT,)),
    Case("CPU busy", "threshold", (HALF, settings(), host(cpu_ratio=0.71))),
    Case("30 %", "threshold", (throughput(wal_bytes=10 * 8192 * 10**6, wal_full_page_images=3 * 10**6), settings()), (SUBJECT,)),
    Case("fewer", "threshold", (throughput(wal_bytes=10 * 8192 * 10**6, wal_full_page_images=3 * 10**6 - 1), settings())),
    Case("ten minutes", "threshold", (replace(HALF, period=Period(ago(minutes=10), NOW)), settings()), (SUBJECT,)),
    Case("less tells nothing", "gap", (replace(HALF, period=Period(ago(minutes=9), NOW)), settings())),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
