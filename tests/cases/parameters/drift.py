"""Cases of `parameters/drift`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.cloud_parameters import (
    CloudParameter,
    DefaultParameters,
    EngineDefaults,
    ParameterGroup,
    ParameterGroups,
)

DEFAULTS = EngineDefaults(
    (DefaultParameters("aurora-postgresql16", True, (("work_mem", None), ("random_page_cost", "4"))),)
)
SUBJECT = "parameter group shop-16"


def _group(*rows: CloudParameter, name: str = "shop-16") -> ParameterGroups:
    return ParameterGroups((ParameterGroup(name, True, "aurora-postgresql16", rows),))


WORK, COST = CloudParameter("work_mem", "65536", "user"), CloudParameter("random_page_cost", "1.1", "user")

CASES = (
    Case("two of its own", "fires", (_group(WORK, COST), DEFAULTS), (SUBJECT,), severity={SUBJECT: "info"}, says=("sets 2 parameters",)),
    Case("set to the default", "silent", (_group(CloudParameter("random_page_cost", "4", "user")), DEFAULTS)),
    Case("the engine's own", "silent", (_group(CloudParameter("random_page_cost", "1.1", "system")), DEFAULTS)),
    Case("AWS' own group", "silent", (_group(WORK, name="default.aurora-postgresql16"), DEFAULTS)),
    Case("two are told", "threshold", (_group(WORK, COST), DEFAULTS), (SUBJECT,), overrides={"parameters_min": 2}),
    Case("two are not", "threshold", (_group(WORK, COST), DEFAULTS), overrides={"parameters_min": 3}),
    Case("defaults denied", "gap", (_group(WORK),), gaps=(gap(EngineDefaults),)),
)  # fmt: skip
