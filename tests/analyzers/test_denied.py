"""A call that is denied leaves just the checks that need it not judged; a sound cluster has nothing to be told of."""

from datetime import UTC, datetime

import pytest

from cases.case import NOW, gap
from cases.cloud import KEY, aurora, clusters, instances, later, metrics, series, trends
from cases.cost.facts import PRICES
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.state import Judgement
from tunewright_analyzers.check import discover
from tunewright_analyzers.facts.cloud import ClusterEndpoints, GlobalClusters, Proxies
from tunewright_analyzers.facts.cloud_backup import CloudSnapshots, SnapshotShares
from tunewright_analyzers.facts.cloud_cost import Reservation, Reservations
from tunewright_analyzers.facts.cloud_keys import StorageKey, StorageKeys
from tunewright_analyzers.facts.cloud_lifecycle import (
    Certificates,
    ClassOffers,
    CloudAdvices,
    EngineLifecycle,
    EngineLifecycles,
    EngineVersions,
    PendingMaintenance,
)
from tunewright_analyzers.facts.cloud_metrics import Dimension
from tunewright_analyzers.facts.cloud_network import (
    ClassNetwork,
    ClassNetworks,
    SecurityGroups,
    Subnet,
    SubnetGroup,
    SubnetGroups,
    SubnetRoute,
    SubnetRoutes,
)
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, EngineDefaults, ParameterGroup, ParameterGroups
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Section, Snapshot, View, Window

HOURS = 14 * 24
NETS = tuple(Subnet(f"subnet-{zone}", f"eu-west-1{zone}") for zone in "abc")
TLS = ParameterGroup("shop-16", True, "aurora-postgresql16", (CloudParameter("rds.force_ssl", "1", "user"),))


def sound() -> tuple[Section, ...]:
    """Every section of a cluster that nothing is wrong with."""
    volume = [
        series(name, *[value] * HOURS, of="shop", dimension=Dimension.CLUSTER, statistic=statistic)
        for name, value, statistic in (
            ("VolumeBytesUsed", 100.0 * 1024**3, "Average"), ("VolumeReadIOPs", 1e4, "Sum"), ("VolumeWriteIOPs", 1e4, "Sum"),
        )
    ]  # fmt: skip
    load = [
        one
        for number in (1, 2, 3)
        for one in (
            series("CPUUtilization", *[45.0] * HOURS, of=f"shop-{number}", statistic="p95"),
            series("DBLoad", *[1.5] * HOURS, of=f"shop-{number}"),
            series("DatabaseConnections", *[50.0] * HOURS, of=f"shop-{number}", statistic="Maximum"),
        )
    ]
    return (
        clusters(aurora(insights_mode="advanced")), instances(), metrics(), trends(*volume, *load), PRICES,
        SecurityGroups(()), ClassNetworks((ClassNetwork("db.r8g.xlarge", 2e8, 1.5e9),)), SubnetGroups((SubnetGroup("shop-subnets", "vpc-1", NETS),)),
        SubnetRoutes(tuple(SubnetRoute(net.identifier, "rtb-1") for net in NETS)),
        CloudSnapshots(()), SnapshotShares(()), StorageKeys((StorageKey(KEY, "CUSTOMER"),)),
        ParameterGroups((TLS,)), EngineDefaults(()), EngineVersions(()),
        EngineLifecycles((EngineLifecycle("aurora-postgresql", "16", later(days=900), None),)),
        PendingMaintenance(()), Certificates(()), CloudAdvices(()), ClassOffers(()), ClusterEndpoints(()), GlobalClusters(()), Proxies(()),
        Reservations((Reservation("r", "db.r8g.xlarge", 3, "active", "aurora-postgresql"),), (("db.r8g.xlarge", "aurora-postgresql", 3),)),
    )  # fmt: skip


def judged(*sections: Section, gaps: tuple[Gap, ...] = ()) -> Judgement:
    snapshot = Snapshot(
        ClusterId("shop"), InstanceId("shop"), Engine.POSTGRESQL, 0, Flavour.AURORA, NOW, sections, gaps, View.CLOUD
    )
    return judge(Window(ClusterId("shop"), NOW, NOW, snapshot), Rules(), datetime(2026, 11, 24, tzinfo=UTC))


CHECKS = tuple(check for check in discover() if check.view is View.CLOUD)
NEEDED = sorted({kind for check in CHECKS for kind in check.needs}, key=lambda kind: kind.name)


def test_a_sound_cluster_has_nothing_to_be_told_of_and_all_is_judged() -> None:
    judgement = judged(*sound())
    assert [(one.check, str(one.subject)) for one in judgement.findings] == []
    assert [(one.check, one.because) for one in judgement.not_judged] == []


@pytest.mark.parametrize("kind", NEEDED, ids=lambda kind: kind.name)
def test_what_is_denied_costs_just_the_checks_that_need_it(kind: type[Section]) -> None:
    rest = tuple(one for one in sound() if not isinstance(one, kind))
    denied = gap(kind, f"{kind.name} was refused (AccessDenied)", "allow it")
    judgement = judged(*rest, gaps=(denied,))
    assert {one.check for one in judgement.not_judged} == {check.id for check in CHECKS if kind in check.needs}
    assert all("AccessDenied" in one.because for one in judgement.not_judged)
    assert judgement.findings == ()
