"""The twin: an embedded PostgreSQL with production's schema and statistics and no rows, that plans in production's stead.

In comes a Production (sessions on the live server), out come plans and sizes (PlannerOracle). The live server is only read, once,
when the twin is built; every EXPLAIN runs here. Made by wiring, `tunewright once` and the demo. Lives in a folder of mode 0700 that is
removed at `stop`, because column statistics hold values of the user's data.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.whatif.twin_batch import make_all
from tunewright_agent.whatif.twin_build import PLANNER, because, build, place
from tunewright_agent.whatif.twin_indexes import Pool
from tunewright_agent.whatif.twin_production import Copy, Production, read
from tunewright_agent.whatif.twin_texts import TYPES_MISSED, Texts
from tunewright_analyzers.facts.plans import Plan, PlanNode
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.skip_scan import skipped, skipping_indexes
from tunewright_analyzers.indexes.whatif import HypotheticalIndex, Price, WhatIfError
from tunewright_analyzers.plans.reading import read_plan
from tunewright_analyzers.sql.identifiers import quoted

SETTINGS = {
    "autovacuum": "off",
    "shared_buffers": "32MB",
    # Small new files would be logged at commit, and so read into buffers before twin_files has written them.
    "wal_skip_threshold": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "100",
    # Pages that twin_files writes carry no checksum; the zero pages behind them are no damage either.
    "ignore_checksum_failure": "on",
    "zero_damaged_pages": "on",
    # Messages may quote values of the statistics.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "jit": "off",
}
NEWER = {
    "enable_incremental_sort": 130000,
    "enable_memoize": 140000,
    "enable_presorted_aggregate": 160000,
    "enable_group_by_reordering": 170000,
    "enable_distinct_reordering": 180000,
    "enable_self_join_elimination": 180000,
}
"""What the embedded planner can do by the release that brought it: switched off where production is older. (No switch exists for hash
right semi joins, 18, and hash right anti joins, 16; skip scans are planned again without.)"""
CACHED_PLANS = 20_000
PLAN, PRICE = "EXPLAIN (FORMAT JSON, VERBOSE, GENERIC_PLAN) ", "EXPLAIN (FORMAT JSON, GENERIC_PLAN) "


@dataclass(slots=True)
class _Database:
    """One copied database: the connection that plans, the pool of indexes, production's settings."""

    version: int
    planner: psycopg.Connection[tuple[Any, ...]]
    pool: Pool
    connections: tuple[psycopg.Connection[Any], ...]
    without: tuple[str, ...]


