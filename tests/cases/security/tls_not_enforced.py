"""Cases of `security/tls_not_enforced`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances
from tunewright_analyzers.facts.cloud_parameters import CloudParameter, ParameterGroup, ParameterGroups

SHOP = (clusters(aurora()), instances())
SUBJECT = "cluster shop"


def _groups(
    value: str | None, name: str = "rds.force_ssl", group: str = "shop-16", of_cluster: bool = True
) -> ParameterGroups:
    parameter = CloudParameter(name, value, "user", "dynamic", "immediate")
    return ParameterGroups((ParameterGroup(group, of_cluster, "aurora-postgresql16", (parameter,)),))


CASES = (
    Case("off", "fires", (*SHOP, _groups("0")), (SUBJECT,), severity={SUBJECT: "high"},
         statements=("ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=immediate",)),
    Case("unset", "fires", (*SHOP, _groups(None)), (SUBJECT,), says=("is unset",)),
    Case("MySQL", "fires", (clusters(aurora(engine="aurora-mysql")), instances(), _groups("OFF", "require_secure_transport")), (SUBJECT,),
         statements=("ParameterName=require_secure_transport,ParameterValue=ON",)),
    Case("an instance", "fires", (clusters(), instances(alone()), _groups("0", group="shop-16-instance", of_cluster=False)),
         ("instance ledger",), statements=("modify-db-parameter-group",)),
    Case("AWS' own group cannot be changed", "fires", (clusters(aurora(parameter_group="default.aurora-postgresql16")), instances(),
                                                       _groups("0", group="default.aurora-postgresql16")), (SUBJECT,)),
    Case("on", "silent", (*SHOP, _groups("1"))),
    Case("MySQL on", "silent", (clusters(aurora(engine="aurora-mysql")), instances(), _groups("ON", "require_secure_transport"))),
    Case("a release without it", "silent", (*SHOP, _groups("1", "something_else"))),
    Case("parameters denied", "gap", SHOP, gaps=(gap(ParameterGroups),)),
)  # fmt: skip
