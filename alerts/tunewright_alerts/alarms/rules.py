"""Which alarms a cluster should have, and at which thresholds: AWS' own recommended alarms, adapted to classes and limits, and some of ours.

Sources: 'Recommended alarms' of the CloudWatch guide for RDS (periods, datapoints, treatment of missing data); those that it does not name
are rules of ours, and say so in their description. An alarm whose limit is not known is not made: `unknown` says why.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tunewright_alerts.alarms.alarm import Alarm, Metric
from tunewright_alerts.alarms.plan import prefix_of
from tunewright_alerts.alarms.target import Target, Where

ABOVE, ABOVE_OR_AT = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold"
BELOW, BELOW_OR_AT = "LessThanThreshold", "LessThanOrEqualToThreshold"
ABOVE_BAND, OUTSIDE_BAND = "GreaterThanUpperThreshold", "LessThanLowerOrGreaterThanUpperThreshold"
GIB = 1024**3
OURS = "A rule of ours."
AWS = "Recommended by AWS."
Limit = Callable[[Target, Where], float | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of alarm. `places` says for which dimensions, `limit` its threshold there (None: not known), `when` whether it applies."""

    slug: str
    summary: str
    metric: str
    places: Callable[[Target], tuple[Where, ...]]
    limit: Limit
    statistic: str = "Average"
    comparison: str = ABOVE
    periods: int = 5
    missing: str = "missing"
    period_seconds: int = 60
    origin: str = AWS
    of: str | None = None
    """Another metric of the same place, of which the threshold is a share in percent."""
    when: Callable[[Target], bool] = lambda target: True


def _fixed(value: float) -> Limit:
    return lambda target, where: value


def _share(of: Limit, share: float) -> Limit:
    def limit(target: Target, where: Where) -> float | None:
        whole = of(target, where)
        return None if whole is None else whole * share

    return limit


def _memory(target: Target, where: Where) -> float | None:
    whole = target.memory(where)
    return None if whole is None else whole * (0.05 if target.is_aurora else 0.25)


def _storage(target: Target, where: Where) -> float | None:
    gib = where.members[0].allocated_gib
    return gib * GIB * 0.10 if gib else None


def _volume(target: Target, where: Where) -> float | None:
    whole = target.volume_limit()
    return None if whole is None else whole * 0.2


def _is_mysql(target: Target) -> bool:
    return target.engine == "aurora-mysql"


def _is_postgres(target: Target) -> bool:
    return "postgres" in target.engine


def _is_rds(target: Target) -> bool:
    return not target.is_aurora


def _is_secondary(target: Target) -> bool:
    return target.cluster is not None and target.cluster.global_cluster is not None and target.cluster.writer is None


def _backtracks(target: Target) -> bool:
    return target.cluster is not None and bool(target.cluster.backtrack_window_seconds)


def _provisioned(target: Target) -> tuple[Where, ...]:
    return tuple(one for one in target.instances() if not one.members[0].is_serverless)


def _provisioned_writer(target: Target) -> tuple[Where, ...]:
    """The writer's role, where every member that may come to write has a class with a network of its own."""
    return () if any(row.is_serverless for row in target.members) else target.writer()


def _serverless(target: Target) -> tuple[Where, ...]:
    return tuple(one for one in target.instances() if one.members[0].is_serverless)


def _replicas(target: Target) -> tuple[Where, ...]:
    return tuple(one for one in target.instances() if one.members[0].replica_of is not None)


def _burstable(target: Target) -> tuple[Where, ...]:
    return tuple(one for one in target.instances() if target.is_burstable(one))


