"""Cases of `parameters/random_page_cost`."""

from cases.case import Case, gap
from cases.facts import database, databases, settings
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting random_page_cost"


def _reads(blocks: int, microseconds: float) -> Databases:
    return databases(database(blocks_read=blocks, block_read_seconds=blocks * microseconds / 1e6))


CASES = (
    Case("flash", "fires", (_reads(10**6, 120), settings()), (SUBJECT,), severity={SUBJECT: "info"}, says=("120 µs",),
         statements=("ALTER SYSTEM SET random_page_cost = '1.1';",)),
    Case("a mixture", "fires", (_reads(10**6, 600), settings()), (SUBJECT,), statements=("ALTER SYSTEM SET random_page_cost = '2';",)),
    Case("on Aurora in the parameter group", "fires", (_reads(10**6, 600), settings()), (SUBJECT,), flavour=Flavour.AURORA),
    Case("told already", "silent", (_reads(10**6, 120), settings(random_page_cost="1.1"))),
    Case("nothing is timed", "silent", (_reads(10**6, 120), settings(track_io_timing="off"))),
    Case("a disk that turns", "silent", (_reads(10**6, 6000), settings())),
    Case("just a millisecond", "threshold", (_reads(10**6, 1000), settings()), (SUBJECT,)),
    Case("few reads", "threshold", (_reads(99_999, 120), settings())),
    Case("twice as dear", "threshold", (_reads(10**6, 120), settings(random_page_cost="2"))),
    Case("databases unread", "gap", (settings(),), gaps=(gap(Databases),)),
)  # fmt: skip
