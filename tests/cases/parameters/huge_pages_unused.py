"""Cases of `parameters/huge_pages_unused`."""

from cases.case import Case, gap
from cases.facts import GB, MB, host, load, settings
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting huge_pages"
SIXTEEN = "2097152"  # 16 GB in blocks of 8 kB

CASES = (
    Case("switched off", "fires", (settings(shared_buffers=SIXTEEN, huge_pages="off"),), (SUBJECT,), severity={SUBJECT: "low"}, says=("32 MB",),
         statements=("ALTER SYSTEM SET huge_pages = 'try';",)),
    Case("tried in vain", "fires", (settings(shared_buffers=SIXTEEN),), (SUBJECT,)),
    Case("in use", "silent", (settings(shared_buffers=SIXTEEN, huge_pages_status="on"),)),
    Case("before 17 nobody knows", "silent", (settings(shared_buffers=SIXTEEN, without=("huge_pages_status",)),)),
    Case("AWS sees to it", "silent", (settings(shared_buffers=SIXTEEN, huge_pages="off"),), flavour=Flavour.AURORA),
    Case("the machine's page tables weigh", "threshold",
         (settings(shared_buffers=SIXTEEN, huge_pages="off"), host(64 * GB, page_tables_bytes=256 * MB), load()), (SUBJECT,)),
    Case("the machine's page tables are small", "threshold",
         (settings(shared_buffers=SIXTEEN, huge_pages="off"), host(64 * GB, page_tables_bytes=256 * MB - 1))),
    Case("another machine's page tables say nothing", "fires",
         (settings(shared_buffers=SIXTEEN, huge_pages="off"), host(64 * GB, page_tables_bytes=MB, is_database_host=False)), (SUBJECT,)),
    Case("8 GB", "threshold", (settings(shared_buffers="1048576", huge_pages="off"),), (SUBJECT,)),
    Case("less", "threshold", (settings(shared_buffers="1048575", huge_pages="off"),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)  # fmt: skip
