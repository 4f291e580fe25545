"""What is wrong in the simulated account, on purpose: the check that must find it, and in which cluster. `SOUND` must be found free of all of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tunewright_analyzers.facts.ids import CheckId
from tunewright_analyzers.finding import Finding

SOUND = "orders"


@dataclass(frozen=True, slots=True)
class PlantedInCloud:
    """One fault of one cluster."""

    check: CheckId
    cluster: str
    what: str

    def found_in(self, findings: Iterable[Finding]) -> bool:
        """Whether the check found it there."""
        return any(one.check == self.check and one.cluster == self.cluster for one in findings)


def _of(cluster: str, **faults: str) -> tuple[PlantedInCloud, ...]:
    return tuple(PlantedInCloud(CheckId(name.replace("__", "/")), cluster, what) for name, what in faults.items())


PLANTED_IN_CLOUD = (
    *_of(
        "shop",
        availability__deletion_unprotected="no deletion protection",
        availability__no_second_zone="all members in one zone",
        availability__promotion_tier="a smaller reader takes over first",
        availability__single_zone_subnets="both subnets in one zone",
        backup__restore_point_old="the newest restorable state is 50 minutes old",
        backup__retention_short="backups of one day",
        backup__tags_not_copied="snapshots without tags",
        capacity__backup_storage_growth="snapshots that nobody deletes",
        capacity__connections_full="one reader's connections grow towards max_connections",
        capacity__local_storage_full="the writer's local storage ends within days",
        capacity__storage_network_full="the writer exchanges more with its storage than its class's network carries all the time",
        capacity__transaction_ids_full="transaction ids run out",
        capacity__under_provisioned="one reader at the end of its CPU",
        cost__io_optimized="I/O that I/O-Optimized would include",
        cost__old_generation="r5 where r8g is offered",
        cost__reserved_uncovered="no reservation for what has run for a year",
        maintenance__certificate_expiring="rds-ca-2019, twelve days before its end",
        maintenance__cloud_advice="a recommendation of RDS itself",
        maintenance__enhanced_monitoring_off="no Enhanced Monitoring",
        maintenance__insights_standard="Database Insights at its standard level",
        maintenance__minor_upgrades_off="no automatic minor upgrades",
        maintenance__pending_action="a system update that will be forced",
        maintenance__performance_insights_off="no Performance Insights",
        maintenance__support_ending="PostgreSQL 13 near the end of its support",
        maintenance__version_deprecated="a release that AWS has withdrawn",
        parameters__drift="parameters set otherwise than the engine's own",
        parameters__groups_differ="a reader with another parameter group",
        parameters__pending_reboot="a change that waits for a reboot",
        replication__custom_endpoint_empty="a custom endpoint whose only member is gone",
        replication__reader_lag="two readers behind by more than a second",
        replication__reader_unused="two readers that nobody uses",
        replication__readers_unbalanced="one reader that carries the load of three",
        security__iam_authentication_off="no IAM authentication",
        security__logs_not_exported="no log exports",
        security__open_security_group="port 5432 open to everybody",
        security__public_subnet="subnets with a route to the internet",
        security__publicly_accessible="members with public addresses",
        security__snapshot_public="a snapshot shared with everybody",
        security__snapshot_unencrypted="a snapshot that is not encrypted",
        security__storage_unencrypted="storage that is not encrypted",
        security__tls_not_enforced="rds.force_ssl off",
    ),
    *_of("attic", cost__empty_cluster="storage without an instance"),
    *_of(
        "burst",
        capacity__capacity_full="capacity at its maximum",
        capacity__serverless_maximum="a maximum that is reached all day",
        capacity__serverless_minimum="a minimum too small for Performance Insights",
    ),
    *_of("cart", backup__backtrack_window="Aurora MySQL without Backtrack", security__key_of_aws="AWS's own key"),
    *_of(
        "museum",
        cost__idle="nobody has connected for a week",
        cost__over_provisioned="eight processors for three per cent",
        replication__global_topology="a secondary Region that has lost its primary",
    ),
    *_of("nap", capacity__serverless_pause_blocked="a proxy keeps it from pausing"),
    *_of("orders-us", replication__global_lag="a secondary Region more than five seconds behind"),
    *_of("till", capacity__storage_full="storage that is full within days"),
)


def surplus(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What was found at the sound cluster by a check that has a planted fault elsewhere: nothing, or something is wrong."""
    checks = {one.check for one in PLANTED_IN_CLOUD}
    return tuple(one for one in findings if one.cluster == SOUND and one.check in checks)
