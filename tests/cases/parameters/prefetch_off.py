"""Cases of `parameters/prefetch_off`."""

from cases.case import Case, gap
from cases.facts import database, databases, settings
from cases.nodes import plans, scan
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.plans import NodeKind, Plans

SUBJECT = "setting effective_io_concurrency"
BITMAP = plans(scan(NodeKind.BITMAP_HEAP_SCAN))


def _reads(blocks: int = 10**6, microseconds: float = 120) -> Databases:
    return databases(database(blocks_read=blocks, block_read_seconds=blocks * microseconds / 1e6))


ONE = settings(effective_io_concurrency="1")

CASES = (
    Case("a bitmap scan, nothing ahead", "fires", (BITMAP, _reads(), ONE), (SUBJECT,), severity={SUBJECT: "info"},
         statements=("ALTER SYSTEM SET effective_io_concurrency = '100';",)),
    Case("no bitmap scan", "silent", (plans(scan()), _reads(), ONE)),
    Case("a disk that turns", "silent", (BITMAP, _reads(microseconds=6000), ONE)),
    Case("two at a time", "threshold", (BITMAP, _reads(), settings(effective_io_concurrency="2"))),
    Case("enough reads", "threshold", (BITMAP, _reads(100_000), ONE), (SUBJECT,)),
    Case("few reads", "threshold", (BITMAP, _reads(99_999), ONE)),
    Case("plans unread", "gap", (_reads(), ONE), gaps=(gap(Plans),)),
)  # fmt: skip
