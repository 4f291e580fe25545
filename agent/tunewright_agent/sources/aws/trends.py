"""Source `trends`: the last weeks by the hour, from CloudWatch itself (it keeps 455 days of hours). Fills CloudTrends.

The first pass asks for all of it, the later ones for the hours since: storage and backup figures come hours late.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tunewright_agent.sources.aws.asked import ASKED_BY_THE_HOUR, Tier
from tunewright_agent.sources.aws.questions import questions
from tunewright_agent.sources.aws.reader import Reader
from tunewright_agent.sources.aws.series import Kept, ask, floor
from tunewright_agent.sources.source import Collected, Source
from tunewright_analyzers.facts.cloud_metrics import CloudTrends

KEEP = timedelta(days=15)
AGAIN = timedelta(hours=26)


@dataclass(slots=True)
class Trends:
    """Remembers the points of one target."""

    _kept: Kept = field(init=False, default_factory=lambda: Kept(KEEP))
    _asked_at: datetime | None = field(init=False, default=None)

    def collect(self, reader: Reader, taken_at: datetime) -> Collected:
        """The points of the last weeks, complete hours only. Raises SourceError."""
        wanted = questions(reader, ASKED_BY_THE_HOUR)
        end, period = floor(taken_at, Tier.HOURLY), int(Tier.HOURLY)
        new = [one for one in wanted if not self._kept.knows(one)]
        known = [one for one in wanted if self._kept.knows(one)]
        if known:
            since = (self._asked_at or taken_at) - AGAIN
            self._kept.add(ask(reader, known, period, floor(max(since, taken_at - KEEP), period), end))
        if new:
            self._kept.add(ask(reader, new, period, floor(taken_at - KEEP, period), end))
        self._asked_at = taken_at
        self._kept.drop(taken_at - KEEP, set(wanted))
        return Collected((CloudTrends(self._kept.series()),))


def source() -> Source[Reader]:
    """The source, for one target."""
    return Source(
        "trends", (CloudTrends,), interval_seconds=float(Tier.HOURLY), deadline_seconds=300, collect=Trends().collect
    )
