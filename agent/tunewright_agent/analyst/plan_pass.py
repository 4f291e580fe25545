"""The pass `plans`: plans of the statements that cost most. In come the newest facts, out go Plans and Events.

A plan that the server logged while the statement ran (auto_explain) tells most; beside it every costly statement is planned on the twin,
where nothing of it can run. Only a statement that the twin cannot plan is given to EXPLAIN on the live server, through the guard.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from tunewright_agent.analyst.twins import Twins
from tunewright_agent.latest import Latest
from tunewright_agent.memory import Memory, window_at
from tunewright_agent.sources.postgres.activity import samples
from tunewright_agent.sources.postgres.auto_explain import AutoExplain, LoggedPlan
from tunewright_agent.sources.postgres.explain import explain
from tunewright_agent.sources.postgres.guard import Refused
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Collected, SourceError, Unsupported
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.columns import Schema
from tunewright_analyzers.facts.events import Event, Events
from tunewright_analyzers.facts.ids import PlanId, StatementId
from tunewright_analyzers.facts.plans import Plan, PlanOrigin, PlanRefusal, Plans, StatementPlan
from tunewright_analyzers.facts.relations import Indexes
from tunewright_analyzers.facts.rewrites import RewriteCost, RewriteCosts
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Gap, Section, Window
from tunewright_analyzers.facts.statements import Statement, Statements
from tunewright_analyzers.indexes.whatif import WhatIfError
from tunewright_analyzers.queries.weighty import names_of
from tunewright_analyzers.sql.rewrites import equal_forms

MOST_LOGGED = 300
"""Logged plans that are remembered, one a statement: the newest."""
EXPLAINED = frozenset({"select", "insert", "update", "delete", "merge"})
_LOG_SETTINGS = ("log_line_prefix", "log_timezone")
ShapeKey = tuple[str, StatementId, PlanOrigin]


@dataclass(slots=True)
class PlanPass:
    """Remembers the logged plans and the shapes of the pass before; one for each instance."""

    reader: Reader
    twins: Twins
    memory: Memory | None
    window_seconds: float
    most: int
    allow: frozenset[str]
    use_samples: bool
    log_file: Path | None
    known_shapes: Callable[[], Mapping[ShapeKey, PlanId]]
    """Shapes that an earlier run of the daemon saw last; asked once."""
    _log: AutoExplain | None = field(init=False, default=None)
    _log_settings: tuple[str | None, ...] = field(init=False, default=())
    _logged: OrderedDict[tuple[str | None, StatementId], LoggedPlan] = field(init=False, default_factory=OrderedDict)
    _shapes: dict[ShapeKey, PlanId] | None = field(init=False, default=None)

    def collect(self, latest: Latest, taken_at: datetime) -> Collected:
        """One pass. Raises SourceError where no statement is known."""
        window = window_at(latest.snapshot(), self.memory, self.window_seconds, taken_at)
        statements = window.section(Statements)
        if statements is None:
            raise Unsupported("plans need the statements, which could not be read")
        gaps = handed_on(window, "plans", Plans)
        gaps += self._read_log(window, taken_at)
        twin: Twin | None = None
        try:
            twin = self.twins.current(taken_at, latest.snapshot().section(Indexes))
        except SourceError as error:
            gaps.append(Gap("plans", error.reason, taken_at, error.mend, None, (Plans.name,)))
        costly = costliest(statements, self.most)
        rows, refused = self._planned(costly, twin, taken_at)
        rows += self._of_log(statements)
        plans = Plans(tuple(rows), tuple(refused))
        return Collected((plans, self._changes(plans, taken_at), _rewritten(window, plans, twin)), tuple(gaps))

    def _read_log(self, window: Window, at: datetime) -> Iterator[Gap]:
        if self.log_file is None:
            return
        settings = window.section(Settings)
        said = tuple(found.value if settings and (found := settings.get(name)) else None for name in _LOG_SETTINGS)
        if self._log is None or said != self._log_settings:  # changed, or known only now
            self._log, self._log_settings = AutoExplain(self.log_file, *said), said
        try:
            for one in self._log.read(at):
                key = (one.database, one.statement_id)
                self._logged[key] = one
                self._logged.move_to_end(key)
        except SourceError as error:
            yield Gap("plans", error.reason, at, error.mend, None, (Plans.name,))
        while len(self._logged) > MOST_LOGGED:
            self._logged.popitem(last=False)

    def _of_log(self, statements: Statements) -> list[StatementPlan]:
        """Logged plans with the weight that their statements have in the window."""
        weights: dict[tuple[str | None, StatementId], tuple[int, float]] = {}
        for row in statements.rows:
            for database in (row.key.database, None):
                calls, seconds = weights.get((database, row.id), (0, 0.0))
                weights[(database, row.id)] = (calls + row.calls, seconds + row.exec_seconds)
        own = {row.id for row in statements.rows if row.own}
        found = []
        for key, one in self._logged.items():
            if one.statement_id in own:
                continue
            calls, seconds = weights.get(key, (0, 0.0))
            plan, where = one.plan, one.database or ""
            if plan.execution_seconds is None:
                plan = replace(plan, execution_seconds=one.seconds)  # the log has it beside the plan, not in it
            found.append(
                StatementPlan(one.statement_id, where, plan, PlanOrigin.AUTO_EXPLAIN, one.at, one.text, calls, seconds)
            )
        return found

    def _planned(
        self, costly: tuple[Statement, ...], twin: Twin | None, at: datetime
    ) -> tuple[list[StatementPlan], list[PlanRefusal]]:
        rows: list[StatementPlan] = []
        refused: list[PlanRefusal] = []
        literal = self._samples()
        for row in costly:
            database = row.key.database
            if row.text is None:
                refused.append(PlanRefusal(row.id, database, row.text_missing or "its text could not be read"))
                continue
            try:
                plan, origin = self._plan(twin, database, row.text)
            except (WhatIfError, Refused, SourceError) as error:
                refused.append(PlanRefusal(row.id, database, str(error)))
                continue
            rows.append(StatementPlan(row.id, database, plan, origin, at, row.text, row.calls, row.exec_seconds))
            sample = literal.get(row.id)
            if sample is not None and twin is not None and sample[0] == database:
                rows += self._sampled(twin, row, sample[1], at)
        return rows, refused

    def _plan(self, twin: Twin | None, database: str, text: str) -> tuple[Plan, PlanOrigin]:
        """On the twin; where that cannot, on the live server. Raises WhatIfError with both reasons."""
        because = "there is no twin"
        if twin is not None:
            try:
                return twin.explain(database, text), PlanOrigin.TWIN
            except WhatIfError as error:
                because = str(error)
        try:
            return explain(self.reader, database, text, allow=self.allow), PlanOrigin.GENERIC
        except Refused as refusal:
            raise WhatIfError(f"on the twin: {because}; on the live server: {refusal.because}") from refusal
        except SourceError as error:
            raise WhatIfError(f"on the twin: {because}; on the live server: {error.reason}") from error

    def _samples(self) -> Mapping[StatementId, tuple[str, str]]:
        """Texts with literals, where the user allowed them: planned on the twin at once, never kept."""
        if not self.use_samples:
            return {}
        try:
            return samples(self.reader)
        except SourceError:
            return {}  # `activity` reads the same view and tells of the gap

    @staticmethod
    def _sampled(twin: Twin, row: Statement, text: str, at: datetime) -> list[StatementPlan]:
        try:
            plan = twin.explain(row.key.database, text)
        except WhatIfError:
            return []  # its generic form was planned; a sample is an addition
        return [
            StatementPlan(row.id, row.key.database, plan, PlanOrigin.SAMPLE, at, row.text, row.calls, row.exec_seconds)
        ]

    def _changes(self, plans: Plans, at: datetime) -> Events:
        """An event for each statement whose plan has another shape than the pass before had."""
        before = dict(self.known_shapes()) if self._shapes is None else self._shapes
        events = []
        for row in plans.rows:
            key = (row.database, row.statement_id, row.origin)
            known = before.get(key)
            if known is not None and known != row.plan.shape and row.origin is not PlanOrigin.SAMPLE:
                subject = f"statement {row.statement_id} in {row.database or 'unknown database'}"
                events.append(Event(at, "plan_changed", subject, f"{known} -> {row.plan.shape} ({row.origin})"))
            before[key] = row.plan.shape
        self._shapes = before
        return Events(tuple(events))


def _rewritten(window: Window, plans: Plans, twin: Twin | None) -> RewriteCosts:
    """Equal forms of the statements that the twin planned, with its costs of both; none where it cannot plan the other form."""
    if twin is None or window.section(Schema) is None:
        return RewriteCosts(())
    names, found = names_of(window), list[RewriteCost]()
    for row in plans.rows:
        known = names.get(row.database)
        if row.origin is not PlanOrigin.TWIN or known is None or row.text is None:
            continue
        for other in equal_forms(row.text, known):
            try:
                plan = twin.explain(row.database, other)
            except WhatIfError:
                continue  # the check offers it without costs
            costs = (row.plan.root.cost.total, plan.root.cost.total)
            found.append(RewriteCost(row.statement_id, row.database, other, *costs, plan.shape == row.plan.shape))
    return RewriteCosts(tuple(found))


def handed_on(window: Window, source: str, kind: type[Section]) -> list[Gap]:
    """What was hidden of the statements is hidden from what is made of them."""
    return [replace(gap, source=source, sections=(kind.name,)) for gap in window.gaps_of(Statements)]


def costliest(statements: Statements, most: int) -> tuple[Statement, ...]:
    """The statements that can be explained and took most time, one a database and id: the rows of several users count together."""
    seconds: dict[tuple[str, StatementId], float] = {}
    calls: dict[tuple[str, StatementId], int] = {}
    first: dict[tuple[str, StatementId], Statement] = {}
    for row in statements.rows:
        if row.own or row.kind not in EXPLAINED:
            continue
        key = (row.key.database, row.id)
        seconds[key] = seconds.get(key, 0.0) + row.exec_seconds
        calls[key] = calls.get(key, 0) + row.calls
        if key not in first or (first[key].text is None and row.text is not None):
            first[key] = row
    ordered = sorted(first, key=lambda key: (-seconds[key], key))[:most]
    return tuple(replace(first[key], calls=calls[key], exec_seconds=seconds[key]) for key in ordered)
