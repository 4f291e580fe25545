"""Cases of `maintenance/version_deprecated`."""

from cases.case import Case, gap
from cases.cloud import aurora, clusters, instances
from tunewright_analyzers.facts.cloud_lifecycle import EngineVersion, EngineVersions, UpgradeTarget

SHOP = (clusters(aurora(engine_version="16.1")), instances())
TARGETS = (UpgradeTarget("16.4", False), UpgradeTarget("16.9", False), UpgradeTarget("17.5", True))


def _versions(status: str, *targets: UpgradeTarget) -> EngineVersions:
    return EngineVersions((EngineVersion("aurora-postgresql", "16.1", status, targets),))


CASES = (
    Case("deprecated", "fires", (*SHOP, _versions("deprecated", *TARGETS)), ("cluster shop",), severity={"cluster shop": "high"},
         statements=("--engine-version 16.9",)),
    Case("only a major target", "fires", (*SHOP, _versions("deprecated", TARGETS[2])), ("cluster shop",)),
    Case("available", "silent", (*SHOP, _versions("available", *TARGETS))),
    Case("not listed", "silent", (clusters(aurora()), instances(), _versions("deprecated"))),
    Case("versions denied", "gap", SHOP, gaps=(gap(EngineVersions),)),
)  # fmt: skip
