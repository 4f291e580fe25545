"""Cases of `security/release_unsupported`. The cases' day is 2026-11-24."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings

SUBJECT = "cluster shop"

CASES = (
    Case("13", "fires", (settings(),), (SUBJECT,), severity={SUBJECT: "high"}, version=130023, says=("last release on 2025-11-13",)),
    Case("a release of another age", "fires", (settings(),), (SUBJECT,), severity={SUBJECT: "high"}, version=110022),
    Case("18", "silent", (settings(),), version=180006),
    Case("newer than the table", "silent", (settings(),), version=210000),
    Case("351 days before, told 352 days before", "threshold", (settings(),), (SUBJECT,), severity={SUBJECT: "medium"}, version=150018,
         overrides={"days_left": 352}),
    Case("352 days before, told 351 days before", "threshold", (settings(),), version=150018, overrides={"days_left": 351}),
    Case("settings unread", "gap", gaps=(gap(Settings),), version=130023),
)  # fmt: skip
