"""Cases of `parameters/backend_writes`."""

from cases.case import NOW, Case, gap
from cases.facts import ago, settings, throughput
from tunewright_analyzers.facts.databases import InputOutput, Throughput
from tunewright_analyzers.facts.snapshot import Flavour, Period

SUBJECT = "setting bgwriter_lru_maxpages"
BUSY = {"backend_buffers_written": 400_000, "checkpoint_buffers_written": 300_000, "bgwriter_buffers_written": 300_000}
IO = InputOutput("client backend", "relation", "normal", 0, 0, 0.0, 400_000, 0, 0.0, 0, 0, 0, 0, 0)

CASES = (
    Case("backends write 40 %", "fires", (throughput(**BUSY, bgwriter_stopped=5000), settings()), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER SYSTEM SET bgwriter_lru_maxpages = '400';",)),
    Case("as pg_stat_io counts it", "fires",
         (throughput(**{**BUSY, "backend_buffers_written": None}, bgwriter_stopped=5000, io=(IO,)), settings()), (SUBJECT,)),
    Case("nobody counts it", "silent", (throughput(**{**BUSY, "backend_buffers_written": None}, bgwriter_stopped=5000), settings())),
    Case("Aurora has no use for it", "silent", (throughput(**BUSY, bgwriter_stopped=5000), settings()), flavour=Flavour.AURORA),
    Case("at its most already", "silent", (throughput(**BUSY, bgwriter_stopped=5000), settings(bgwriter_lru_maxpages="1000"))),
    Case("once a minute", "threshold", (throughput(**BUSY, bgwriter_stopped=1440), settings()), (SUBJECT,)),
    Case("more seldom", "threshold", (throughput(**BUSY, bgwriter_stopped=1439), settings())),
    Case("a fifth", "threshold", (throughput(**{**BUSY, "backend_buffers_written": 150_000}, bgwriter_stopped=5000), settings()), (SUBJECT,)),
    Case("less", "threshold", (throughput(**{**BUSY, "backend_buffers_written": 149_999}, bgwriter_stopped=5000), settings())),
    Case("ten minutes", "threshold", (throughput(**BUSY, bgwriter_stopped=5000, period=Period(ago(minutes=10), NOW)), settings()), (SUBJECT,)),
    Case("less tells nothing", "gap", (throughput(**BUSY, bgwriter_stopped=5000, period=Period(ago(minutes=9), NOW)), settings())),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
