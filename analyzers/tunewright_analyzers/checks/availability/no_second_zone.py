"""`availability/no_second_zone`: reads CloudClusters, CloudInstances; says what dies with its Availability Zone."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, desired, mended, modify, template
from tunewright_analyzers.cloud.resources import evidence, readers, subject, writer
from tunewright_analyzers.facts.cloud import CloudCluster, CloudClusters, CloudInstance, CloudInstances
from tunewright_analyzers.finding import Evidence, Severity


def _cluster(context: Context[NoThresholds], row: CloudCluster) -> Iterator[Verdict]:
    lead = writer(context.window, row)
    if lead is None or row.instance_class is not None:
        return  # in a failover; or a Multi-AZ DB cluster, which spans three zones by itself
    others = readers(context.window, row)
    if any(one.zone not in (None, lead.zone) for one in others):
        return
    many = (
        f"its {len(others)} reader{'' if len(others) == 1 else 's'} stand in the writer's zone"
        if others
        else "it has no reader"
    )
    found = context.finding(
        subject(row),
        Severity.HIGH,
        f"{row.identifier} has nobody to take over in another zone: {many} ({lead.zone}).",
        evidence(lead, "AvailabilityZone", lead.zone or "unknown"),
        Evidence("readers in other zones", 0, "", "DBCluster.DBClusterMembers"),
        evidence(row, "MultiAZ", row.is_multi_zone),
    )  # fmt: skip
    yield found
    name = f"{row.identifier}-standby"
    yield mended(
        context,
        found,
        aws("rds", "create-db-instance", row.region, db_instance_identifier=name, db_cluster_identifier=row.identifier,
            db_instance_class=lead.instance_class, engine=row.engine, promotion_tier=1),
        risk="A second instance is billed as the first; RDS puts it into another zone of the subnet group by itself.",
        rollback=(aws("rds", "delete-db-instance", row.region, db_instance_identifier=name),),
        template=template("AWS::RDS::DBInstance", DBClusterIdentifier=row.identifier, DBInstanceClass=lead.instance_class,
                          Engine=row.engine, PromotionTier=1),
    )  # fmt: skip


def _alone(context: Context[NoThresholds], row: CloudInstance) -> Iterator[Verdict]:
    found = context.finding(
        subject(row),
        Severity.HIGH,
        f"{row.identifier} has no standby in another zone.",
        evidence(row, "MultiAZ", False),
        evidence(row, "AvailabilityZone", row.zone or "unknown"),
    )
    yield found
    yield mended(
        context,
        found,
        modify(row, multi_az=True),
        risk="The instance and its storage are billed twice; commits wait for the standby.",
        rollback=(modify(row, multi_az=False),),
        template=desired(row, MultiAZ=True),
    )


@check(
    needs=(CloudClusters, CloudInstances),
    controls=("RDS.5", "RDS.15", "prowler:rds_cluster_multi_az", "prowler:rds_instance_multi_az"),
)
def no_second_zone(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A cluster without a reader in another zone than the writer's, or an instance without a standby.

    Risk: when the zone or the instance fails, a new one must be made first: minutes to tens of minutes instead of seconds.
    Evidence: DBClusterMembers with each member's AvailabilityZone (MultiAZ alone also counts readers in the writer's zone); MultiAZ of an instance.
    Remedy: a reader of the writer's class in another zone; Multi-AZ for an instance.
    False positives: databases of tests and development; read replicas.
    """
    for row in context.window.need(CloudClusters).rows:
        if row.members:
            yield from _cluster(context, row)
    for one in context.window.need(CloudInstances).rows:
        if one.cluster is None and one.replica_of is None and not one.is_multi_zone:
            yield from _alone(context, one)