RULES: tuple[Rule, ...] = (
    Rule("cpu", "CPU above 90 %", "CPUUtilization", Target.roles, _fixed(90), missing="breaching"),
    Rule("connections", "Connections above 90 % of max_connections",
         "DatabaseConnections", Target.roles, _share(Target.connections, 0.9), missing="breaching"),
    Rule("load", "More active sessions than vCPUs", "DBLoad", _provisioned, Target.vcpus, periods=15),
    Rule("memory", "Little memory left",
         "FreeableMemory", _provisioned, _memory, comparison=BELOW, periods=15, missing="breaching"),
    Rule("storage", "Less than 10 % of the storage left",
         "FreeStorageSpace", Target.instances, _storage, "Minimum", BELOW, missing="breaching", when=_is_rds),
    Rule("local-storage", "Less than 20 % of the local storage left",
         "FreeLocalStorage", _provisioned, _share(Target.local_storage, 0.2), comparison=BELOW,
         when=lambda target: target.is_aurora),
    Rule("read-latency", "Reads slower than 20 ms", "ReadLatency", Target.roles, _fixed(0.020), "p90"),
    Rule("write-latency", "Writes slower than 20 ms", "WriteLatency", Target.writer, _fixed(0.020), "p90"),
    Rule("io-balance", "I/O credits of the volume nearly used up",
         "EBSIOBalance%", Target.instances, _fixed(10), comparison=BELOW, periods=3, when=_is_rds),
    Rule("byte-balance", "Throughput credits of the volume nearly used up",
         "EBSByteBalance%", Target.instances, _fixed(10), comparison=BELOW, periods=3,
         when=_is_rds),
    Rule("cpu-credits", "CPU credits nearly used up",
         "CPUCreditBalance", _burstable, _fixed(20), "Minimum", BELOW, periods=3, period_seconds=300, origin=OURS),
    Rule("burst-balance", "Burst credits of a gp2 volume nearly used up",
         "BurstBalance", Target.instances, _fixed(20), "Minimum", BELOW, periods=3, period_seconds=300, origin=OURS, when=_is_rds),
    Rule("replica-lag", "A read replica lags by more than a minute",
         "ReplicaLag", _replicas, _fixed(60), "Maximum", periods=10, missing="breaching", when=_is_rds),
    Rule("reader-lag", "A reader lags by more than a second",
         "AuroraReplicaLag", Target.readers, _fixed(1000), "Maximum", origin=OURS),
    Rule("transaction-ids", "A billion transaction ids used",
         "MaximumUsedTransactionIDs", Target.writer, _fixed(1e9), periods=1, when=_is_postgres),
    Rule("buffer-cache", "Less than 80 % of the blocks found in the buffer cache",
         "BufferCacheHitRatio", Target.roles, _fixed(80), comparison=BELOW, periods=10,
         when=lambda target: target.is_aurora),
    Rule("storage-network", "More than 90 % of what the class's network carries all the time",
         "StorageNetworkThroughput", _provisioned_writer, _share(Target.bandwidth, 0.9), when=lambda target: target.is_aurora),
    Rule("binlog-lag", "Replication by binary log has stopped",
         "AuroraBinlogReplicaLag", Target.writer, _fixed(-1), comparison=BELOW_OR_AT, periods=2, missing="breaching",
         when=Target.replicates_by_binlog),
    Rule("history-list", "A million old row versions wait for purge",
         "RollbackSegmentHistoryListLength", Target.writer, _fixed(1e6), missing="breaching",
         when=_is_mysql),
    Rule("writer-restarted", "The writer does not run, or another one took over",
         "EngineUptime", Target.writer, _fixed(0), comparison=BELOW_OR_AT, periods=2,
         missing="breaching", when=lambda target: target.is_aurora),
    Rule("volume-left", "Less than 20 % of the volume's limit left",
         "AuroraVolumeBytesLeftTotal", Target.whole, _volume, comparison=BELOW, missing="breaching", when=_is_mysql),
    Rule("blocked", "More than 5 % of the transactions are blocked",
         "BlockedTransactions", Target.writer, _fixed(5), of="ActiveTransactions", when=_is_mysql),
    Rule("capacity", "Serverless capacity at its maximum",
         "ACUUtilization", _serverless, _fixed(90), periods=15, origin=OURS),
    Rule("backtrack", "The Backtrack window is shorter than its target",
         "BacktrackWindowAlert", Target.writer, _fixed(0), "Sum", periods=1,
         missing="notBreaching", origin=OURS, when=_backtracks),
    Rule("global-lag", "A failover to this Region would lose more than 5 s",
         "AuroraGlobalDBRPOLag", Target.whole, _fixed(5000), "Maximum", origin=OURS,
         when=_is_secondary),
)  # fmt: skip
BANDS: tuple[Rule, ...] = (
    Rule("commit-latency", "Commits slower than usual",
         "CommitLatency", Target.writer, _fixed(3), comparison=ABOVE_BAND, periods=10,
         origin=OURS, when=lambda target: target.is_aurora),
    Rule("deadlocks", "More deadlocks than usual",
         "Deadlocks", Target.writer, _fixed(3), "Sum", ABOVE_BAND, periods=10, origin=OURS,
         when=lambda target: target.is_aurora),
    Rule("commit-throughput", "Commits many more or fewer than usual",
         "CommitThroughput", Target.writer, _fixed(3), comparison=OUTSIDE_BAND, periods=15, origin=OURS,
         when=lambda target: target.is_aurora),
    Rule("dml-latency", "INSERT, UPDATE and DELETE slower than usual",
         "DMLLatency", Target.writer, _fixed(3), comparison=ABOVE_BAND, periods=10, origin=OURS, when=_is_mysql),
    Rule("login-failures", "More refused logins than usual",
         "LoginFailures", Target.writer, _fixed(3), "Sum", ABOVE_BAND, periods=5, origin=OURS, when=_is_mysql),
    Rule("select-latency", "SELECTs slower than usual",
         "SelectLatency", Target.writer, _fixed(3), comparison=ABOVE_BAND, periods=10, origin=OURS,
         when=_is_mysql),
)  # fmt: skip
"""`limit` is the width of the band in standard deviations. Of InsertLatency, UpdateLatency and DeleteLatency there is none: DMLLatency is of all
three, and each band costs as much as three alarms; DDL runs too seldom to have a band."""
SATURATED = "saturated"


