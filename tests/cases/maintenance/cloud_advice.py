"""Cases of `maintenance/cloud_advice`."""

from dataclasses import replace

from cases.case import Case, gap
from tunewright_analyzers.facts.cloud_lifecycle import CloudAdvice, CloudAdvices

ADVICE = CloudAdvice("12ab3cde-f456-7g8h-9012-i3j45678k9lm", "config_recommendation::old_minor_version", "informational", "shop", "active",
                     "**[engine] versions** are outdated", "Upgrade", "A newer minor version is there")  # fmt: skip
SUBJECT = "recommendation of RDS config_recommendation::old_minor_version of shop"

CASES = (
    Case("informational", "fires", (CloudAdvices((ADVICE,)),), (SUBJECT,), severity={SUBJECT: "info"}),
    Case("high, pending", "fires", (CloudAdvices((replace(ADVICE, severity="high", status="pending"),)),), (SUBJECT,), severity={SUBJECT: "high"}),
    Case("dismissed, resolved", "silent", (CloudAdvices((replace(ADVICE, status="dismissed"), replace(ADVICE, status="resolved"))),)),
    Case("denied", "gap", gaps=(gap(CloudAdvices),)),
)  # fmt: skip
