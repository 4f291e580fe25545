"""Source `metrics`: CloudWatch's points of the last hours, each at its own time. Fills CloudMetrics.

Every minute the hot tier is asked for, every fifth minute the warm one too. A pass asks again for the last minutes: CloudWatch's newest
points come late and are revised; the price is by metric, not by point. After a silence the gap is asked for as well.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tunewright_agent.sources.aws.asked import ASKED, Tier
from tunewright_agent.sources.aws.questions import questions
from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.aws.series import Kept, Question, ask, floor
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_metrics import CloudMetrics

KEEP = timedelta(hours=3)
AGAIN = {Tier.HOT: timedelta(minutes=5), Tier.WARM: timedelta(minutes=20)}
"""How far back points that were seen are asked for again."""
EARLY_SECONDS = 5.0
"""The clock ticks a little early at times."""


@dataclass(slots=True)
class Metrics:
    """Remembers the points of one target."""

    _kept: Kept = field(init=False, default_factory=lambda: Kept(KEEP))
    _asked_at: dict[Tier, datetime] = field(init=False, default_factory=dict)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """The points of all tiers; those that are due are asked for. Raises SourceError."""
        wanted = questions(reader, ASKED)
        for tier in (Tier.HOT, Tier.WARM):
            mine = [one for one in wanted if one.asked.tier is tier]
            last = self._asked_at.get(tier)
            if mine and (
                last is None or (taken_at - last).total_seconds() >= tier - EARLY_SECONDS or not self._know(mine)
            ):
                self._kept.add(self._due(reader, mine, tier, taken_at))
                self._asked_at[tier] = taken_at
        self._kept.drop(taken_at - KEEP, set(wanted))
        return Collected((CloudMetrics(self._kept.series()),))

    def _know(self, mine: list[Question]) -> bool:
        return all(self._kept.knows(one) for one in mine)

    def _due(
        self, reader: Reader, mine: list[Question], tier: Tier, taken_at: datetime
    ) -> dict[Question, dict[datetime, float]]:
        """New questions from KEEP on, the others from their newest point on."""
        end = floor(taken_at, tier) + timedelta(seconds=tier)
        known = [one for one in mine if self._kept.knows(one)]
        new = [one for one in mine if not self._kept.knows(one)]
        found: dict[Question, dict[datetime, float]] = {}
        if known:
            newest = self._kept.newest(known) or taken_at - KEEP
            start = floor(max(min(newest, taken_at) - AGAIN[tier], taken_at - KEEP), tier)
            found |= ask(reader, known, tier, start, end)
        if new:
            found |= ask(reader, new, tier, floor(taken_at - KEEP, tier), end)
        return found


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source("metrics", (CloudMetrics,), interval_seconds=60, deadline_seconds=55, collect=Metrics().collect)
