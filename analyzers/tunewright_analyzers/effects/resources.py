"""What is set on a cloud's resources, as marks that two readings can be compared by, and the changes between them. Pure; called by observe.

A mark is one field of one resource, by the RDS API's own name. Fields that a member only repeats from its Aurora cluster are the cluster's
alone. Of parameter groups the values that somebody set are marked; a text among them (it may be anything) by its digest. Members that
Application Auto Scaling makes and removes are no change of anybody's.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tunewright_analyzers.cloud.permissions import permission
from tunewright_analyzers.cloud.resources import region
from tunewright_analyzers.effects.orders import CLUSTER, INSTANCE, undoing
from tunewright_analyzers.facts.cloud import (
    CloudClusters,
    CloudInstance,
    CloudInstances,
    ClusterEndpoints,
    ServerlessScaling,
)
from tunewright_analyzers.facts.cloud_backup import SnapshotShares
from tunewright_analyzers.facts.cloud_network import SecurityGroups
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.facts.effects import Change, What
from tunewright_analyzers.facts.snapshot import Snapshot

NONE = "none"
"""In the place of a value: there is no such thing."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_PLAIN = re.compile(r"-?\d+(\.\d+)?|on|off|true|false|\{.*\}|(greatest|least|sum|log)\(.*\)", re.IGNORECASE)
_AUTOSCALED = "application-autoscaling-"
_OWNERS_ONLY = frozenset({
    "EngineVersion", "StorageType", "BackupRetentionPeriod", "DeletionProtection", "CopyTagsToSnapshot",
    "IAMDatabaseAuthenticationEnabled", "EnabledCloudwatchLogsExports", "VpcSecurityGroups", "AllocatedStorage", "Iops",
    "MaxAllocatedStorage", "MultiAZ", "DatabaseInsightsMode",
})  # fmt: skip
"""Of an instance: what stands on the cluster where it belongs to one."""


@dataclass(frozen=True, slots=True)
class ResourceMark:
    """One field of one resource, or (`field` empty) that it is there. `resource` as in `cluster shop`.

    `of`: what it belongs to, or how it is applied.
    """

    resource: str
    field: str
    value: str
    of: str = ""

    @property
    def kind(self) -> str:
        """`cluster`, `instance`, `parameter group`, …"""
        return self.resource.rpartition(" ")[0]

    @property
    def name(self) -> str:
        """What a Change is called by."""
        return f"{self.resource}: {self.field}" if self.field else self.resource


@dataclass(frozen=True, slots=True)
class ResourceMarks:
    """All marks of a reading, the kinds of resources that it could look at, and the Region."""

    kinds: tuple[str, ...]
    region: str
    rows: tuple[ResourceMark, ...]

    def joined(self, before: "ResourceMarks") -> "ResourceMarks":
        """With the kinds that this reading lacks as they were before."""
        kept = tuple(row for row in before.rows if row.kind not in self.kinds)
        return ResourceMarks(
            tuple(sorted({*self.kinds, *before.kinds})), self.region or before.region, (*self.rows, *kept)
        )


def text(value: object) -> str | None:
    """A field's value in words; None where the API did not tell it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(sorted(map(str, value))) or NONE
    if isinstance(value, ServerlessScaling):
        pause = f",SecondsUntilAutoPause={value.pause_after_seconds}" if value.pause_after_seconds is not None else ""
        return f"MinCapacity={value.min_acu:g},MaxCapacity={value.max_acu:g}{pause}"
    return str(value)


def marks(snapshot: Snapshot) -> ResourceMarks | None:
    """The marks of a reading of the cloud's view; None where it has none of it."""
    found: list[ResourceMark] = []
    kinds: list[str] = []
    for kind, rows in _readings(snapshot):
        kinds.append(kind)
        found += rows
    return ResourceMarks(tuple(sorted(kinds)), region(snapshot) or "", tuple(found)) if kinds else None


def _readings(snapshot: Snapshot) -> Iterator[tuple[str, list[ResourceMark]]]:
    """(kind, marks) of each kind of resource that was read."""
    if (clusters := snapshot.section(CloudClusters)) is not None:
        yield (
            "cluster",
            [
                ResourceMark(f"cluster {row.identifier}", one.field, value)
                for row in clusters.rows
                for one in CLUSTER
                if (value := text(getattr(row, one.attribute))) is not None
            ],
        )
    if (instances := snapshot.section(CloudInstances)) is not None:
        yield "instance", [one for row in instances.rows for one in _instance(row)]
    if (groups := snapshot.section(ParameterGroups)) is not None:
        for is_cluster in (True, False):
            kind = "cluster parameter group" if is_cluster else "parameter group"
            yield kind, list(_parameters(groups, kind, of_cluster=is_cluster))
    yield from _surroundings(snapshot)


