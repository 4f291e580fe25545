"""Cases of `security/release_behind`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings

SUBJECT = "cluster shop"

CASES = (
    Case("before the security release", "fires", (settings(),), (SUBJECT,), severity={SUBJECT: "high"}, version=150016,
         says=("The server is 15.16; 15.19 has been out since 2026-08-13, and up to",)),
    Case("the newest that the table knows", "silent", (settings(),), version=150019),
    Case("newer than the table", "silent", (settings(),), version=180007),
    Case("a major release newer than the table", "silent", (settings(),), version=190000),
    Case("settings unread", "gap", gaps=(gap(Settings),), version=150016),
)  # fmt: skip
