"""The lines that mend a cloud's resource: one AWS CLI command a change, and the same as properties of a CloudFormation resource.

A test parses each command against botocore's own service model, and each template with cfn-lint.
"""

import json
import shlex
from typing import Any

from tunewright_analyzers.check import Context
from tunewright_analyzers.cloud.resources import Resource
from tunewright_analyzers.facts.cloud import CloudCluster
from tunewright_analyzers.finding import Finding, Subject
from tunewright_analyzers.recommendation import Action, Expectation, Form, Recommendation

Option = str | int | float | bool | tuple[str, ...]


def aws(service: str, operation: str, region: str, **options: Option) -> str:
    """`aws SERVICE OPERATION --option value … --region REGION`; True is `--option`, False `--no-option`, a tuple several values."""
    words = ["aws", service, operation]
    for name, value in options.items():
        option = name.replace("_", "-")
        if value is True or value is False:
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", *(value if isinstance(value, tuple) else (str(value),))]
    return shlex.join((*words, "--region", region))


def modify(row: Resource, *, immediately: bool = True, **options: Option) -> str:
    """modify-db-cluster or modify-db-instance of that resource."""
    if isinstance(row, CloudCluster):
        return aws("rds", "modify-db-cluster", row.region, db_cluster_identifier=row.identifier, **options,
                   apply_immediately=immediately)  # fmt: skip
    return aws("rds", "modify-db-instance", row.region, db_instance_identifier=row.identifier, **options,
               apply_immediately=immediately)  # fmt: skip


def template(resource: str, **properties: Any) -> str:
    """A CloudFormation resource of that type with those properties, as YAML (values as JSON, which YAML contains)."""
    lines = [f"Type: {resource}", "Properties:"]
    return "\n".join((*lines, *(f"  {name}: {json.dumps(value)}" for name, value in properties.items())))


def desired(row: Resource, **properties: Any) -> str:
    """The properties of that cluster or instance in CloudFormation."""
    return template("AWS::RDS::DBCluster" if isinstance(row, CloudCluster) else "AWS::RDS::DBInstance", **properties)


def mended(
    context: Context[Any],
    found: Finding,
    *commands: str,
    risk: str,
    rollback: tuple[str, ...] = (),
    template: str = "",
    caution: str | None = None,
    subject: Subject | None = None,
    expectation: Expectation | None = None,
) -> Recommendation:
    """The recommendation that runs those commands."""
    return context.recommendation(
        found,
        Action.MODIFY_RESOURCE,
        commands,
        risk=risk,
        rollback=rollback,
        subject=subject,
        expectation=expectation,
        caution=caution,
        form=Form.AWS_CLI,
        template=template,
    )
