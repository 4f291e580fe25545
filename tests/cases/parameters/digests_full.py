"""Cases of `parameters/digests_full`."""

from cases.case import DAY, Case, gap
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.facts.statements import Coverage, Statements


def _statements(ratio: float | None) -> Statements:
    return Statements(DAY, (), Coverage(10000, 10000, 5, None, time_ratio=ratio))


CASES = (
    Case(
        "a third is lost",
        "fires",
        (_statements(0.66),),
        ("setting performance_schema_digests_size",),
        says=("34%", "10,000"),
        engine=Engine.MYSQL,
    ),
    Case("all is covered", "silent", (_statements(1.0),), engine=Engine.MYSQL),
    Case("nothing ran", "silent", (_statements(None),), engine=Engine.MARIADB),
    Case("just covered", "threshold", (_statements(0.95),), engine=Engine.MYSQL),
    Case("statements unread", "gap", gaps=(gap(Statements),), engine=Engine.MYSQL),
)
