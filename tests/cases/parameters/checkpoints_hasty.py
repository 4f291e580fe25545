"""Cases of `parameters/checkpoints_hasty`."""

from cases.case import Case, gap
from cases.facts import settings, throughput
from tunewright_analyzers.facts.databases import Throughput
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting checkpoint_completion_target"

CASES = (
    Case("within half of the interval", "fires", (throughput(), settings(checkpoint_completion_target="0.5")), (SUBJECT,),
         severity={SUBJECT: "low"}, statements=("ALTER SYSTEM SET checkpoint_completion_target = '0.9';",)),
    Case("the default", "silent", (throughput(), settings())),
    Case("Aurora has none", "silent", (throughput(), settings(checkpoint_completion_target="0.5")), flavour=Flavour.AURORA),
    Case("just spread", "threshold", (throughput(), settings(checkpoint_completion_target="0.8"))),
    Case("a thousand buffers", "threshold", (throughput(checkpoint_buffers_written=288_000), settings(checkpoint_completion_target="0.79")),
         (SUBJECT,)),
    Case("fewer", "threshold", (throughput(checkpoint_buffers_written=287_999), settings(checkpoint_completion_target="0.79"))),
    Case("throughput unread", "gap", (settings(),), gaps=(gap(Throughput),)),
)  # fmt: skip
