"""Cases of `parameters/groups_differ`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups


def _group(name: str, **values: str) -> ParameterGroup:
    return ParameterGroup(
        name, False, "aurora-postgresql16", tuple(CloudParameter(one, value, "user") for one, value in values.items())
    )


MAIN = _group("shop-16-instance", work_mem="65536")
MIXED = (clusters(aurora()), instances(instance(1), instance(2, parameter_group="reports"), instance(3)))

CASES = (
    Case("another value and another parameter", "fires",
         (*MIXED, ParameterGroups((MAIN, _group("reports", work_mem="1048576", statement_timeout="0")))), ("instance shop-2",),
         severity={"instance shop-2": "medium"}, says=("sets 2 parameters",), statements=("--db-parameter-group-name shop-16-instance",)),
    Case("the same group", "silent", (clusters(aurora()), instances(), ParameterGroups((MAIN,)))),
    Case("another group of the same values", "silent", (*MIXED, ParameterGroups((MAIN, _group("reports", work_mem="65536"))))),
    Case("parameters denied", "gap", MIXED, gaps=(gap(ParameterGroups),)),
)  # fmt: skip
