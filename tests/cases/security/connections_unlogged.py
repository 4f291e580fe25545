"""Cases of `security/connections_unlogged`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings

SUBJECT = "setting log_connections"

CASES = (
    Case("off", "fires", (settings(log_connections="off"),), (SUBJECT,), severity={SUBJECT: "info"},
         statements=("ALTER SYSTEM SET log_connections = 'on';",)),
    Case("an empty list, as of 18", "fires", (settings(log_connections=""),), (SUBJECT,)),
    Case("on", "silent", (settings(log_connections="on"),)),
    Case("a list", "silent", (settings(log_connections="receipt,authentication"),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)  # fmt: skip
