"""Cases of `security/extension_faulty`."""

from cases.case import Case, gap
from cases.security.facts import extensions
from tunewright_analyzers.facts.settings import Extensions

CASES = (
    Case("pgvector 0.8.1", "fires", (extensions("vector", "0.8.1", "0.8.1"),), ("extension vector in shop",),
         severity={"extension vector in shop": "high"}, says=("CVE-2026-3172); mended in 0.8.2",)),
    Case("an old TimescaleDB has two", "fires", (extensions("timescaledb", "2.5.1", "2.5.1"),), ("extension timescaledb in shop",),
         says=("mended in 2.25.2",)),
    Case("TimescaleDB's telemetry", "fires", (extensions("timescaledb", "2.9.2", "2.9.2"),), ("extension timescaledb in shop",),
         says=("CVE-2023-25149",)),
    Case("pg_ivm has two of one release", "fires", (extensions("pg_ivm", "1.5", "1.5"),), ("extension pg_ivm in shop",), says=("mended in 1.5.1",)),
    Case("not mended yet", "fires", (extensions("hypopg", "1.4.2", "1.4.2"),), ("extension hypopg in shop",),
         severity={"extension hypopg in shop": "info"}, says=("no version yet",)),
    Case("before the fault came in", "silent", (extensions("vector", "0.5.1", "0.5.1"),)),
    Case("mended", "silent", (extensions("vector", "0.8.2", "0.8.2"),)),
    Case("not installed", "silent", (extensions("vector", None, "0.8.1"),)),
    Case("an extension without known faults", "silent", (extensions("pg_trgm", "1.6", "1.6"),)),
    Case("extensions unread", "gap", gaps=(gap(Extensions),)),
)  # fmt: skip
