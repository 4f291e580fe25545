"""The passes of one MySQL or MariaDB instance, as sources that read the newest facts. Made by engines/mysql.py, run by Watch."""

from dataclasses import dataclass

from tunewright_agent.analyst.mysql_index_pass import MysqlIndexPass
from tunewright_agent.analyst.mysql_plan_pass import MysqlPlanPass
from tunewright_agent.latest import Latest
from tunewright_agent.sources.source import Source
from tunewright_analyzers.facts.events import Events
from tunewright_analyzers.facts.plans import Plans
from tunewright_analyzers.indexes.mysql.facts import IndexProposals

ANALYSES = ("plans", "index_proposals", "regressions")
PLANS_DEADLINE_SECONDS, PROPOSALS_DEADLINE_SECONDS = 120.0, 120.0


@dataclass(frozen=True, slots=True)
class MysqlAnalyst:
    """The Analyst of a Watch."""

    plans: MysqlPlanPass
    indexes: MysqlIndexPass
    plans_every_seconds: float
    advice_every_seconds: float
    off: frozenset[str] = frozenset()
    """Passes that the user switched off."""
    regressions: Source[Latest] | None = None

    def sources(self) -> tuple[Source[Latest], ...]:
        """`plans`, `index_proposals`, and `regressions` (where there is a history)."""
        found = [
            Source("plans", (Plans, Events), self.plans_every_seconds, PLANS_DEADLINE_SECONDS, self.plans.collect),
            Source(
                "index_proposals",
                (IndexProposals,),
                self.advice_every_seconds,
                PROPOSALS_DEADLINE_SECONDS,
                self.indexes.collect,
            ),
        ]
        if self.regressions is not None:
            found.append(self.regressions)
        return tuple(one for one in found if one.name not in self.off)

    def close(self) -> None:
        """Nothing to stop."""
