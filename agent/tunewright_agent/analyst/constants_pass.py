"""The pass `constants`: which constants the sampled statements had. In come the sessions' texts and the newest facts, out go SampledConstants.

Only made where the user set privacy.index_constants: what it finds stands in the history and may stand in advised SQL. A statement is one
sample each time a session runs it anew; all that is kept is a bounded tally.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.latest import Latest
from tunewright_agent.sources.postgres.activity import Sample, sampled
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected, Unsupported
from tunewright_analyzers.facts.constants import SampledConstants, SeenConstant, StatementConstants
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.facts.statements import Statements
from tunewright_analyzers.sql.constants import constants
from tunewright_analyzers.sql.fingerprint import fingerprint

EVERY_SECONDS = 5.0
DEADLINE_SECONDS = 5.0
MOST_STATEMENTS = 500
MOST_VALUES = 20
"""Of one parameter that are counted; where more come, the rarest give way to them."""
TOLD_VALUES = 3
MOST_SAMPLES = 10_000
"""Of one statement; then all its counts are halved, so that what was usual long ago fades."""
_FADES = 2


@dataclass(slots=True)
class Tally:
    """The samples of one statement."""

    samples: int = 0
    values: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, found: dict[int, str]) -> None:
        self.samples += 1
        for parameter, text in found.items():
            counted = self.values.setdefault(parameter, Counter())
            if text not in counted and len(counted) >= MOST_VALUES:
                del counted[min(counted, key=lambda one: (counted[one], one))]
            counted[text] += 1
        if self.samples > MOST_SAMPLES:
            self.samples //= _FADES
            self.values = {
                parameter: Counter({text: count // _FADES for text, count in counted.items() if count >= _FADES})
                for parameter, counted in self.values.items()
            }

    def rows(self) -> tuple[SeenConstant, ...]:
        return tuple(
            SeenConstant(parameter, text, count)
            for parameter, counted in sorted(self.values.items())
            for text, count in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:TOLD_VALUES]
        )


@dataclass(slots=True)
class ConstantsPass:
    """Remembers the tally and which runs were counted; one for each instance."""

    reader: Reader
    _since: datetime | None = field(init=False, default=None)
    _tallies: OrderedDict[tuple[str, StatementId], Tally] = field(init=False, default_factory=OrderedDict)
    _counted: frozenset[tuple[int, datetime | None]] = field(init=False, default=frozenset())

    def collect(self, latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises SourceError."""
        statements = latest.snapshot().section(Statements)
        if statements is None:
            raise Unsupported("constants are told by comparison with the statements, which could not be read")
        self._since = self._since or taken_at
        samples = sampled(self.reader)
        runs = frozenset((one.pid, one.started) for one in samples)
        fresh = [one for one in samples if (one.pid, one.started) not in self._counted]
        self._counted = runs
        forms = {(row.key.database, row.id): row.text for row in statements.rows if row.text and not row.own}
        for sample in fresh:
            key = (sample.database, fingerprint(sample.text))
            self._count(key, forms.get(key), sample)
        rows = (
            StatementConstants(database, statement, tally.samples, tally.rows())
            for (database, statement), tally in sorted(self._tallies.items())
        )
        return Collected((SampledConstants(self._since, tuple(rows)),))

    def _count(self, key: tuple[str, StatementId], form: str | None, sample: Sample) -> None:
        found = constants(form, sample.text) if form is not None else None
        if not found:
            return
        self._tallies.setdefault(key, Tally()).add(found)
        self._tallies.move_to_end(key)
        while len(self._tallies) > MOST_STATEMENTS:
            self._tallies.popitem(last=False)
