"""HypoPG on the live server: confirms a chosen set with that server's own planner. In come sessions, out come plans and sizes.

Hypothetical indexes live in the memory of one session and vanish with it; nothing is written, no lock above AccessShare is taken, and the
session's lock_timeout and statement_timeout hold. What it is known to get wrong (reference/index-advice.md): it leaves the tree height
open, so that probes look too cheap; it ignores deduplication (sizes 1.15 to 4.1 times the real ones; ours come from the same
model as the twin's where it can be asked). Partial indexes are refused: together with views they crash the server (hypopg issue 116).
EXPLAIN can run immutable functions of the user's: callers pass only statements that the guard of sources.postgres let through.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tunewright_agent.whatif.single import single
from tunewright_agent.whatif.twin_production import Production, Session
from tunewright_analyzers.facts.plans import Plan, PlanNode
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.statement import create_statement
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, WhatIfError
from tunewright_analyzers.plans.reading import read_plan
from tunewright_analyzers.sql.identifiers import qualified, quoted

_PLACEHOLDER = re.compile(r"\$(\d+)")


def _marked(text: str) -> str:
    first, _, rest = text.partition(" ")
    return f"{first} /* tunewright:hypopg */ {rest}"


def _renamed(node: PlanNode, names: dict[str, str]) -> PlanNode:
    children = tuple(_renamed(child, names) for child in node.children)
    return replace(node, children=children, index=names.get(node.index or "", node.index))


@dataclass(slots=True)
class HypoPG:
    """A PlannerOracle on the live server. `production` gives sessions; `failure` is the base class of what they raise (SourceError)."""

    production: Production
    failure: type[Exception]
    search_path: str = "public"
    _calls: int = field(init=False, default=0)
    _schemas: dict[str, str] = field(init=False, default_factory=dict)

    @property
    def name(self) -> str:
        """`hypopg`."""
        return "hypopg"

    @property
    def calls(self) -> int:
        """EXPLAINs sent so far."""
        return self._calls

    def _schema(self, session: Session, database: str) -> str:
        """Where the extension lives. Raises WhatIfError with the mend where it is not installed."""
        if database not in self._schemas:
            rows = session.execute(
                _marked(
                    "SELECT n.nspname AS schema FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
                    " WHERE e.extname = 'hypopg'"
                ),
                doing="hypopg",
            )
            if not rows:
                raise WhatIfError(f"hypopg is not installed in {database}: CREATE EXTENSION hypopg")
            self._schemas[database] = quoted(str(rows[0]["schema"]))
        return self._schemas[database]

    @contextmanager
    def _with(self, database: str, add: Sequence[HypotheticalIndex]) -> Iterator[tuple[Session, dict[str, str]]]:
        """A session in which the indexes exist hypothetically; they are gone afterwards, whatever happens."""
        for index in add:
            if index.predicate:
                raise WhatIfError(
                    f"{index}: hypopg crashes the server over partial indexes and views, so it is not asked about them"
                )
        try:
            with self.production.session(database) as session:
                schema = self._schema(session, database)
                reset = _marked(f"SELECT {schema}.hypopg_reset()")
                session.execute(reset, doing="hypopg_reset")
                try:
                    yield session, {self._create(session, schema, index): str(index) for index in add}
                finally:
                    session.execute(reset, doing="hypopg_reset")
        except self.failure as error:
            raise WhatIfError(f"hypopg: {error}") from error

    @staticmethod
    def _create(session: Session, schema: str, index: HypotheticalIndex) -> str:
        text = create_statement(index, "hypothetical", concurrently=False)
        rows = session.execute(
            _marked(f"SELECT indexname FROM {schema}.hypopg_create_index(%s)"), (text,), doing="hypopg_create_index"
        )
        return str(rows[0]["indexname"])

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        """The plan on the live server, of the generic form. Raises WhatIfError."""
        text = single(statement)
        with (
            self._with(database, add) as (session, names),
            self._hidden(session, database, hide),
            _transaction(session),
        ):
            session.execute(_marked(f"SET LOCAL search_path TO {self.search_path}"), doing="search_path")
            for name, value in settings:
                session.execute(_marked("SELECT set_config(%s, %s, true)"), (name, value), doing="setting")
            self._calls += 1
            plan = self._ask(session, text)
        found = read_plan(plan, database=database)
        return replace(found, root=_renamed(found.root, names))

    @contextmanager
    def _hidden(self, session: Session, database: str, hide: Sequence[RelationName]) -> Iterator[None]:
        """Existing indexes hidden from this session's planner, and shown again afterwards: sessions are used again."""
        if not hide:
            yield
            return
        schema = self._schema(session, database)
        rows = session.execute(
            _marked("SELECT count(*) AS found FROM pg_catalog.pg_proc WHERE proname = 'hypopg_hide_index'"),
            doing="hypopg",
        )
        if not rows[0]["found"]:
            raise WhatIfError("this release of hypopg cannot hide an index: 1.4 can")
        try:
            for index in hide:
                text = _marked(f"SELECT {schema}.hypopg_hide_index(%s::regclass) AS hidden")
                if not session.execute(text, (qualified(index),), doing="hypopg_hide_index")[0]["hidden"]:
                    raise WhatIfError(f"hypopg did not hide {index}")
            yield
        finally:
            session.execute(_marked(f"SELECT {schema}.hypopg_unhide_all_indexes()"), doing="hypopg_unhide_all_indexes")

    @staticmethod
    def _ask(session: Session, text: str) -> str:
        """GENERIC_PLAN from 16 on; before, a prepared statement with as many NULLs as it has parameters, and a forced generic plan."""
        major = int(
            session.execute(
                _marked("SELECT current_setting('server_version_num')::int / 10000 AS major"), doing="version"
            )[0]["major"]
        )
        if major >= 16:
            return _document(
                session.execute(_marked(f"EXPLAIN (FORMAT JSON, VERBOSE, GENERIC_PLAN) {text}"), doing="explain")
            )
        count = max((int(number) for number in _PLACEHOLDER.findall(text)), default=0)
        if count == 0:
            return _document(session.execute(_marked(f"EXPLAIN (FORMAT JSON, VERBOSE) {text}"), doing="explain"))
        session.execute(_marked("SET LOCAL plan_cache_mode TO force_generic_plan"), doing="plan_cache_mode")
        session.execute(f"PREPARE tunewright_what_if AS {text}", doing="prepare")
        try:
            nulls = ", ".join(["NULL"] * count)
            return _document(
                session.execute(f"EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE tunewright_what_if({nulls})", doing="explain")
            )
        finally:
            session.execute("DEALLOCATE tunewright_what_if", doing="deallocate")

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        """HypoPG's own estimate, without deduplication: an upper bound. Raises WhatIfError."""
        with self._with(database, (index,)) as (session, _):
            schema = self._schema(session, database)
            rows = session.execute(
                _marked(
                    f"SELECT sum({schema}.hypopg_relation_size(indexrelid))::int8 AS size FROM {schema}.hypopg_list_indexes"
                ),
                doing="hypopg_relation_size",
            )
        return int(rows[0]["size"])


@contextmanager
def _transaction(session: Session) -> Iterator[None]:
    """A read-only transaction that is rolled back, so that settings and plans leave no trace."""
    session.execute("BEGIN READ ONLY", doing="begin")
    try:
        yield
    finally:
        session.execute("ROLLBACK", doing="rollback")


def _document(rows: Sequence[Any]) -> str:
    value: object = next(iter(rows[0].values()))
    return value if isinstance(value, str) else json.dumps(value)
