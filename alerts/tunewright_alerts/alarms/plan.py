"""What must be done so that the alarms are as they should be: pure. Only what bears our prefix and our tags is ever changed or deleted."""

from dataclasses import dataclass

from tunewright_alerts.alarms.alarm import Alarm, differences

MANAGED = "tunewright:managed-by"
CLUSTER = "tunewright:cluster"
"""Keys of the tags that make an alarm ours: by which prefix it was made, and for which cluster."""


@dataclass(frozen=True, slots=True)
class Present:
    """An alarm that is there, with its tags."""

    alarm: Alarm
    arn: str
    tags: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm of ours that differs: (field, as it is, as it should be)."""

    alarm: Alarm
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to create, change and delete. `foreign`: names that we want and that somebody else's alarm bears: left alone."""

    create: tuple[Alarm, ...]
    change: tuple[Change, ...]
    delete: tuple[Alarm, ...]
    same: tuple[Alarm, ...]
    foreign: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.create or self.change or self.delete)


def tags(prefix: str, cluster: str) -> dict[str, str]:
    """The tags that an alarm of ours bears."""
    return {MANAGED: prefix, CLUSTER: cluster}


def prefix_of(prefix: str, cluster: str) -> str:
    """What the names of a cluster's alarms begin with."""
    return f"{prefix}-{cluster}-"


def is_ours(present: Present, prefix: str, cluster: str) -> bool:
    """Whether it bears our prefix and our tags; the cluster `shop` does not own alarms of `shop-eu`, whose names begin alike."""
    named = present.alarm.name.startswith(prefix_of(prefix, cluster))
    return named and tags(prefix, cluster).items() <= dict(present.tags).items()


def plan(wanted: tuple[Alarm, ...], present: tuple[Present, ...], prefix: str, cluster: str) -> Plan:
    """The difference between what is wanted for a cluster and what is there."""
    ours = {one.alarm.name: one.alarm for one in present if is_ours(one, prefix, cluster)}
    others = {one.alarm.name for one in present} - set(ours)
    names = {one.name for one in wanted}
    there = [(ours[one.name], one) for one in wanted if one.name in ours]
    changes = [Change(one, tuple(differences(now, one))) for now, one in there]
    return Plan(
        create=tuple(one for one in wanted if one.name not in ours and one.name not in others),
        change=tuple(one for one in changes if one.differences),
        delete=tuple(alarm for name, alarm in sorted(ours.items()) if name not in names),
        same=tuple(one.alarm for one in changes if not one.differences),
        foreign=tuple(sorted(names & others)),
    )