@dataclass(frozen=True, slots=True)
class Options:
    """The user's choices: prefix of the names, who is told, where runbooks stand, whether bands (three times the price) are wanted."""

    prefix: str = "tunewright"
    topics: tuple[str, ...] = ()
    runbooks: str = "docs/aws-alarms.md"
    bands: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """An alarm that should be and cannot: its limit is not known."""

    name: str
    reason: str


def _described(rule: Rule, options: Options) -> str:
    return f"{rule.summary}. {rule.origin} Runbook: {options.runbooks}#{rule.slug}"


def _alarms(rule: Rule, target: Target, options: Options, *, is_band: bool) -> Iterator[Alarm | Unknown]:
    for where in rule.places(target) if rule.when(target) else ():
        name, limit = f"{prefix_of(options.prefix, target.name)}{rule.slug}-{where.label}", rule.limit(target, where)
        if limit is None:
            yield Unknown(name, f"the limit of {rule.metric} is not known for {where.label}")
            continue
        yield Alarm(
            name=name,
            description=_described(rule, options),
            metric=Metric(rule.metric, where.dimensions, rule.statistic, rule.period_seconds),
            of=Metric(rule.of, where.dimensions, rule.statistic, rule.period_seconds) if rule.of is not None else None,
            comparison=rule.comparison,
            threshold=None if is_band else float(round(limit, 3)),
            deviations=limit if is_band else None,
            periods=rule.periods,
            missing=rule.missing,
            actions=options.topics,
        )


def _saturated(target: Target, options: Options, made: frozenset[str]) -> Iterator[Alarm]:
    """CPU or load at the end and latency beside it: what a person should be woken for, where either alone may be batch work."""
    start = prefix_of(options.prefix, target.name)
    busy = sorted(name for name in made if name.startswith((f"{start}cpu-", f"{start}load-")))
    slow = sorted(
        name
        for name in made
        if name.startswith((f"{start}write-latency-", f"{start}read-latency-", f"{start}commit-latency-"))
    )
    if not busy or not slow:
        return
    one, other = (" OR ".join(f'ALARM("{name}")' for name in names) for names in (busy, slow))
    yield Alarm(
        name=f"{start}{SATURATED}",
        description=f"Busy and slow at the same time. {OURS} Runbook: {options.runbooks}#{SATURATED}",
        rule=f"({one}) AND ({other})",
        actions=options.topics,
    )  # fmt: skip


def wanted(target: Target, options: Options) -> tuple[tuple[Alarm, ...], tuple[Unknown, ...]]:
    """The alarms that the target should have, and those whose limit is not known."""
    found = [one for rule in RULES for one in _alarms(rule, target, options, is_band=False)]
    if options.bands:
        found += [one for rule in BANDS for one in _alarms(rule, target, options, is_band=True)]
    alarms = [one for one in found if isinstance(one, Alarm)]
    alarms += _saturated(target, options, frozenset(one.name for one in alarms))
    return tuple(alarms), tuple(one for one in found if isinstance(one, Unknown))


PRICE_ITEMS = {
    "metric": "cloudwatch:alarm",
    "share": "cloudwatch:alarm-share",
    "band": "cloudwatch:alarm-anomaly",
    "composite": "cloudwatch:alarm-composite",
}
"""Items of the table of prices, in dollars a month for one alarm, by kind."""
