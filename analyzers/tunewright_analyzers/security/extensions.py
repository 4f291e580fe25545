"""Extensions with known faults, as a dated table. Used by checks/security/extension_faulty.

Each line names the advisory, so that everybody can read it. Faults of contrib modules are fixed by the server's own minor releases.
"""

from dataclasses import dataclass
from datetime import date

KNOWN_AT = date(2026, 8, 6)
"""When this table was last compared with the advisories."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of an extension: from version `since` (None: from the first) until it was mended in `mended` (None: not yet)."""

    extension: str
    since: str | None
    mended: str | None
    advisory: str
    what: str
    is_security: bool = True


FAULTS = (
    Fault(
        "vector",
        "0.6.0",
        "0.8.2",
        "CVE-2026-3172",
        "a parallel HNSW build leaks other tables' data or crashes the server",
    ),
    Fault("timescaledb", None, "2.5.2", "CVE-2022-24128", "its installation runs what others put in its way"),
    Fault(
        "timescaledb",
        "2.8.0",
        "2.9.3",
        "CVE-2023-25149",
        "its telemetry job runs what others put into the search path, as who installed it",
    ),
    Fault("timescaledb", None, "2.25.2", "GHSA-vgp2-jj5c-828m", "its scripts run what others put into the search path"),
    Fault(
        "pg_ivm", None, "1.5.1", "CVE-2023-22847", "an incrementally maintained view shows rows that row security hides"
    ),
    Fault("pg_ivm", None, "1.5.1", "CVE-2023-23554", "a refresh runs others' functions with the view owner's rights"),
    Fault("pglogical", None, "2.3.4", "CVE-2021-3515", "names of databases reach a shell"),
    Fault("anon", None, "1.3.0", "CVE-2024-2338", "a table's owner becomes superuser by a masking rule"),
    Fault("postgis", "2.0.0", "2.3.3", "CVE-2017-18359", "ST_AsX3D of an empty geometry crashes the server"),
    Fault(
        "hypopg",
        None,
        None,
        "HypoPG/hypopg issue 116",
        "EXPLAIN of a view over a partial hypothetical index crashes the server",
        False,
    ),
)


def numbers(version: str) -> tuple[int, ...]:
    """(2, 9, 3) of `2.9.3-dev`: what can be compared."""
    found = []
    for part in version.replace("-", ".").split("."):
        digits = "".join(one for one in part if one.isdigit())
        if not part[:1].isdigit():
            break
        found.append(int(digits))
    return tuple(found)


def faults_of(extension: str, version: str) -> tuple[Fault, ...]:
    """Known faults of that version."""
    return tuple(
        one
        for one in FAULTS
        if one.extension == extension
        and (one.since is None or numbers(version) >= numbers(one.since))
        and (one.mended is None or numbers(version) < numbers(one.mended))
    )
