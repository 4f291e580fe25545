"""Cases of `parameters/shared_buffers_small`."""

from cases.case import Case, gap
from cases.facts import GB, database, databases, host, settings
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting shared_buffers"
A_DAY = 86_400


def _blocks(read: int, hit: int) -> Databases:
    return databases(database(blocks_read=read, blocks_hit=hit))


MISSING = _blocks(1000 * A_DAY, 9000 * A_DAY)

CASES = (
    Case("128 MB of 16 GB, a tenth is missed", "fires", (MISSING, settings(), host(16 * GB)), (SUBJECT,), severity={SUBJECT: "low"},
         says=("90.0%",), statements=("ALTER SYSTEM SET shared_buffers = '4GB';",)),
    Case("a formula sets it on RDS", "silent", (MISSING, settings(), host(16 * GB)), flavour=Flavour.RDS),
    Case("another machine's memory", "silent", (MISSING, settings(), host(16 * GB, is_database_host=False))),
    Case("a fifth of the memory", "threshold", (MISSING, settings(shared_buffers="524288"), host(20 * GB))),
    Case("less", "threshold", (MISSING, settings(shared_buffers="524287"), host(20 * GB)), (SUBJECT,)),
    Case("99 % are found", "threshold", (_blocks(100 * A_DAY, 9900 * A_DAY), settings(), host())),
    Case("a hundred reads a second", "threshold", (_blocks(100 * A_DAY, 9800 * A_DAY), settings(), host()), (SUBJECT,)),
    Case("fewer", "threshold", (_blocks(100 * A_DAY - 1, 9000 * A_DAY), settings(), host())),
    Case("the machine is not known", "gap", (MISSING, settings()), gaps=(gap(Host),)),
)  # fmt: skip
