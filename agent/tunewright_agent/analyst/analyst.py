"""Both passes of one instance, as sources that read the newest facts instead of a server. Made by wiring, run by Watch."""

from dataclasses import dataclass

from tunewright_agent.analyst.index_pass import IndexPass
from tunewright_agent.analyst.plan_pass import PlanPass
from tunewright_agent.analyst.twins import Twins
from tunewright_agent.latest import Latest
from tunewright_agent.sources.source import Source
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.indexes.advice import IndexAdvice

PLANS_DEADLINE_SECONDS, ADVICE_DEADLINE_SECONDS = 120.0, 900.0


@dataclass(frozen=True, slots=True)
class TwinAnalyst:
    """The Analyst of a Watch."""

    twins: Twins
    plans: PlanPass
    indexes: IndexPass
    plans_every_seconds: float
    advice_every_seconds: float
    off: frozenset[str] = frozenset()
    """Passes that the user switched off."""

    def sources(self) -> tuple[Source[Latest], ...]:
        """`plans` and `index_advice`."""
        plans, advice = self.plans_every_seconds, self.advice_every_seconds
        both = (
            Source("plans", (Plans, Events), plans, PLANS_DEADLINE_SECONDS, self.plans.collect),
            Source("index_advice", (IndexAdvice,), advice, ADVICE_DEADLINE_SECONDS, self.indexes.collect),
        )
        return tuple(one for one in both if one.name not in self.off)

    def close(self) -> None:
        """Stop the twin."""
        self.twins.stop()
