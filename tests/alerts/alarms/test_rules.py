"""Which alarms a cluster gets, and at which thresholds: of its classes, limits and roles."""

from dataclasses import replace

import pytest

from cases import cloud
from cases.cloud import alone, aurora, clusters, instance, instances, member, series, trends
from tunewright_alerts.alarms.alarm import Alarm
from tunewright_alerts.alarms.rules import BANDS, RULES, Options, wanted
from tunewright_alerts.alarms.target import target_of
from tunewright_analyzers.facts.cloud import ServerlessScaling
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics, Dimension
from tunewright_analyzers.facts.cloud_network import ClassNetwork, ClassNetworks
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, View

GIB = 1024**3
LIMIT = ParameterGroups(
    (ParameterGroup("shop-16-instance", False, "aurora-postgresql16",
                    (CloudParameter("max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)", "system"),)),)
)  # fmt: skip
LOCAL = trends(
    *(
        series("FreeLocalStorage", 60.0 * GIB, 40.0 * GIB, of=f"shop-{number}", statistic="Minimum")
        for number in (1, 2, 3)
    )
)
NETWORKS = ClassNetworks((ClassNetwork("db.r8g.xlarge", 2.0e8, 1.5e9), ClassNetwork("db.r8g.large", 1.0e8, 1.5e9)))
TOPIC = "arn:aws:sns:eu-west-1:123456789012:pager"


def made(*sections: Section, options: Options | None = None) -> tuple[dict[str, Alarm], set[str]]:
    """Alarms by name, and the names of those that are not known."""
    snapshot = Snapshot(ClusterId("shop"), InstanceId("shop"), Engine.POSTGRESQL, 0, Flavour.AURORA, cloud.NOW, sections,
                        view=View.CLOUD)  # fmt: skip
    target = target_of(snapshot)
    assert target is not None
    alarms, unknown = wanted(target, options or Options(topics=(TOPIC,)))
    return {one.name: one for one in alarms}, {one.name for one in unknown}


def test_an_aurora_cluster_is_watched_by_role() -> None:
    alarms, unknown = made(clusters(aurora()), instances(), LIMIT, LOCAL, NETWORKS)
    assert unknown == set()
    assert sorted(alarms) == [
        "tunewright-shop-buffer-cache-reader", "tunewright-shop-buffer-cache-writer", "tunewright-shop-commit-latency-writer",
        "tunewright-shop-commit-throughput-writer",
        "tunewright-shop-connections-reader", "tunewright-shop-connections-writer", "tunewright-shop-cpu-reader", "tunewright-shop-cpu-writer",
        "tunewright-shop-deadlocks-writer", "tunewright-shop-load-shop-1", "tunewright-shop-load-shop-2", "tunewright-shop-load-shop-3",
        "tunewright-shop-local-storage-shop-1", "tunewright-shop-local-storage-shop-2", "tunewright-shop-local-storage-shop-3",
        "tunewright-shop-memory-shop-1", "tunewright-shop-memory-shop-2", "tunewright-shop-memory-shop-3", "tunewright-shop-read-latency-reader",
        "tunewright-shop-read-latency-writer", "tunewright-shop-reader-lag-reader", "tunewright-shop-saturated",
        "tunewright-shop-storage-network-writer", "tunewright-shop-transaction-ids-writer",
        "tunewright-shop-write-latency-writer", "tunewright-shop-writer-restarted-writer",
    ]  # fmt: skip
    cpu = alarms["tunewright-shop-cpu-writer"]
    assert cpu.metric is not None
    assert cpu.metric.dimensions == (("DBClusterIdentifier", "shop"), ("Role", "WRITER"))
    assert (cpu.threshold, cpu.periods, cpu.missing, cpu.actions) == (90, 5, "breaching", (TOPIC,))
    assert cpu.description.endswith("docs/aws-alarms.md#cpu")


