"""Cases of `security/password_md5`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour

SUBJECT = "setting password_encryption"

CASES = (
    Case("md5", "fires", (settings(password_encryption="md5"),), (SUBJECT,), severity={SUBJECT: "medium"},
         statements=("ALTER SYSTEM SET password_encryption = 'scram-sha-256';",)),
    Case("md5 on RDS", "fires", (settings(password_encryption="md5"),), (SUBJECT,), flavour=Flavour.RDS),
    Case("scram", "silent", (settings(password_encryption="scram-sha-256"),)),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)  # fmt: skip
