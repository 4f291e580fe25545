"""Two weeks of CloudWatch for the simulated account: a daily rhythm, a weekend, a failover, and the loads that the planted faults show in.

Everything is a function of time (the same at every run): sine of the hour, less at weekends, and noise of a hash.
"""

import hashlib
import math
from collections.abc import Callable
from datetime import datetime, timedelta

from tunewright_agent.demo.aurora.cloudwatch import CloudWatch, Signal
from tunewright_agent.demo.aurora.estate import Cluster, Member

GIB = 1024.0**3
FAILED_OVER = timedelta(days=2, hours=3)
"""How long ago `shop` failed over."""


def _noise(seed: str, at: datetime) -> float:
    """Between 0 and 1, by the minute."""
    digest = hashlib.blake2b(f"{seed}{int(at.timestamp()) // 60}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


def rhythm(low: float, high: float, seed: str) -> Signal:
    """From `low` at four in the morning to `high` in the afternoon; half as high at weekends; five per cent of noise."""

    def signal(at: datetime) -> float:
        day = (1 - math.cos((at.hour + at.minute / 60 - 4) / 24 * 2 * math.pi)) / 2
        week = 0.5 if at.weekday() >= 5 else 1.0
        return (low + (high - low) * day * week) * (0.95 + 0.1 * _noise(seed, at))

    return signal


def flat(value: float) -> Signal:
    """Always the same."""
    return lambda _: value


def grows(now: datetime, value: float, a_day: float) -> Signal:
    """A line that is `value` now."""
    return lambda at: value + a_day * (at - now).total_seconds() / 86400


VCPUS = {"large": 2, "xlarge": 4, "2xlarge": 8, "serverless": 4}


def _common(
    put: Callable[[str, Signal], None], member: Member, cpu: tuple[float, float], connections: tuple[float, float]
) -> None:
    """What every engine of AWS tells of an instance; its load is four fifths of what keeps its processors busy."""
    seed, full = member.name, VCPUS[member.kind.rpartition(".")[2]] / 100
    put("CPUUtilization", rhythm(*cpu, f"{seed}cpu"))
    put("DatabaseConnections", rhythm(*connections, f"{seed}con"))
    for metric, share in (("DBLoad", 0.8), ("DBLoadCPU", 0.5), ("DBLoadNonCPU", 0.3)):
        put(metric, rhythm(cpu[0] * full * share, cpu[1] * full * share, f"{seed}load"))
    put("FreeableMemory", rhythm(9 * GIB, 7 * GIB, f"{seed}mem"))
    put("ReadLatency", rhythm(0.0008, 0.003, f"{seed}read"))
    put("WriteLatency", rhythm(0.0012, 0.004, f"{seed}write"))
    put("CommitLatency", rhythm(1.5, 4.0, f"{seed}commit"))
    put("Deadlocks", flat(0.0))
    put("SwapUsage", flat(0.0))
    put("MaximumUsedTransactionIDs", flat(2.1e8))


BUSY = {
    "shop": ((12.0, 62.0), (40.0, 210.0)),
    "orders": ((15.0, 60.0), (40.0, 160.0)),
    "orders-us": ((12.0, 45.0), (10.0, 40.0)),
    "nap": ((10.0, 55.0), (2.0, 30.0)),
    "burst": ((30.0, 70.0), (10.0, 60.0)),
    "museum": ((1.0, 3.0), (0.0, 0.0)),
    "cart": ((15.0, 60.0), (10.0, 80.0)),
    "till": ((15.0, 55.0), (5.0, 40.0)),
}
"""CPU in per cent and connections, at night and in the afternoon."""


def _shop(put: Callable[[str, Signal], None], name: str, now: datetime) -> None:
    """The writer runs out of local storage and transaction ids; one reader carries all the load, and the others none."""
    if name == "shop-1":
        put("FreeLocalStorage", grows(now, 4 * GIB, -0.5 * GIB))
        put("MaximumUsedTransactionIDs", grows(now, 1.75e9, 4e7))
    elif name == "shop-2":
        put("CPUUtilization", rhythm(35.0, 98.0, "shop-2cpu"))
        put("DatabaseConnections", grows(now, 1_500, 40))
    else:
        put("CPUUtilization", rhythm(3.0, 5.0, f"{name}cpu"))
        put("DatabaseConnections", flat(0.0))
        put("AuroraReplicaLag", rhythm(1_400, 1_900, f"{name}lag"))


def _member(cloudwatch: CloudWatch, cluster: Cluster, member: Member, now: datetime) -> None:
    def put(metric: str, signal: Signal) -> None:
        cloudwatch.put(metric, signal, DBInstanceIdentifier=member.name)

    cpu, connections = BUSY[cluster.name]
    _common(put, member, cpu, connections)
    if cluster.engine.startswith("aurora"):
        put("FreeLocalStorage", flat(40 * GIB))
        put("BufferCacheHitRatio", rhythm(99.6, 99.1, member.name))
        put("AuroraReplicaLag", rhythm(12, 25, member.name))
        put("EngineUptime", lambda at: (at - now + timedelta(days=90)).total_seconds())
    if cluster.name == "shop":
        _shop(put, member.name, now)
    if member.kind == "db.serverless":
        pinned = cluster.name == "burst"
        put("ServerlessDatabaseCapacity", rhythm(0.5, 4.0 if pinned else 3.0, member.name))
        put("ACUUtilization", flat(99.5) if pinned else rhythm(8.0, 45.0, member.name))
    if cluster.name == "till":
        put("FreeStorageSpace", grows(now, 18 * GIB, -2 * GIB))
        put("DiskQueueDepth", rhythm(0.1, 0.8, "till"))


def _failed_over(now: datetime) -> Signal:
    began = now - FAILED_OVER

    def signal(at: datetime) -> float:
        return (at - began).total_seconds() if at >= began else (at - now + timedelta(days=90)).total_seconds()

    return signal


def _volume(cloudwatch: CloudWatch, cluster: Cluster, now: datetime) -> None:
    def put(metric: str, signal: Signal) -> None:
        cloudwatch.put(metric, signal, DBClusterIdentifier=cluster.name)

    heavy = 40.0 if cluster.name == "shop" else 0.02
    put("VolumeReadIOPs", rhythm(5_000 * heavy, 40_000 * heavy, f"{cluster.name}r"))
    put("VolumeWriteIOPs", rhythm(3_000 * heavy, 20_000 * heavy, f"{cluster.name}w"))
    put("VolumeBytesUsed", grows(now, 300 * GIB, 0.2 * GIB))
    put("BackupRetentionPeriodStorageUsed", flat(310 * GIB))
    put("SnapshotStorageUsed", grows(now, 900 * GIB, 25 * GIB) if cluster.name == "shop" else flat(20 * GIB))
    put("TotalBackupStorageBilled", grows(now, 900 * GIB, 25 * GIB) if cluster.name == "shop" else flat(30 * GIB))
    for role in ("WRITER", "READER"):
        cpu, connections = BUSY.get(cluster.name, ((0.0, 0.0), (0.0, 0.0)))
        cloudwatch.put("CPUUtilization", rhythm(*cpu, role), DBClusterIdentifier=cluster.name, Role=role)
        cloudwatch.put("DatabaseConnections", rhythm(*connections, role), DBClusterIdentifier=cluster.name, Role=role)
    uptime = _failed_over(now) if cluster.name == "shop" else flat(90 * 86400.0)
    cloudwatch.put("EngineUptime", uptime, DBClusterIdentifier=cluster.name, Role="WRITER")
    traffic = 2.4e8 if cluster.name == "shop" else 9e6
    cloudwatch.put(
        "StorageNetworkThroughput",
        rhythm(traffic, traffic * 1.2, "net"),
        DBClusterIdentifier=cluster.name,
        Role="WRITER",
    )
    if cluster.name == "orders-us":
        put("AuroraGlobalDBRPOLag", rhythm(7_000, 9_000, "rpo"))
        put("AuroraGlobalDBReplicationLag", rhythm(700, 2_000, "lag"))


def tell(cloudwatch: CloudWatch, clusters: tuple[Cluster, ...], now: datetime) -> None:
    """Put every signal of the account."""
    for cluster in clusters:
        for member in cluster.members:
            _member(cloudwatch, cluster, member, now)
        if cluster.engine.startswith("aurora") and cluster.members:
            _volume(cloudwatch, cluster, now)
