"""Cases of `backup/binary_log_off`."""

from cases.case import Case, gap
from tunewright_analyzers.facts.replication import Replication
from tunewright_analyzers.facts.snapshot import Engine, Flavour

OFF = Replication(False, binary_log=False)
CASES = (
    Case("off", "fires", (OFF,), ("setting log_bin",), {"setting log_bin": "medium"}, engine=Engine.MARIADB),
    Case(
        "off on a replica",
        "fires",
        (Replication(True, binary_log=False),),
        ("setting log_bin",),
        {"setting log_bin": "low"},
        engine=Engine.MYSQL,
    ),
    Case("on", "silent", (Replication(False, binary_log=True),), engine=Engine.MYSQL),
    Case("Aurora", "silent", (OFF,), flavour=Flavour.AURORA, engine=Engine.MYSQL),
    Case("replication unread", "gap", gaps=(gap(Replication),), engine=Engine.MYSQL),
)
