"""The pass `plans` of MySQL and MariaDB: the costliest digests through the guarded EXPLAIN. In come the newest facts, out go Plans and Events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tunewright_agent.analyst.plan_pass import ShapeKey, costliest, handed_on
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory, window_at
from tunewright_agent.sources.mysql.explain import explain
from tunewright_agent.sources.mysql.samples import NO_SAMPLE, Explains, samples
from tunewright_agent.sources.mysql.session import Reader
from tunewright_agent.sources.source import Collected, SourceError, Unavailable, Unsupported
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import PlanId
from tunewright_analyzers.facts.plans import PlanOrigin, PlanRefusal, Plans, StatementPlan
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.sql.mysql.guard import Refused


@dataclass(slots=True)
class MysqlPlanPass:
    """Remembers the shapes of the pass before; one for each instance."""

    reader: Reader
    memory: Memory | None
    window_seconds: float
    most: int
    known_shapes: Callable[[], Mapping[ShapeKey, PlanId]]
    _shapes: dict[ShapeKey, PlanId] | None = field(init=False, default=None)

    def collect(self, latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises SourceError where no statement is known."""
        window = window_at(latest.snapshot(), self.memory, self.window_seconds, taken_at)
        statements = window.section(Statements)
        if statements is None:
            raise Unsupported("plans need the statements, which could not be read")
        rows, refused = self._explained(costliest(statements, self.most), taken_at)
        plans = Plans(tuple(rows), tuple(refused))
        return Collected((plans, self._changes(plans, taken_at)), tuple(handed_on(window, "plans", Plans)))

    def _explained(self, costly: tuple[Statement, ...], at: datetime) -> tuple[list[StatementPlan], list[PlanRefusal]]:
        rows: list[StatementPlan] = []
        refused: list[PlanRefusal] = []
        engine = self.reader.server.engine
        with self.reader.session() as session:
            known = samples(session, [row.key.query_id for row in costly])
            for row in costly:
                database, text = row.key.database, known.get(row.key.query_id)
                if text is None or not database:
                    because = NO_SAMPLE if database else "it ran without a database"
                    refused.append(PlanRefusal(row.id, database, because))
                    continue
                try:
                    plan = explain(Explains(session), engine, database, text)
                except Unavailable:
                    raise
                except (Refused, SourceError) as error:
                    refused.append(PlanRefusal(row.id, database, str(error)))
                    continue
                rows.append(
                    StatementPlan(row.id, database, plan, PlanOrigin.SAMPLE, at, row.text, row.calls, row.exec_seconds)
                )
        return rows, refused

    def _changes(self, plans: Plans, at: datetime) -> Events:
        """An event for each statement whose plan has another shape than the pass before had."""
        before = dict(self.known_shapes()) if self._shapes is None else self._shapes
        events = []
        for row in plans.rows:
            key = (row.database, row.statement_id, row.origin)
            known = before.get(key)
            if known is not None and known != row.plan.shape:
                subject = f"statement {row.statement_id} in {row.database}"
                events.append(Event(at, "plan_changed", subject, f"{known} -> {row.plan.shape} ({row.origin})"))
            before[key] = row.plan.shape
        self._shapes = before
        return Events(tuple(events))
