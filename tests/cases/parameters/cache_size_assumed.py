"""Cases of `parameters/cache_size_assumed`."""

from cases.case import Case, gap
from cases.facts import GB, host, settings
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting effective_cache_size"

CASES = (
    Case("4 GB of 16", "fires", (settings(), host(16 * GB)), (SUBJECT,), severity={SUBJECT: "info"},
         statements=("ALTER SYSTEM SET effective_cache_size = '11468MB';",)),
    Case("more than there is", "fires", (settings(effective_cache_size="4194304"), host(16 * GB)), (SUBJECT,)),
    Case("on RDS a formula sets it", "silent", (settings(), host(16 * GB)), flavour=Flavour.RDS),
    Case("another machine's memory", "silent", (settings(), host(16 * GB, is_database_host=False))),
    Case("just 40 %", "threshold", (settings(), host(10 * GB))),
    Case("less", "threshold", (settings(), host(10 * GB + 1)), (SUBJECT,)),
    Case("all of it", "threshold", (settings(), host(4 * GB))),
    Case("the machine is not known", "gap", (settings(),), gaps=(gap(Host),)),
)  # fmt: skip
