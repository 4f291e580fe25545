"""`parameters/drift`: reads ParameterGroups, EngineDefaults; says what a group sets otherwise than the engine's default."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.cloud_parameters import (
    DefaultParameters,
    EngineDefaults,
    ParameterGroup,
    ParameterGroups,
)
from tunewright_analyzers.finding import Evidence, Severity, Subject

MOST = 20


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many are worth telling."""

    parameters_min: float = threshold(1, "count", "Parameters of the user's own from which a group is told.")


def _changed(group: ParameterGroup, defaults: DefaultParameters) -> list[str]:
    plain = dict(defaults.values)
    return [
        f"{one.parameter} = {one.value} (default {plain.get(one.parameter) or 'unset'})"
        for one in group.parameters
        if one.source == "user" and one.value is not None and one.value != plain.get(one.parameter)
    ]


@check(needs=(ParameterGroups, EngineDefaults), thresholds=Thresholds)
def drift(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Parameters that a group sets otherwise than the engine's default for its family.

    Risk: values that somebody set years ago for another class or release go on to hold, and no default that AWS mends reaches them.
    Evidence: parameters with Source=user against DescribeEngineDefaultClusterParameters and DescribeEngineDefaultParameters.
    Remedy: go through the list; `aws rds reset-db-parameter-group` with the parameter's name gives one back to the default.
        No command: the list is meant to be known.
    False positives: every value that is set on purpose: the list is meant to be known, not to be empty.
    """
    defaults = context.window.need(EngineDefaults)
    for group in context.window.need(ParameterGroups).rows:
        known = defaults.get(group.family, of_cluster=group.of_cluster)
        changed = _changed(group, known) if known is not None and not group.is_default else []
        if not changed or len(changed) < context.thresholds.parameters_min:
            continue
        yield context.finding(
            Subject("parameter group", group.group_name),
            Severity.INFO,
            f"{group.group_name} sets {len(changed)} parameter{'' if len(changed) == 1 else 's'} otherwise than {group.family} does.",
            *(Evidence("parameter", one, "", "Parameter.ParameterValue, Source=user") for one in changed[:MOST]),
        )
