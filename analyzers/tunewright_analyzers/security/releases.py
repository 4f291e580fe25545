"""PostgreSQL's releases, as a dated table: what was out on KNOWN_AT, and until when each major release is supported. Used by checks/security.

Sources: the announcements at postgresql.org/about/news and the versioning policy at postgresql.org/support/versioning; of August 2026 the day is
that of the roadmap, minors and faults are those of the release notes of Percona's distribution (14.24 lists 28 CVEs). A server that is newer than the
table is never called behind; a finding says how old the table is. To bring it up to date add a Wave and change KNOWN_AT.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

KNOWN_AT = date(2026, 9, 16)
"""When this table was last compared with what was out."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Minor releases that came out on one day: minor by major, and how many security faults (CVE) they fix at most."""

    on: date
    minors: Mapping[int, int]
    security_faults: int


WAVES = (
    Wave(date(2026, 2, 26), {18: 3, 17: 9, 16: 13, 15: 17, 14: 22}, 0),
    Wave(date(2026, 5, 14), {18: 4, 17: 10, 16: 14, 15: 18, 14: 23}, 11),
    Wave(date(2026, 8, 13), {18: 6, 17: 11, 16: 15, 15: 19, 14: 24}, 28),
)
"""Oldest first. Waves before them are not listed: a server that far behind misses the last one's fixes anyway."""

SUPPORTED_UNTIL = {
    12: date(2024, 11, 21),
    13: date(2025, 11, 13),
    14: date(2026, 11, 12),
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}
"""The day of the last minor release of a major one."""


def missed(major: int, minor: int) -> tuple[Wave, ...]:
    """The waves of the table that the server lacks, oldest first."""
    return tuple(one for one in WAVES if one.minors.get(major, -1) > minor)
