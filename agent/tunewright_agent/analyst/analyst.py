"""The passes of one instance, as sources that read the newest facts instead of a server. Made by wiring, run by Watch."""

from dataclasses import dataclass

from tunewright_agent.analyst import constants_pass
from tunewright_agent.analyst.constants_pass import ConstantsPass
from tunewright_agent.analyst.index_pass import IndexPass
from tunewright_agent.analyst.plan_pass import PlanPass
from tunewright_agent.analyst.twins import Twins
from tunewright_agent.latest import Latest
from tunewright_agent.sources.source import Source
from tunewright_analyzers.facts.constants import SampledConstants
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.facts.rewrites import RewriteCosts
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
    constants: ConstantsPass | None = None
    """Where the user allows that constants are kept."""
    regressions: Source[Latest] | None = None
    """Where a history is kept."""

    def sources(self) -> tuple[Source[Latest], ...]:
        """`constants` (where it is allowed), `plans`, `index_advice`, and `regressions` (where there is a history)."""
        plans, advice = self.plans_every_seconds, self.advice_every_seconds
        found = [
            Source("plans", (Plans, Events, RewriteCosts), plans, PLANS_DEADLINE_SECONDS, self.plans.collect),
            Source("index_advice", (IndexAdvice,), advice, ADVICE_DEADLINE_SECONDS, self.indexes.collect),
        ]
        if self.constants is not None:
            every, deadline = constants_pass.EVERY_SECONDS, constants_pass.DEADLINE_SECONDS
            found.insert(0, Source("constants", (SampledConstants,), every, deadline, self.constants.collect))
        if self.regressions is not None:
            found.append(self.regressions)
        return tuple(one for one in found if one.name not in self.off)

    def close(self) -> None:
        """Stop the twin."""
        self.twins.stop()
