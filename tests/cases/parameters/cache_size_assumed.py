"""Cases of `parameters/cache_size_assumed`."""

from cases.case import Case, gap
from cases.facts import GB, database, databases, host, settings
from tunewright_analyzers.facts.databases import Databases
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting effective_cache_size"
A_DAY = 86_400
MB = 1024**2


def _read(speed: float, size_bytes: int | None = 100 * GB, seconds: float = 0.0) -> Databases:
    """`speed` blocks a second over a day."""
    return databases(
        database(
            blocks_read=int(speed * A_DAY), size_bytes=size_bytes, block_read_seconds=seconds or speed * A_DAY * 1e-4
        )
    )


READ = _read(500)
SEVEN_TENTHS = host(16 * GB, memory_available_bytes=13 * GB)

CASES = (
    Case("4 GB of 16", "fires", (settings(), SEVEN_TENTHS, READ), (SUBJECT,), severity={SUBJECT: "info"},
         statements=("ALTER SYSTEM SET effective_cache_size = '11468MB';",), says=("500 blocks a second",)),
    Case("others use half of the machine", "fires", (settings(), host(16 * GB), READ), (SUBJECT,),
         statements=("ALTER SYSTEM SET effective_cache_size = '8320MB';",)),
    Case("more than there is", "fires", (settings(effective_cache_size="4194304"), host(16 * GB), READ), (SUBJECT,)),
    Case("sizes that may not be read are not small", "fires", (settings(), SEVEN_TENTHS, _read(500, None)), (SUBJECT,)),
    Case("the planner takes all for cached already", "silent", (settings(), SEVEN_TENTHS, _read(500, 3 * GB))),
    Case("too much is too much, however small the databases", "fires",
         (settings(effective_cache_size="4194304"), host(16 * GB), _read(500, 3 * GB)), (SUBJECT,)),
    Case("there is hardly more to be had", "silent", (settings(), host(16 * GB, memory_available_bytes=4 * GB), READ)),
    Case("on RDS a formula sets it", "silent", (settings(), host(16 * GB), READ), flavour=Flavour.RDS),
    Case("another machine's memory", "silent", (settings(), host(16 * GB, is_database_host=False), READ)),
    Case("just 40 %", "threshold", (settings(), host(10 * GB), READ)),
    Case("less", "threshold", (settings(), host(10 * GB + 1), READ), (SUBJECT,)),
    Case("all of it", "threshold", (settings(), host(4 * GB), READ)),
    Case("ten blocks a second", "threshold", (settings(), SEVEN_TENTHS, _read(10)), (SUBJECT,)),
    Case("fewer", "threshold", (settings(), SEVEN_TENTHS, databases(database(blocks_read=10 * A_DAY - 1, size_bytes=100 * GB)))),
    Case("a quarter more", "threshold", (settings(), host(16 * GB, memory_available_bytes=(5 * 1024 - 128) * MB), READ), (SUBJECT,)),
    Case("a little less than that", "threshold", (settings(), host(16 * GB, memory_available_bytes=(5 * 1024 - 129) * MB), READ)),
    Case("the machine is not known", "gap", (settings(), READ), gaps=(gap(Host),)),
    Case("nothing is known of what is read", "gap", (settings(), SEVEN_TENTHS), gaps=(gap(Databases),)),
)  # fmt: skip
