"""`maintenance/pending_action`: reads PendingMaintenance; says what AWS wants to do, and when it will."""

from collections.abc import Iterator
from datetime import datetime

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.facts.cloud_lifecycle import PendingAction, PendingMaintenance
from tunewright_analyzers.finding import Evidence, Severity, Subject


def _when(row: PendingAction) -> tuple[str, datetime | None]:
    """The field that decides, and its time."""
    fields = (
        ("ForcedApplyDate", row.forced_at),
        ("CurrentApplyDate", row.current_apply_at),
        ("AutoAppliedAfterDate", row.auto_applied_after),
    )
    return next(((name, at) for name, at in fields if at is not None), ("AutoAppliedAfterDate", None))


@check(needs=(PendingMaintenance,))
def pending_action(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Maintenance that AWS has announced for a cluster or instance.

    Risk: it comes in the maintenance window of that day, with a restart, whether or not anybody is prepared.
    Evidence: Action, ForcedApplyDate, CurrentApplyDate and AutoAppliedAfterDate of DescribePendingMaintenanceActions.
    Remedy: apply it at an hour of one's own choice, readers first; or opt in for the next window.
    False positives: optional updates without a date.
    """
    for row in context.window.need(PendingMaintenance).rows:
        name, at = _when(row)
        found = context.finding(
            Subject("maintenance", f"{row.action} of {row.resource}"),
            Severity.MEDIUM if at is not None else Severity.LOW,
            f"AWS will apply {row.action} to {row.resource}{f' after {at:%Y-%m-%d}' if at else ' when it is asked to'}.",
            Evidence(name, at.isoformat() if at else "none", "", f"PendingMaintenanceAction.{name}"),
            Evidence("Description", row.description or "none", "", "PendingMaintenanceAction.Description"),
        )
        yield found
        region = (row.resource_arn.split(":") + [""] * 4)[3]
        line = {"resource_identifier": row.resource_arn, "apply_action": row.action}
        yield mended(
            context,
            found,
            aws("rds", "apply-pending-maintenance-action", region, **line, opt_in_type="immediate"),
            risk="Most actions restart the instance or fail over; `next-maintenance` instead of `immediate` waits for the window.",
            rollback=(aws("rds", "apply-pending-maintenance-action", region, **line, opt_in_type="undo-opt-in"),),
            caution="`undo-opt-in` only works before the action has begun.",
        )
