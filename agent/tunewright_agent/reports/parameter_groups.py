"""Advised parameters as AWS's parameter groups and infrastructure code want them. Called by `tunewright advise parameters`.

In come changes (those of the whole server; a group knows no roles or tables) and a Group, out go lines: AWS's command line, Terraform,
CloudFormation. Values stand in the parameter's own unit (`ParameterChange.native`).
"""

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunewright_analyzers.recommendation import ParameterChange, Scope, Takes

MOST_A_CALL = 20
"""Parameters that one modify call takes (API reference, ModifyDBClusterParameterGroup)."""


@dataclass(frozen=True, slots=True)
class Group:
    """A parameter group: `of_cluster` (Aurora, Multi-AZ clusters) or of an instance; `family` as in `aurora-postgresql16`."""

    name: str
    family: str
    of_cluster: bool

    @property
    def label(self) -> str:
        """Its name as an identifier of Terraform: letters, digits and underscores."""
        return (
            "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in self.name).strip("_")
            or "parameters"
        )


def family_of(engine: str, version: int, of_cluster: bool) -> str:
    """`aurora-postgresql16`, `postgres16`, `aurora-mysql8.0`, `mariadb10.11`; `version` as the engine orders releases (160004, 80045)."""
    if engine == "postgresql":
        return f"{'aurora-postgresql' if of_cluster else 'postgres'}{version // 10000}"
    return f"{'aurora-' if of_cluster else ''}{engine}{version // 10000}.{version // 100 % 100}"


def grouped(changes: Sequence[ParameterChange]) -> tuple[ParameterChange, ...]:
    """Those of the whole server, each parameter once (the first), by name."""
    found: dict[str, ParameterChange] = {}
    for change in changes:
        if change.scope is Scope.GLOBAL:
            found.setdefault(change.parameter, change)
    return tuple(found[name] for name in sorted(found))


def _method(change: ParameterChange) -> str:
    return "pending-reboot" if change.takes is Takes.RESTART else "immediate"


def _call(group: Group, changes: Sequence[ParameterChange], *, back: bool) -> str:
    kind = "cluster-" if group.of_cluster else ""
    parameters = [
        {
            "ParameterName": one.parameter,
            "ParameterValue": one.native_now if back else one.native,
            "ApplyMethod": _method(one),
        }
        for one in changes
    ]
    return (
        f"aws rds modify-db-{kind}parameter-group --db-{kind}parameter-group-name {shlex.quote(group.name)}"
        f" --parameters {shlex.quote(json.dumps(parameters))}"
    )


def aws_lines(group: Group, changes: Sequence[ParameterChange]) -> Iterator[str]:
    """Commands of AWS's own command line, at most twenty parameters each, and behind them, as comments, those that undo them."""
    wanted = grouped(changes)
    for first in range(0, len(wanted), MOST_A_CALL):
        part = wanted[first : first + MOST_A_CALL]
        for one in part:
            yield f"# {one.parameter}: {one.now} -> {one.advised} ({one.takes}): {one.effect}"
        yield _call(group, part, back=False)
        yield f"# rollback: {_call(group, part, back=True)}"


def terraform_lines(group: Group, changes: Sequence[ParameterChange]) -> Iterator[str]:
    """A resource of the provider hashicorp/aws."""
    kind = "aws_rds_cluster_parameter_group" if group.of_cluster else "aws_db_parameter_group"
    yield f'resource "{kind}" "{group.label}" {{'
    yield f"  name   = {json.dumps(group.name)}"
    yield f"  family = {json.dumps(group.family)}"
    for one in grouped(changes):
        yield ""
        yield f"  # {one.now} -> {one.advised}: {one.effect}"
        yield "  parameter {"
        yield f"    name         = {json.dumps(one.parameter)}"
        yield f"    value        = {json.dumps(one.native)}"
        yield f"    apply_method = {json.dumps(_method(one))}"
        yield "  }"
    yield "}"


def cloudformation_lines(group: Group, changes: Sequence[ParameterChange]) -> Iterator[str]:
    """A whole template of one resource, in YAML."""
    kind, name = ("AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName") if group.of_cluster else (
        "AWS::RDS::DBParameterGroup", "DBParameterGroupName"
    )  # fmt: skip
    yield 'AWSTemplateFormatVersion: "2010-09-09"'
    yield "Resources:"
    yield "  Parameters:"
    yield f"    Type: {kind}"
    yield "    Properties:"
    yield f"      {name}: {json.dumps(group.name)}"
    yield f"      Family: {json.dumps(group.family)}"
    yield "      Description: Parameters advised by Tunewright"
    yield "      Parameters:"
    for one in grouped(changes):
        yield f"        # {one.now} -> {one.advised} ({one.takes}): {one.effect}"
        yield f"        {json.dumps(one.parameter)}: {json.dumps(one.native)}"
