"""Cases of `parameters/dangerous`."""

from cases.case import Case, gap
from cases.facts import settings
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour

CASES = (
    Case(
        "fsync off and asynchronous commits",
        "fires",
        (settings(fsync="off", synchronous_commit="off"),),
        ("setting fsync", "setting synchronous_commit"),
        severity={"setting fsync": "critical", "setting synchronous_commit": "low"},
        statements=("ALTER SYSTEM SET fsync = 'on';",),
    ),
    Case("local commits are not asynchronous", "silent", (settings(synchronous_commit="local"),)),
    Case("safe", "silent", (settings(),)),
    Case("Aurora's storage ignores it", "silent", (settings(fsync="off"),), flavour=Flavour.AURORA),
    Case("settings unread", "gap", gaps=(gap(Settings),)),
)
