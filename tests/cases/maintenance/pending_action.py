"""Cases of `maintenance/pending_action`."""

from dataclasses import replace

from cases.case import Case, gap
from cases.cloud import aurora, later
from tunewright_analyzers.facts.cloud_lifecycle import PendingAction, PendingMaintenance

ACTION = PendingAction("shop", aurora().arn, "system-update", "New operating system", current_apply_at=later(days=3))
SUBJECT = "maintenance system-update of shop"

CASES = (
    Case("with a day", "fires", (PendingMaintenance((ACTION,)),), (SUBJECT,), severity={SUBJECT: "medium"}, says=("after 2026-11-27",),
         statements=("--apply-action system-update --opt-in-type immediate --region eu-west-1",)),
    Case("optional", "fires", (PendingMaintenance((replace(ACTION, current_apply_at=None),)),), (SUBJECT,), severity={SUBJECT: "low"}),
    Case("none", "silent", (PendingMaintenance(()),)),
    Case("denied", "gap", gaps=(gap(PendingMaintenance),)),
)  # fmt: skip
