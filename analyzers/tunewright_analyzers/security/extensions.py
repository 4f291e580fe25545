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
    Fault("timescaledb", None, "2.25.2", "GHSA-vgp2-jj5c-828m", "its scripts run what others put into the search path"),
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