def _instance(row: CloudInstance) -> Iterator[ResourceMark]:
    if row.identifier.startswith(_AUTOSCALED):
        return
    resource = f"instance {row.identifier}"
    yield ResourceMark(resource, "", row.instance_class, f"instance of cluster {row.cluster}" if row.cluster else "")
    for one in INSTANCE:
        value = text(getattr(row, one.attribute))
        if value is not None and not (row.cluster is not None and one.field in _OWNERS_ONLY):
            yield ResourceMark(resource, one.field, value)


def _parameters(groups: ParameterGroups, kind: str, *, of_cluster: bool) -> Iterator[ResourceMark]:
    for group in groups.rows:
        if group.of_cluster != of_cluster or group.is_default:
            continue
        yield ResourceMark(f"{kind} {group.group_name}", "", group.family)
        for row in group.parameters:
            if row.source == "user" and row.value is not None:
                how = "pending-reboot" if row.apply_type == "static" else "immediate"
                yield ResourceMark(f"{kind} {group.group_name}", row.parameter, _kept(row.value), how)


def _kept(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return f"text #{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _surroundings(snapshot: Snapshot) -> Iterator[tuple[str, list[ResourceMark]]]:
    """Security groups, snapshots' shares, custom endpoints."""
    if (security := snapshot.section(SecurityGroups)) is not None:
        yield (
            "security group",
            [
                ResourceMark(f"security group {group.identifier}", f"ingress {permission(rule, network)}", "open")
                for group in security.rows
                for rule in group.ingress
                for network in rule.networks
            ]
            + [ResourceMark(f"security group {group.identifier}", "", "there") for group in security.rows],
        )
    if (shares := snapshot.section(SnapshotShares)) is not None:
        for kind, of_cluster in (("cluster snapshot", True), ("snapshot", False)):
            yield (
                kind,
                [
                    ResourceMark(f"{kind} {row.snapshot}", "restore", text(row.accounts) or NONE)
                    for row in shares.rows
                    if row.of_cluster == of_cluster
                ],
            )
    if (endpoints := snapshot.section(ClusterEndpoints)) is not None:
        yield (
            "endpoint",
            [
                ResourceMark(f"endpoint {row.identifier}", "StaticMembers", text(row.static_members) or NONE)
                for row in endpoints.rows
                if row.identifier and row.kind == "CUSTOM"
            ],
        )


def _is_listed(one: ResourceMark) -> bool:
    """Whether the field is one of many that come and go with what was set: parameters and rules."""
    return bool(one.field) and one.kind in {"cluster parameter group", "parameter group", "security group"}


def _is_member(one: ResourceMark) -> bool:
    """Whether it stands for a member of a cluster as such."""
    return one.kind == "instance" and not one.field and bool(one.of)


def changes(before: ResourceMarks, now: ResourceMarks) -> Iterator[Change]:
    """What was set, unset, made or removed between two readings, of the kinds that both have; undated."""
    both = set(before.kinds) & set(now.kinds)
    old = {(one.resource, one.field): one for one in before.rows if one.kind in both}
    new = {(one.resource, one.field): one for one in now.rows if one.kind in both}
    place = now.region or before.region
    for key in sorted({*old, *new}):
        was, is_now = old.get(key), new.get(key)
        one = is_now or was
        assert one is not None
        if was is not None and is_now is not None:
            if was.value != is_now.value and one.field:
                yield _change(one, was.value, is_now.value, place)
        elif _is_member(one) or (_is_listed(one) and (one.resource, "") in old and (one.resource, "") in new):
            yield _change(one, was.value if was else NONE, is_now.value if is_now else NONE, place)


def _change(one: ResourceMark, before: str, now: str, place: str) -> Change:
    undo, caution = undoing(one.resource, one.field, before, now, place, one.of)
    redo, _ = undoing(one.resource, one.field, now, before, place, one.of)
    whole = one.name if one.field else one.of
    return Change("", What.RESOURCE, one.name, whole, None, None, _NEVER, _NEVER, undo, redo, caution, before, now)


def current(found: ResourceMarks, name: str) -> str | None:
    """The value of the field (or parameter, or rule) of that name; NONE where it could be looked at and is not there; None where it could not."""
    for one in found.rows:
        if one.name == name:
            return one.value
    resource, _, field = name.partition(": ")
    could_look = (
        any(one.resource == resource for one in found.rows) if field else resource.rpartition(" ")[0] in found.kinds
    )
    return NONE if could_look else None
