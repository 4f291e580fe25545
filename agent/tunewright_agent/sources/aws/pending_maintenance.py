"""Source `pending_maintenance`: what AWS will do to the target (rds:DescribePendingMaintenanceActions). Fills PendingMaintenance."""

from collections.abc import Iterator
from datetime import datetime

from tunewright_agent.sources.aws.reader import Reader, Row
from tunewright_agent.sources.aws.shapes import identifier
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_lifecycle import PendingAction, PendingMaintenance

EVERY_SECONDS = 3600.0


def _actions(row: Row) -> Iterator[PendingAction]:
    arn = row["ResourceIdentifier"]
    for one in row.get("PendingMaintenanceActionDetails", ()):
        yield PendingAction(
            resource=identifier(arn),
            resource_arn=arn,
            action=one.get("Action", ""),
            description=one.get("Description", ""),
            auto_applied_after=one.get("AutoAppliedAfterDate"),
            forced_at=one.get("ForcedApplyDate"),
            current_apply_at=one.get("CurrentApplyDate"),
            opt_in=one.get("OptInStatus"),
        )


def arns(reader: Reader) -> frozenset[str]:
    """The ARNs of the cluster and its members."""
    of_members = [row["DBInstanceArn"] for row in reader.instances()]
    return frozenset([*(row["DBClusterArn"] for row in reader.clusters()), *of_members])


def collect(reader: Reader, taken_at: datetime) -> Collected:
    """The actions that wait for the target's resources. Raises SourceError."""
    del taken_at
    mine = arns(reader)
    rows = reader.rows("rds", "describe_pending_maintenance_actions", "PendingMaintenanceActions", EVERY_SECONDS)
    found = [one for row in rows if row["ResourceIdentifier"] in mine for one in _actions(row)]
    return Collected((PendingMaintenance(tuple(found)),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "pending_maintenance",
        (PendingMaintenance,),
        interval_seconds=EVERY_SECONDS,
        deadline_seconds=60,
        collect=collect,
    )
