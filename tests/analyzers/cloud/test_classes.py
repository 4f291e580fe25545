"""Classes by their names, and parameters' formulas of them. Figures: AWS' table of DB instance classes; the guide's examples."""

import pytest

from tunewright_analyzers.cloud.classes import GIB, memory_bytes, parse, vcpus
from tunewright_analyzers.cloud.formula import evaluate


@pytest.mark.parametrize(
    ("name", "cpus", "gib"),
    [
        ("db.r6g.large", 2, 16), ("db.r7g.4xlarge", 16, 128), ("db.r8g.48xlarge", 192, 1536), ("db.m5.24xlarge", 96, 384),
        ("db.t4g.medium", 2, 4), ("db.t3.micro", 2, 1), ("db.t3.2xlarge", 8, 32), ("db.x2g.xlarge", 4, 64), ("db.r6g.16xlarge", 64, 512),
    ],
)  # fmt: skip
def test_a_class_is_known_by_its_name(name: str, cpus: int, gib: int) -> None:
    assert (vcpus(name), memory_bytes(name)) == (cpus, gib * GIB)


@pytest.mark.parametrize("name", ["db.serverless", "r6g.large", "", "db.r6g", "db.r6g.huge"])
def test_what_is_no_class_has_no_size(name: str) -> None:
    assert (vcpus(name), memory_bytes(name)) == (None, None)


def test_a_class_in_another_size() -> None:
    known = parse("db.r6gd.4xlarge")
    assert known is not None
    assert (known.sized("2xlarge"), known.is_graviton, known.is_burstable) == ("db.r6gd.2xlarge", True, False)


@pytest.mark.parametrize(
    ("value", "name", "number"),
    [
        ("500", "db.serverless", 500),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", "db.r6g.large", 1802),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", "db.r6g.16xlarge", 5000),
        ("{DBInstanceClassMemory/12582880}", "db.m5.large", 682),
        ("GREATEST({log(DBInstanceClassMemory/805306368)*45},{log(DBInstanceClassMemory/8187281408)*1000})", "db.r6g.large", 1069),
        ("SUM({DBInstanceClassMemory/12038},-50003)", "db.r6g.large", 1377133),
        ("{DBInstanceVCPU*2}", "db.r6g.large", 4),
        ("LEAST({DBInstanceClassMemory/9531392},5000)", "db.serverless", None),
        ("on", "db.r6g.large", None), ("LEAST(1", "db.r6g.large", None), ("", "db.r6g.large", None), ("1/0", "db.r6g.large", None),
        ("5 6", "db.r6g.large", None), ("{x};", "db.r6g.large", None),
    ],
)  # fmt: skip
def test_a_formula_is_worked_out(value: str, name: str, number: float | None) -> None:
    assert evaluate(value, name) == number
