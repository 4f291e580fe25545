"""What a case is, and short makers of facts, so that a case shows only what matters to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Period, Section, Snapshot, View, Window

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = Period(NOW - timedelta(days=1), NOW)

Kind = Literal["fires", "silent", "gap", "threshold"]


@dataclass(frozen=True, slots=True)
class Case:
    """Given `sections` (and `gaps`), the check reports findings on just these `subjects` (str of Subject), in any order.

    `kind`: each check needs at least one case of fires, silent, gap and (where it has thresholds) threshold. A gap case expects
    NotJudged and nothing else. `severity` maps a subject to what it must be; `says` are fragments of the summaries, `statements`
    of the recommended statements.
    """

    name: str
    kind: Kind
    sections: tuple[Section, ...] = ()
    subjects: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    deltas: tuple[Section, ...] = ()
    """What was counted between two readings: sections here are of the window, those in `sections` what the server has now."""
    baseline: tuple[Section, ...] = ()
    """What was counted over the same span a week earlier, where the history holds it."""
    overrides: Mapping[str, float] = field(default_factory=dict)
    version: int = 180000
    flavour: Flavour = Flavour.SELF_MANAGED
    engine: Engine = Engine.POSTGRESQL

    def window(self) -> Window:
        """The day's window that the check is given."""
        latest = Snapshot(
            ClusterId("shop"),
            InstanceId("db1"),
            self.engine,
            self.version,
            self.flavour,
            NOW,
            self.sections,
            self.gaps,
            View.CLOUD if any(one.view is View.CLOUD for one in self.sections) else View.ENGINE,
        )
        week = timedelta(days=7)
        before = (
            Window(ClusterId("shop"), DAY.start - week, DAY.end - week, latest, self.baseline)
            if self.baseline
            else None
        )
        return Window(ClusterId("shop"), DAY.start, DAY.end, latest, self.deltas, before)


def gap(
    section: type[Section], reason: str = "permission denied", mend: str | None = "GRANT pg_monitor TO tunewright"
) -> Gap:
    """A gap that leaves `section` out."""
    return Gap(section.name, reason, NOW, mend, None, (section.name,))
