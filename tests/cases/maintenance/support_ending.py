"""Cases of `maintenance/support_ending`."""

from datetime import datetime

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instances, later
from cases.facts import ago
from tunewright_analyzers.facts.cloud_lifecycle import (
    EngineLifecycle,
    EngineLifecycles,
    EngineVersion,
    EngineVersions,
    UpgradeTarget,
)

SUBJECT = "cluster shop"


def _lives(until: datetime, major: str = "13", engine: str = "aurora-postgresql") -> EngineLifecycles:
    return EngineLifecycles(
        (EngineLifecycle(engine, major, until, later(days=1095)), EngineLifecycle(engine, "16", later(days=900), None))
    )


OLD = (clusters(aurora(engine_version="13.20")), instances())

VERSIONS = EngineVersions(
    (
        EngineVersion(
            "aurora-postgresql",
            "13.20",
            "available",
            (
                UpgradeTarget("13.21", False),
                UpgradeTarget("14.18", True),
                UpgradeTarget("16.9", True),
                UpgradeTarget("16.10", True),
            ),
        ),
    )
)
"""16 is the nearest that is supported for another year, 16.10 its newest."""

CASES = (
    Case("ended", "fires", (*OLD, _lives(ago(days=200))), (SUBJECT,), severity={SUBJECT: "high"}, says=("ended on",)),
    Case("with releases to go to", "fires", (*OLD, _lives(ago(days=200)), VERSIONS), (SUBJECT,),
         statements=("create-blue-green-deployment --blue-green-deployment-name shop-16-10 ", "--target-engine-version 16.10 ")),
    Case("ends soon", "fires", (*OLD, _lives(later(days=30))), (SUBJECT,), says=("Extended Support ends on",)),
    Case("MySQL's majors have two numbers", "fires",
         (clusters(), instances(alone(engine="mysql", engine_version="8.0.40")), _lives(ago(days=1), "8.0", "mysql")), ("instance ledger",)),
    Case("years left", "silent", (clusters(aurora()), instances(), _lives(ago(days=200)))),
    Case("1 is not 13", "silent", (*OLD, _lives(ago(days=200), "1"))),
    Case("180 days", "threshold", (*OLD, _lives(later(days=180))), (SUBJECT,)),
    Case("181 days", "threshold", (*OLD, _lives(later(days=181)))),
    Case("lifecycles denied", "gap", OLD, gaps=(gap(EngineLifecycles),)),
)  # fmt: skip
