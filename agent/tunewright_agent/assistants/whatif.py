"""What the planner would do if an index existed or a setting were another: asked of a twin, never of the server itself.

The twin of a cluster is built at the first question about it (the server is read for that, as `tunewright once` reads it) and kept for an hour.
Plans come back redacted. Costs are the planner's, and no promise of time: the answer says so. Raises Unanswerable.
"""

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pglast
from pglast.parser import ParseError

from tunewright_agent.analyst.twins import Twins
from tunewright_agent.assistants.memory import Unanswerable
from tunewright_agent.config.settings import ClusterSettings
from tunewright_agent.engines.engine import engine_of
from tunewright_agent.reports.visible import visible
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import SourceError
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.plans import Plan
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.statement import create_statement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError
from tunewright_analyzers.plans.render import render

KEEP_SECONDS = 3600.0
CONNECTIONS = 2
HONEST = "planner costs on a twin with this server's statistics; cost is not time: measure before you believe it"
METHODS = ("btree", "gin", "brin")
_SETTING = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")


@dataclass(slots=True)
class WhatIf:
    """The twins of the configured clusters. One question at a time; `close` stops what was started."""

    clusters: dict[str, ClusterSettings]
    _twins: dict[str, Twins] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def _twin(self, cluster: str, at: datetime) -> Twin:
        settings = self.clusters.get(cluster)
        if settings is None:
            raise Unanswerable(
                f"no cluster is called '{visible(cluster)}'; known are {', '.join(sorted(self.clusters))}"
            )
        if cluster not in self._twins:
            reader = engine_of(settings.url).reader(settings, CONNECTIONS)
            if not isinstance(reader, Reader):
                raise Unanswerable("what-if answers need a twin, and there is one for PostgreSQL only")
            self._twins[cluster] = Twins(reader, KEEP_SECONDS)
        try:
            return self._twins[cluster].current(at)
        except SourceError as error:
            mend = f"; {error.mend}" if error.mend else ""
            raise Unanswerable(f"the twin cannot be built: {error.reason}{mend}") from error

    def index(
        self, at: datetime, cluster: str, database: str, statement: str, table: str, columns: list[str],
        include: list[str], predicate: str | None, method: str,
    ) -> dict[str, Any]:  # fmt: skip
        """The statement's plan with and without the index, and the index's modelled size."""
        schema, dot, name = table.rpartition(".")
        if not columns:
            raise Unanswerable("an index needs at least one column")
        if method not in METHODS:
            raise Unanswerable(f"method is one of {', '.join(METHODS)}")
        if predicate is not None:
            _refuse_more_than_a_condition(predicate)
        index = HypotheticalIndex(
            RelationName(database, schema if dot else "public", name),
            tuple(IndexColumn(one) for one in columns),
            tuple(include),
            predicate,
            method,
        )
        with self._lock:
            twin = self._twin(cluster, at)
            try:
                before = twin.explain(database, statement)
                after = twin.explain(database, statement, add=(index,))
                size = twin.size_bytes(database, index)
            except WhatIfError as error:
                raise Unanswerable(str(error)) from error
        used = any(node.index == str(index) for node in after.root.walk())
        return {
            "index": str(index),
            "statement_to_create_it": create_statement(index, f"{name}_{'_'.join(columns)}_idx"[:63]),
            "size_bytes": size,
            "is_used": used,
            "before": _shape(before),
            "after": _shape(after),
            "note": HONEST,
        }

    def setting(
        self, at: datetime, cluster: str, database: str, statement: str, name: str, value: str
    ) -> dict[str, Any]:
        """The statement's plan under today's settings and with that one changed."""
        if not _SETTING.match(name):
            raise Unanswerable(f"'{visible(name)}' is not the name of a setting")
        with self._lock:
            twin = self._twin(cluster, at)
            try:
                before = twin.explain(database, statement)
                after = twin.explain(database, statement, settings=((name, value),))
            except WhatIfError as error:
                raise Unanswerable(str(error)) from error
        return {
            "setting": name,
            "value": value,
            "plan_changes": before.shape != after.shape,
            "before": _shape(before),
            "after": _shape(after),
            "note": HONEST,
        }

    def close(self) -> None:
        """Stop every twin and remove its folder."""
        for twins in self._twins.values():
            twins.stop()
            twins.reader.close()
        self._twins.clear()


def _refuse_more_than_a_condition(predicate: str) -> None:
    """It stands in a CREATE INDEX on the twin: nothing else may come in with it. Raises Unanswerable."""
    plain = pglast.parse_sql("SELECT 1 FROM t WHERE (true)")[0].stmt
    assert isinstance(plain, pglast.ast.SelectStmt)
    try:
        asked = [one.stmt for one in pglast.parse_sql(f"SELECT 1 FROM t WHERE ({predicate})")]
    except ParseError:
        asked = []
    same = [
        isinstance(one, pglast.ast.SelectStmt)
        and all(getattr(one, name) == getattr(plain, name) for name in plain if name != "whereClause")
        for one in asked
    ]
    if same != [True]:
        raise Unanswerable("the predicate is no single condition")


def _shape(plan: Plan) -> dict[str, Any]:
    return {"cost": plan.root.cost.total, "shape": plan.shape, "lines": list(render(plan))}
