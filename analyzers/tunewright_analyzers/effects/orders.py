"""What a line of the AWS CLI orders, by the names that changes of resources have; and the line that gives a field its former value. Pure.

The tables name each field of DescribeDBClusters and DescribeDBInstances that can be modified, with the CLI's option for it: tests hold them
against botocore's service model.
"""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tunewright_analyzers.cloud.mend import Option, aws
from tunewright_analyzers.facts.effects import Change

_LOGS = "cloudwatch-logs-export-configuration"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of our facts, of the API's answer, and of the command that sets it. `once`: why it cannot be taken back."""

    attribute: str
    field: str
    option: str
    once: str | None = None


_BOTH = (
    Field("engine_version", "EngineVersion", "engine-version",
          "an engine is not downgraded: restore a snapshot of the time before into a new cluster or instance"),
    Field("storage_type", "StorageType", "storage-type"),
    Field("security_groups", "VpcSecurityGroups", "vpc-security-group-ids"),
    Field("has_iam_authentication", "IAMDatabaseAuthenticationEnabled", "enable-iam-database-authentication"),
    Field("backup_retention_days", "BackupRetentionPeriod", "backup-retention-period"),
    Field("has_deletion_protection", "DeletionProtection", "deletion-protection"),
    Field("copies_tags", "CopyTagsToSnapshot", "copy-tags-to-snapshot"),
    Field("upgrades_minor_versions", "AutoMinorVersionUpgrade", "auto-minor-version-upgrade"),
    Field("log_exports", "EnabledCloudwatchLogsExports", _LOGS),
    Field("insights_mode", "DatabaseInsightsMode", "database-insights-mode"),
    Field("has_performance_insights", "PerformanceInsightsEnabled", "enable-performance-insights"),
    Field("monitoring_interval_seconds", "MonitoringInterval", "monitoring-interval"),
)  # fmt: skip
CLUSTER = (
    *_BOTH,
    Field("parameter_group", "DBClusterParameterGroup", "db-cluster-parameter-group-name"),
    Field("backtrack_window_seconds", "BacktrackWindow", "backtrack-window"),
    Field("scaling", "ServerlessV2ScalingConfiguration", "serverless-v2-scaling-configuration"),
    Field("instance_class", "DBClusterInstanceClass", "db-cluster-instance-class"),
)
INSTANCE = (
    *_BOTH,
    Field("parameter_group", "DBParameterGroups", "db-parameter-group-name"),
    Field("instance_class", "DBInstanceClass", "db-instance-class"),
    Field("promotion_tier", "PromotionTier", "promotion-tier"),
    Field("is_publicly_accessible", "PubliclyAccessible", "publicly-accessible"),
    Field("performance_insights_retention_days", "PerformanceInsightsRetentionPeriod", "performance-insights-retention-period"),
    Field("certificate", "CACertificateIdentifier", "ca-certificate-identifier"),
    Field("is_multi_zone", "MultiAZ", "multi-az"),
    Field("allocated_gib", "AllocatedStorage", "allocated-storage", "allocated storage cannot be made smaller: it takes a new instance"),
    Field("max_allocated_gib", "MaxAllocatedStorage", "max-allocated-storage"),
    Field("iops", "Iops", "iops"),
)  # fmt: skip
_MODIFY = {
    "modify-db-cluster": ("cluster", "db-cluster-identifier", {one.option: one.field for one in CLUSTER}),
    "modify-db-instance": ("instance", "db-instance-identifier", {one.option: one.field for one in INSTANCE}),
}
_GROUPS = {
    "modify-db-cluster-parameter-group": ("cluster parameter group", "db-cluster-parameter-group-name"),
    "modify-db-parameter-group": ("parameter group", "db-parameter-group-name"),
}
_SHARES = {
    "modify-db-cluster-snapshot-attribute": ("cluster snapshot", "db-cluster-snapshot-identifier"),
    "modify-db-snapshot-attribute": ("snapshot", "db-snapshot-identifier"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """That a field shall have a value; with `sign` + or - that its list shall hold these, or none of these. An empty `value`: be there."""

    name: str
    value: str
    sign: str = "="

    def holds(self, now: str) -> bool:
        """Whether a field of that value obeys."""
        if self.sign in {"+", "-"}:
            wanted, has = set(self.value.split(",")), set(now.split(","))
            return wanted <= has if self.sign == "+" else not wanted & has
        if "=" in self.value and "=" in now:
            return set(self.value.split(",")) <= set(now.split(","))
        return self.value.lower() == now.lower() if self.value else now != _NONE

    def is_met(self, before: str, now: str) -> bool:
        """Whether a change from `before` to `now` does what was ordered, or more of it."""
        return now != before and (self.holds(now) or _is_farther(before, now, self.value))


def _numbers(value: str) -> tuple[float, ...]:
    try:
        return tuple(float(part.rpartition("=")[2]) for part in value.split(","))
    except ValueError:
        return ()


def _is_farther(before: str, now: str, wanted: str) -> bool:
    """Of numbers: each went at least as far as it should, and in the same direction."""
    sides = [_numbers(one) for one in (before, now, wanted)]
    if not sides[0] or len({len(one) for one in sides}) != 1:
        return False
    return all(
        to == goal if start == goal else to >= goal > start or to <= goal < start
        for start, to, goal in zip(*sides, strict=True)
    )


def _options(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            found[name] = []
        elif name:
            found[name].append(word)
    return found


def orders(lines: Iterable[str]) -> tuple[Order, ...]:
    """What the lines order, as far as the readings can show it: a reboot or a copy leaves no field to look at."""
    return tuple(one for line in lines for one in _orders(line))


def _orders(line: str) -> Iterator[Order]:
    words = shlex.split(line)
    if len(words) < 4 or words[0] != "aws":
        return
    operation, options = words[2], _options(words[3:])
    if operation in _MODIFY:
        yield from _modified(operation, options)
    elif operation in _GROUPS:
        kind, named = _GROUPS[operation]
        for one in options.get("parameters", ()):
            pair = dict(part.partition("=")[::2] for part in one.split(","))
            yield Order(f"{kind} {options[named][0]}: {pair['ParameterName']}", pair["ParameterValue"])
    elif operation in _SHARES:
        kind, named = _SHARES[operation]
        for sign, option in (("+", "values-to-add"), ("-", "values-to-remove")):
            if options.get(option):
                yield Order(f"{kind} {options[named][0]}: restore", ",".join(options[option]), sign)
    elif operation in {"revoke-security-group-ingress", "authorize-security-group-ingress"}:
        value = _NONE if operation.startswith("revoke") else "open"
        for one in options.get("ip-permissions", ()):
            yield Order(f"security group {options['group-id'][0]}: ingress {one}", value)
    elif operation == "modify-db-cluster-endpoint":
        name = options["db-cluster-endpoint-identifier"][0]
        yield Order(f"endpoint {name}: StaticMembers", ",".join(sorted(options.get("static-members", ()))))
    else:
        yield from _members(operation, options)


def _members(operation: str, options: dict[str, list[str]]) -> Iterator[Order]:
    """A member more, under whatever name; or that one less."""
    if operation == "delete-db-instance":
        yield Order(f"instance {options['db-instance-identifier'][0]}", _NONE)
    elif operation == "create-db-instance" and options.get("db-cluster-identifier"):
        yield Order(f"instance of cluster {options['db-cluster-identifier'][0]}", "")


def _modified(operation: str, options: dict[str, list[str]]) -> Iterator[Order]:
    kind, named, fields = _MODIFY[operation]
    resource = f"{kind} {options[named][0]}"
    for option, values in options.items():
        plain = option if option in fields else option.removeprefix("no-")
        if plain not in fields:
            continue
        if plain == _LOGS:
            yield from (_logs(resource, fields[plain], one) for one in values)
        elif values:
            yield Order(f"{resource}: {fields[plain]}", ",".join(sorted(values)))
        else:
            yield Order(f"{resource}: {fields[plain]}", "true" if plain == option else "false")


def _logs(resource: str, field: str, value: str) -> Order:
    verb, _, kinds = value.partition("=")
    return Order(f"{resource}: {field}", kinds.strip("[]"), "+" if verb == "EnableLogTypes" else "-")


def is_of(one: Order, change: Change) -> bool:
    """Whether the change is of the field that is ordered."""
    return one.name in {change.name, change.object}


def undoing(
    resource: str, field: str, value: str, now: str, region: str, of: str
) -> tuple[tuple[str, ...], str | None]:
    """The lines that bring `field` from `now` to `value`, and a word where there are none."""
    kind, _, name = resource.rpartition(" ")
    if kind in {"cluster", "instance"}:
        return _set(kind, name, field, value, now, region)
    if kind in {"cluster parameter group", "parameter group"}:
        return _parameter(kind, name, field, value, region, of)
    if kind == "security group":
        verb = "revoke" if value == _NONE else "authorize"
        rule = field.removeprefix("ingress ")
        return (aws("ec2", f"{verb}-security-group-ingress", region, group_id=name, ip_permissions=(rule,)),), None
    if kind in {"cluster snapshot", "snapshot"}:
        return _share(kind, name, value, now, region), None
    if value == _NONE:
        return (), f"{name} had no static members: make it with excluded members, or delete it"
    return (
        aws("rds", "modify-db-cluster-endpoint", region, db_cluster_endpoint_identifier=name, static_members=tuple(value.split(","))),
    ), None  # fmt: skip


def _set(kind: str, name: str, field: str, value: str, now: str, region: str) -> tuple[tuple[str, ...], str | None]:
    if not field:
        if value == _NONE:
            return (aws("rds", "delete-db-instance", region, db_instance_identifier=name),), None
        return (), f"{name} is gone: make it again with `aws rds create-db-instance`, class {value}"
    known = next(one for one in (CLUSTER if kind == "cluster" else INSTANCE) if one.field == field)
    if known.once is not None:
        return (), known.once
    given: Option = value == "true" if value in {"true", "false"} else tuple(value.split(",")) if field == "VpcSecurityGroups" else value  # fmt: skip
    if known.option == _LOGS:
        add, drop = (sorted(set(one.split(",")) - set(other.split(",")) - {_NONE}) for one, other in ((value, now), (now, value)))  # fmt: skip
        parts = [
            f"{verb}=[{','.join(kinds)}]"
            for verb, kinds in (("EnableLogTypes", add), ("DisableLogTypes", drop))
            if kinds
        ]
        given = ",".join(parts)
    which: dict[str, Option] = {f"db_{kind}_identifier": name, known.option.replace("-", "_"): given}
    return (aws("rds", f"modify-db-{kind}", region, **which, apply_immediately=True),), None


def _parameter(
    kind: str, name: str, field: str, value: str, region: str, how: str
) -> tuple[tuple[str, ...], str | None]:
    if value.startswith("text #") or set(value) & set(",= "):
        return (
            (),
            f"set {field} back in {kind} {name}: its former value is a text or a formula, which the history of AWS Config or CloudTrail has",
        )
    is_cluster = kind.startswith("cluster")
    option = "db_cluster_parameter_group_name" if is_cluster else "db_parameter_group_name"
    operation = f"db-{'cluster-' if is_cluster else ''}parameter-group"
    if value == _NONE:
        given, verb = f"ParameterName={field},ApplyMethod={how}", "reset"
    else:
        given, verb = f"ParameterName={field},ParameterValue={value},ApplyMethod={how}", "modify"
    return (aws("rds", f"{verb}-{operation}", region, **{option: name}, parameters=(given,)),), None


def _share(kind: str, name: str, value: str, now: str, region: str) -> tuple[str, ...]:
    of_cluster = kind.startswith("cluster")
    which: dict[str, Option] = {
        f"db_{'cluster_' if of_cluster else ''}snapshot_identifier": name,
        "attribute_name": "restore",
    }
    pairs = (("values_to_add", value, now), ("values_to_remove", now, value))
    for option, one, other in pairs:
        accounts = tuple(sorted(set(one.split(",")) - set(other.split(",")) - {_NONE}))
        if accounts:
            which[option] = accounts
    return (aws("rds", f"modify-db-{'cluster-' if of_cluster else ''}snapshot-attribute", region, **which),)