def test_thresholds_follow_the_class() -> None:
    """r8g.xlarge: 4 vCPUs, 32 GiB; the smallest member counts, because any may come to write."""
    alarms, _ = made(clusters(aurora()), instances(), LIMIT, LOCAL)
    assert alarms["tunewright-shop-load-shop-1"].threshold == 4
    assert alarms["tunewright-shop-memory-shop-1"].threshold == pytest.approx(0.05 * 32 * GIB)
    assert alarms["tunewright-shop-connections-writer"].threshold == pytest.approx(0.9 * (32 * GIB // 9531392), abs=0.1)
    assert alarms["tunewright-shop-local-storage-shop-1"].threshold == pytest.approx(0.2 * 60 * GIB)
    mixed, _ = made(clusters(aurora()), instances(instance(1), instance(2, instance_class="db.r8g.large")), LIMIT, LOCAL)  # fmt: skip
    assert mixed["tunewright-shop-connections-writer"].threshold == pytest.approx(0.9 * (16 * GIB // 9531392), abs=0.1)


def test_the_network_s_limit_is_what_the_smallest_class_carries_all_the_time() -> None:
    mixed = instances(instance(1), instance(2, instance_class="db.r8g.large"))
    alarms, _ = made(clusters(aurora()), mixed, NETWORKS)
    assert alarms["tunewright-shop-storage-network-writer"].threshold == pytest.approx(0.9e8)
    _, unknown = made(clusters(aurora()), instances(instance(instance_class="db.r99.large")), NETWORKS)
    assert "tunewright-shop-storage-network-writer" in unknown
    none, said = made(clusters(aurora()), instances(instance(instance_class="db.serverless")), NETWORKS)
    assert "tunewright-shop-storage-network-writer" not in {*none, *said}


def test_the_lag_of_binary_logs_is_watched_where_it_has_points() -> None:
    mysql = clusters(aurora(engine="aurora-mysql"))
    lag = series("AuroraBinlogReplicaLag", 1.0, of="shop", dimension=Dimension.WRITER)
    alarms, _ = made(mysql, instances(), CloudMetrics((lag,)))
    alarm = alarms["tunewright-shop-binlog-lag-writer"]
    assert (alarm.threshold, alarm.comparison, alarm.periods, alarm.missing) == (
        -1,
        "LessThanOrEqualToThreshold",
        2,
        "breaching",
    )
    empty = CloudMetrics((replace(lag, points=()),))
    assert "tunewright-shop-binlog-lag-writer" not in made(mysql, instances(), empty)[0]
    assert "tunewright-shop-binlog-lag-writer" not in made(mysql, instances())[0]


def test_a_limit_that_is_not_known_makes_no_alarm_and_says_so() -> None:
    alarms, unknown = made(clusters(aurora()), instances())
    assert "tunewright-shop-connections-writer" in unknown
    assert "tunewright-shop-local-storage-shop-1" in unknown
    assert not unknown & set(alarms)


def test_a_serverless_member_has_capacity_instead_of_load_and_memory() -> None:
    alarms, _ = made(
        clusters(aurora(members=(member(1),), scaling=ServerlessScaling(1, 16))),
        instances(instance(instance_class="db.serverless")),
    )
    assert "tunewright-shop-capacity-shop-1" in alarms
    assert not [name for name in alarms if "-load-" in name or "-memory-" in name or name.endswith("-reader")]


def test_rds_is_watched_by_instance() -> None:
    replica = alone(identifier="ledger-copy", replica_of="ledger", instance_class="db.t4g.medium")
    alarms, _ = made(clusters(), instances(alone(), replica))
    storage = alarms["tunewright-ledger-storage-ledger"]
    assert storage.threshold == pytest.approx(10 * GIB)
    assert storage.metric is not None
    assert (storage.metric.statistic, storage.metric.dimensions) == ("Minimum", (("DBInstanceIdentifier", "ledger"),))
    assert "tunewright-ledger-replica-lag-ledger-copy" in alarms
    assert "tunewright-ledger-replica-lag-ledger" not in alarms
    assert "tunewright-ledger-cpu-credits-ledger-copy" in alarms
    assert "tunewright-ledger-burst-balance-ledger-copy" in alarms
    assert alarms["tunewright-ledger-memory-ledger"].threshold == pytest.approx(0.25 * 8 * GIB)


def test_aurora_mysql_has_its_own() -> None:
    volume = trends(*(series(name, value * GIB, of="shop", dimension=Dimension.CLUSTER)
                      for name, value in (("VolumeBytesUsed", 1024.0), ("AuroraVolumeBytesLeftTotal", 127 * 1024.0))))  # fmt: skip
    alarms, _ = made(clusters(aurora(engine="aurora-mysql", backtrack_window_seconds=3600)), instances(), volume)
    assert alarms["tunewright-shop-volume-left-cluster"].threshold == pytest.approx(0.2 * 128 * 1024 * GIB)
    blocked = alarms["tunewright-shop-blocked-writer"]
    assert blocked.of is not None
    assert (blocked.kind, blocked.of.name, blocked.threshold) == ("share", "ActiveTransactions", 5)
    assert {
        "tunewright-shop-history-list-writer",
        "tunewright-shop-backtrack-writer",
        "tunewright-shop-select-latency-writer",
        "tunewright-shop-dml-latency-writer",
        "tunewright-shop-login-failures-writer",
    } <= set(alarms)
    assert "tunewright-shop-transaction-ids-writer" not in alarms


def test_a_secondary_of_a_global_cluster_watches_its_lag() -> None:
    secondary = aurora(global_cluster="world", members=(member(1, is_writer=False),))
    assert "tunewright-shop-global-lag-cluster" in made(clusters(secondary), instances(instance(1)))[0]
    assert "tunewright-shop-global-lag-cluster" not in made(clusters(aurora(global_cluster="world")), instances())[0]


def test_the_composite_names_only_alarms_that_there_are() -> None:
    alarms, _ = made(clusters(aurora()), instances(), options=Options(bands=False))
    rule = alarms["tunewright-shop-saturated"].rule
    assert rule is not None
    named = set(rule.split('"')[1::2])
    assert named <= set(alarms)
    assert "commit-latency" not in rule
    assert not [one for one in alarms.values() if one.deviations is not None]


def test_slugs_are_distinct_and_none_is_above_the_apis_limits() -> None:
    slugs = [rule.slug for rule in (*RULES, *BANDS)]
    assert len(slugs) == len(set(slugs))
    alarms, _ = made(clusters(aurora()), instances(), LIMIT, LOCAL)
    assert all(
        len(one.name) <= 255 and len(one.description) <= 1024 and len(one.rule or "") <= 10240
        for one in alarms.values()
    )