@dataclass(slots=True)
class Twin:
    """A context manager: `with Twin(production, databases) as twin:`. Thread-safe: one EXPLAIN at a time."""

    production: Production
    databases: Sequence[str]
    version: int | None = None
    """server_version_num that plans must suit; production's own unless given."""
    failure: tuple[type[Exception], ...] = ()
    """What a production session may raise (SourceError) and only costs the twin that one database."""
    failed: dict[str, Exception] = field(init=False, default_factory=dict)
    """By database: why production could not be read."""
    _server: EmbeddedServer | None = field(init=False, default=None)
    _copies: dict[str, _Database] = field(init=False, default_factory=dict)
    _plans: OrderedDict[object, Plan] = field(init=False, default_factory=OrderedDict)
    _prices: dict[object, Price] = field(init=False, default_factory=dict)
    _texts: Texts = field(init=False, default_factory=Texts)
    _calls: int = field(init=False, default=0)
    _lock: threading.RLock = field(init=False, default_factory=threading.RLock)

    @property
    def name(self) -> str:
        """`twin`."""
        return "twin"

    @property
    def calls(self) -> int:
        """EXPLAINs sent so far; answers from the cache are not counted."""
        return self._calls

    @property
    def folder(self) -> Path:
        """The private folder, while the twin runs: column statistics lie in it."""
        if self._server is None:
            raise WhatIfError("the twin does not run")
        return self._server.folder

    @property
    def without(self) -> Mapping[str, tuple[str, ...]]:
        """By database: what of production the twin does not have, one line each."""
        return {name: copy.without for name, copy in self._copies.items()}

    def start(self) -> Self:
        """Read production and build. Raises EmbeddedError, and what a production session raises where `failure` does not name it."""
        copies = list(self._read())
        self._server = server = EmbeddedServer(settings=SETTINGS).start()
        try:
            with psycopg.connect(server.url(), autocommit=True) as admin:
                admin.execute(f"CREATE ROLE {PLANNER} LOGIN")
            for copy in copies:
                without = build(server, copy)
                self._copies[copy.database] = self._open(server, copy, without)
        except BaseException:
            self.stop()
            raise
        return self

    def _read(self) -> Iterator[Copy]:
        for database in self.databases:
            try:
                yield read(self.production, database)
            except self.failure as error:
                self.failed[database] = error

    def stop(self) -> None:
        """Stop the server and remove its folder. Safe to call twice."""
        for copy in self._copies.values():
            for connection in copy.connections:
                connection.close()
        self._copies.clear()
        self._plans.clear()
        self._prices.clear()
        self._texts = Texts()
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _open(self, server: EmbeddedServer, copy: Copy, without: tuple[str, ...]) -> _Database:
        """Connect to a built database: one connection plans, one makes indexes, one (the superuser's) shows and hides them."""

        def connect(user: str) -> psycopg.Connection[Any]:
            return psycopg.connect(server.url(place(copy.database), user), autocommit=True, prepare_threshold=None)

        planner, maker, admin = connect(PLANNER), connect(PLANNER), connect("postgres")
        admin.execute("SET client_min_messages = error")
        admin.execute("SET allow_system_table_mods = on")
        for connection in (planner, maker):
            connection.execute("SET client_min_messages = error; SET statement_timeout = '5s'")
        schemas = [row[0] for row in admin.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY nspname <> 'public', nspname"
        )]  # fmt: skip
        planner.execute("SELECT set_config('search_path', %s, false)", (", ".join(quoted(one) for one in schemas),))
        missing = [name for row in copy.settings if (name := self._apply(planner, row["name"], row["value"]))]
        for name in newer(self.version or copy.version):
            planner.execute("SELECT set_config(%s, 'off', false)", (name,))
        pool = Pool(copy.database, server.data, admin, maker)
        pool.load()
        lacking = (*without, *(f"setting {name}" for name in missing))
        return _Database(copy.version, planner, pool, (planner, maker, admin), lacking)

    @staticmethod
    def _apply(planner: psycopg.Connection[Any], name: str, value: str) -> str | None:
        """Set one planner setting; its name where the embedded release does not take it."""
        try:
            planner.execute("SELECT set_config(%s, %s, false)", (name, value))
        except psycopg.Error:
            return None if name in {"max_worker_processes", "effective_io_concurrency"} else name
        return None

    def _copy(self, database: str) -> _Database:
        if database not in self._copies:
            raise WhatIfError(f"the twin holds no database {database}")
        return self._copies[database]

    def explain(
        self,
        database: str,
        statement: str,
        *,
        add: Sequence[HypotheticalIndex] = (),
        hide: Sequence[RelationName] = (),
        settings: Sequence[tuple[str, str]] = (),
    ) -> Plan:
        """The plan under those indexes and settings. Where production is older than 18, never one that rests on a skip scan.

        Raises WhatIfError: a statement that is not one SELECT or DML, an unknown table, an index that cannot exist.
        """
        key = (database, statement, frozenset(add), frozenset(hide), tuple(sorted(settings)))
        with self._lock:
            if key in self._plans:
                self._plans.move_to_end(key)
                return self._plans[key]
            plan = self._guarded(self._copy(database), database, statement, tuple(add), tuple(hide), settings)
            self._plans[key] = plan
            if len(self._plans) > CACHED_PLANS:
                self._plans.popitem(last=False)
            return plan

    def price(
        self, database: str, statement: str, *, add: Sequence[HypotheticalIndex] = (), hide: Sequence[RelationName] = ()
    ) -> Price:
        """What `explain` would answer, in short and several times as fast: the plan is not read. Raises WhatIfError."""
        key = (database, statement, frozenset(add), frozenset(hide))
        with self._lock:
            if key not in self._prices:
                self._prices[key] = self._priced(self._copy(database), statement, tuple(add), tuple(hide), database)
            return self._prices[key]

    def _priced(
        self,
        copy: _Database,
        statement: str,
        add: tuple[HypotheticalIndex, ...],
        hide: tuple[RelationName, ...],
        database: str,
    ) -> Price:
        barred: set[int] = set()
        while True:
            try:
                copy.pool.show(add, hide, barred)
                self._calls += 1
                explain = PRICE + self._texts.of(database, statement)
                document = json.loads(_json(copy.planner.execute(explain.encode())))[0]["Plan"]
            except TYPES_MISSED as error:
                self._texts.mend(database, statement, error, PRICE)
                continue
            except psycopg.Error as error:
                raise WhatIfError(because(error)) from error
            scans = list(_scans(document))
            skipping = set[int]()
            if (self.version or copy.version) < 180000:
                skipping = copy.pool.oids(skipped(scans, copy.pool.leading_keys())) - barred
            if not skipping:
                return Price(document["Total Cost"], frozenset(copy.pool.canonical(name) for name, _ in scans))
            barred |= skipping

    def _guarded(
        self,
        copy: _Database,
        database: str,
        statement: str,
        add: tuple[HypotheticalIndex, ...],
        hide: tuple[RelationName, ...],
        settings: Sequence[tuple[str, str]],
    ) -> Plan:
        """Plan, and where an older production could not skip-scan, plan again without the indexes that were used so."""
        barred: set[int] = set()
        while True:
            try:
                copy.pool.show(add, hide, barred)
            except psycopg.Error as error:
                raise WhatIfError(f"the twin failed: {because(error)}") from error
            plan = self._plan(copy, database, statement, settings)
            if (self.version or copy.version) >= 180000:
                return renamed(plan, copy.pool.canonical)
            skipping = copy.pool.oids(skipping_indexes(plan, copy.pool.leading_keys())) - barred
            if not skipping:
                return renamed(plan, copy.pool.canonical)
            barred |= skipping

    def _plan(self, copy: _Database, database: str, statement: str, settings: Sequence[tuple[str, str]]) -> Plan:
        while True:
            self._calls += 1
            try:
                return read_plan(
                    self._ask(copy.planner, self._texts.of(database, statement), settings), database=database
                )
            except TYPES_MISSED as error:
                self._texts.mend(database, statement, error, PLAN)
            except psycopg.Error as error:
                raise WhatIfError(because(error)) from error

    @staticmethod
    def _ask(planner: psycopg.Connection[Any], text: str, settings: Sequence[tuple[str, str]]) -> str:
        explain = (PLAN + text).encode()
        if not settings:
            return _json(planner.execute(explain))
        with planner.transaction(force_rollback=True):
            for name, value in settings:
                planner.execute("SELECT set_config(%s, %s, true)", (name, value))
            return _json(planner.execute(explain))

    def size_bytes(self, database: str, index: HypotheticalIndex) -> int:
        """How large the index would be, of all partitions together. Raises WhatIfError."""
        with self._lock:
            try:
                return self._copy(database).pool.make(index).size_bytes
            except psycopg.Error as error:
                raise WhatIfError(f"the twin failed: {because(error)}") from error

    def make_all(self, database: str, indexes: Sequence[HypotheticalIndex]) -> Mapping[HypotheticalIndex, str]:
        """Make the indexes at once, which is ten times as fast as one by one; returns why some cannot exist. Raises WhatIfError."""
        with self._lock:
            try:
                return make_all(self._copy(database).pool, indexes)
            except psycopg.Error as error:
                raise WhatIfError(f"the twin failed: {because(error)}") from error


def newer(version: int) -> tuple[str, ...]:
    """Settings of abilities that a server of that version (server_version_num) does not have."""
    return tuple(name for name, since in NEWER.items() if version < since)


def renamed(plan: Plan, name: Callable[[str], str]) -> Plan:
    """The plan with each index under what `name` makes of its name: hypothetical ones go by their canonical text."""

    def node(one: PlanNode) -> PlanNode:
        children = tuple(node(child) for child in one.children)
        return replace(one, children=children, index=None if one.index is None else name(one.index))

    if all(one.index is None or name(one.index) == one.index for one in plan.root.walk()):
        return plan
    return replace(plan, root=node(plan.root))


def _scans(node: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """(index, its condition) of every node below that reads one; None where it has no condition or adds none of its own."""
    if "Index Name" in node:
        yield node["Index Name"], node.get("Index Cond")
    for child in node.get("Plans", ()):
        yield from _scans(child)


def _json(cursor: psycopg.Cursor[Any]) -> str:
    """The raw text: the driver would parse it, and the reader parses it again."""
    result = cursor.pgresult
    value = result.get_value(0, 0) if result is not None else None
    return (value or b"").decode()
