"""Cases of `maintenance/minor_upgrades_off`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud import CloudInstances

CASES = (
    Case("a member", "fires", (clusters(aurora()), instances(instance(1), instance(2, upgrades_minor_versions=False))), ("instance shop-2",),
         severity={"instance shop-2": "medium"}, statements=("--auto-minor-version-upgrade --no-apply-immediately",)),
    Case("a Multi-AZ DB cluster", "fires", (clusters(aurora(engine="postgres", upgrades_minor_versions=False)), instances()), ("cluster shop",)),
    Case("on", "silent", (clusters(aurora()), instances())),
    Case("instances denied", "gap", (clusters(aurora()),), gaps=(gap(CloudInstances),)),
)  # fmt: skip
