"""Cases of `security/extension_behind`."""

from cases.case import Case, gap
from cases.security.facts import extensions
from tunewright_analyzers.facts.settings import Extensions

SUBJECT = "extension vector in shop"

CASES = (
    Case("an older version", "fires", (extensions("vector", "0.8.2", "0.8.10"),), (SUBJECT,), severity={SUBJECT: "low"},
         statements=('ALTER EXTENSION vector UPDATE TO "0.8.10";',)),
    Case("the same", "silent", (extensions("vector", "0.8.2", "0.8.2"),)),
    Case("newer than the package", "silent", (extensions("vector", "0.8.10", "0.8.2"),)),
    Case("not installed", "silent", (extensions("vector", None, "0.8.2"),)),
    Case("the package is gone", "silent", (extensions("vector", "0.8.2", None),)),
    Case("extensions unread", "gap", gaps=(gap(Extensions),)),
)  # fmt: skip
