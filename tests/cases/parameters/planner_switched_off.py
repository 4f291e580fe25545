"""Cases of `parameters/planner_switched_off`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import RoleSetting, Settings
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting enable_seqscan"
OF_A_ROLE = RoleSetting(None, "report", "enable_hashjoin", "off")

CASES = (
    Case("for the server", "fires", (settings(enable_seqscan="off"),), (SUBJECT,), severity={SUBJECT: "low"},
         statements=("ALTER SYSTEM SET enable_seqscan = 'on';",)),
    Case("for a role", "fires", (settings(OF_A_ROLE),), ("setting enable_hashjoin of role report",),
         severity={"setting enable_hashjoin of role report": "info"}, statements=("ALTER ROLE report SET enable_hashjoin = 'on';",)),
    Case("in the parameter group", "fires", (settings(enable_seqscan="off"),), (SUBJECT,), flavour=Flavour.AURORA),
    Case("all on", "silent", (settings(),)),
    Case("off in the release too", "silent", (settings(enable_partitionwise_join="off"),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)  # fmt: skip
