"""A Finding says what is wrong, with the evidence it rests on. Made by checks; read by ledger, metrics, reports, alerts."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from tunewright_analyzers.facts.ids import NO_CLUSTER, CheckId, ClusterId, FindingId


class Severity(StrEnum):
    """How soon a person should look. Ordered by `rank`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info to 4 for critical."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number or fact that the finding rests on, where it was read, and over what.

    `unit` is a base unit (`bytes`, `seconds`, `rows`, `ratio`, `cost`, …) or empty for text.
    """

    label: str
    value: float | int | str | bool
    unit: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about, in a form that stays the same over days, releases and restarts: no OIDs, no thresholds.

    `kind` is the engine's word (`table`, `index`, `statement`, `setting`, `session`, `database`, `cluster`, …).
    """

    kind: str
    name: str
    database: str | None = None

    def __str__(self) -> str:
        where = f" in {self.database}" if self.database else ""
        return f"{self.kind} {self.name}{where}"


def stable_id(check: CheckId, cluster: ClusterId, subject: Subject) -> str:
    """Twelve hex digits of (check, cluster, canonical subject): the same finding has the same id wherever it is found."""
    return hashlib.sha256(f"{check}\n{cluster}\n{subject}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong. `summary` is one sentence with its numbers; no literals of the user's SQL."""

    id: FindingId
    check: CheckId
    subject: Subject
    severity: Severity
    summary: str
    evidence: tuple[Evidence, ...]
    cluster: ClusterId = NO_CLUSTER


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A check that could not look, and why: never to be taken for 'healthy'. `subject` is `cluster` or one database."""

    check: CheckId
    subject: Subject
    because: str
    cluster: ClusterId = NO_CLUSTER
    """Set by the runner."""
