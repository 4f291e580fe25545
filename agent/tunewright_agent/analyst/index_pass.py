"""The pass `index_advice`: which indexes the workload wants. In come the newest facts, out goes IndexAdvice.

The twin is asked; HypoPG on the live server stands in where there is no twin, and gives a second opinion where it is installed.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tunewright_agent.analyst.live import LiveOracle
from tunewright_agent.analyst.plan_pass import handed_on
from tunewright_agent.analyst.twins import Twins
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory, window_at
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected, SourceError, Unsupported
from tunewright_analyzers.facts.settings import Extensions
from tunewright_analyzers.facts.snapshot import Gap, Window
from tunewright_analyzers.indexes.advice import AdviceError, IndexAdvice, advise
from tunewright_analyzers.indexes.confirm import confirmed
from tunewright_analyzers.indexes.problem import Limits
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.indexes.worth import Price

WITHIN_SECONDS = 600.0
"""Then the best so far is the answer: well before the lane's deadline cuts the pass, and with it everything."""


@dataclass(slots=True)
class IndexPass:
    """One for each instance."""

    reader: Reader
    twins: Twins
    memory: Memory | None
    window_seconds: float
    allow: frozenset[str]
    limits: Limits
    price: Price | None = None
    clock: Callable[[], float] = time.monotonic

    def collect(self, latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises SourceError where no oracle or no facts are to be had."""
        window = window_at(latest.snapshot(), self.memory, self.window_seconds, taken_at)
        try:
            return self._advised(window, taken_at)
        except AdviceError as error:
            raise Unsupported(str(error)) from error
        except WhatIfError as error:
            raise Unsupported(f"the advice broke off: {error}") from error

    def _advised(self, window: Window, at: datetime) -> Collected:
        with_hypopg = hypopg_databases(window)
        live, until = LiveOracle(self.reader, self.allow), self.clock() + WITHIN_SECONDS
        try:
            twin = self.twins.fresh(at)
        except SourceError:
            if not with_hypopg:
                raise
            advice = advise(
                window, live, sorted(with_hypopg), limits=self.limits, price=self.price, enough=self._until(until)
            )
            return Collected((advice,))
        lacking = twin.without
        without = [f"{name}: {one}" for name in sorted(lacking) for one in lacking[name]]
        advice = advise(
            window,
            twin,
            sorted(lacking),
            limits=self.limits,
            without=without,
            price=self.price,
            enough=self._until(until),
        )
        gaps = (*handed_on(window, "index_advice", IndexAdvice), *self._gaps(at))
        return Collected((confirmed(advice, live, with_hypopg),), gaps)

    def _until(self, time: float) -> Callable[[], bool]:
        return lambda: self.clock() > time

    def _gaps(self, at: datetime) -> Iterator[Gap]:
        for database, error in self.twins.failed.items():
            reason = f"the twin could not read it: {error.reason}"
            yield Gap("index_advice", reason, at, error.mend, database, (IndexAdvice.name,))


def hypopg_databases(window: Window) -> frozenset[str]:
    """Databases in which the extension is installed."""
    found = window.section(Extensions)
    return (
        frozenset(one.database for one in found.rows if one.name == "hypopg" and one.installed)
        if found
        else frozenset()
    )
