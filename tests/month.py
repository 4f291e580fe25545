"""A month of a shop, simulated: counters by the hour, changes made and taken back, all through the history's public door.

What happens (days from the beginning, which is a Monday):
    7   index orders(status), as advised: `open_orders` takes a tenth of the time
    9   index customers(email), as advised: `login` takes the time it took before
    11  index events(kind), nobody's advice: `add_event` takes 1.8 times as long; day 17 it is dropped
    12  random_page_cost from 1.1 to 4, nobody's advice: `revenue` takes three times as long
    14  index orders_old dropped, as advised: nothing changes
    15  index invoices(due), as advised: `due_invoices` takes a fifth; day 19 it is dropped by somebody: as before
    22  index shipments(carrier), nobody's advice, and in the same hour the whole server takes 1.4 times as long
"""

import math
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cases import facts
from tunewright_agent.history.store import History
from tunewright_agent.memory import Fault, Remembered
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.state import Judgement
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId, InstanceId, RecommendationId, StatementId
from tunewright_analyzers.facts.relations import Index
from tunewright_analyzers.facts.sessions import ActiveSessions, SessionLoad
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Period, Section, Snapshot
from tunewright_analyzers.facts.statements import Coverage, Statement, StatementKey, Statements
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject, stable_id
from tunewright_analyzers.recommendation import Action, Expectation, Recommendation

START = datetime(2026, 11, 2, tzinfo=UTC)
DAYS = 28
SHOP, DB1 = ClusterId("shop"), InstanceId("db1:5432")
HOUR = timedelta(hours=1)
OURS = frozenset({"changes/hurt", "changes/promise_not_kept"})
CHECKS = OURS | {"indexes/missing", "indexes/unused", "locks/blocking_chain", "security/superuser_sessions"}
"""All checks that there are in this world: the reports of the month stay what they are when a release brings more."""
JUDGED_EVERY = 12
"""Hours between judgements."""


def day(number: float) -> datetime:
    """So many days after the beginning."""
    return START + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Kind:
    """A statement: calls in a busy hour, and seconds a call before anything happened."""

    id: StatementId
    text: str
    kind: str
    calls: int
    seconds: float


def _kind(name: str, text: str, kind: str, calls: int, seconds: float) -> Kind:
    return Kind(StatementId(f"{name:0<16.16}"), text, kind, calls, seconds)


OPEN_ORDERS = _kind("0a", "SELECT id FROM orders WHERE status = $1", "select", 3000, 0.08)
LOGIN = _kind("0b", "SELECT id FROM customers WHERE email = $1", "select", 5000, 0.004)
ADD_EVENT = _kind("0c", "INSERT INTO events (kind, body) VALUES ($1, $2)", "insert", 90_000, 0.0012)
REVENUE = _kind("0d", "SELECT region, sum(total) FROM orders o JOIN regions r USING (region) GROUP BY region", "select", 40, 2.5)  # fmt: skip
DUE = _kind("0e", "SELECT * FROM invoices WHERE due < $1", "select", 600, 0.2)
SHIP = _kind("0f", "SELECT * FROM shipments WHERE carrier = $1", "select", 700, 0.03)
OTHERS = tuple(
    _kind(f"a{number}", f"SELECT * FROM part_{number} WHERE id = $1", "select", 800 * number, 0.002 * number)
    for number in range(1, 8)
)
NEW = _kind("0c1", "SELECT * FROM coupons WHERE code = $1", "select", 400, 0.02)
"""Seen from day 24 on."""
ALL = (OPEN_ORDERS, LOGIN, ADD_EVENT, REVENUE, DUE, SHIP, *OTHERS, NEW)


def factor(one: Kind, at: datetime) -> float:
    """What had happened to the statement by then."""
    value = 1.4 if at >= day(22) else 1.0
    if one is OPEN_ORDERS and at >= day(7):
        value *= 0.1
    if one is ADD_EVENT and day(11) <= at < day(17):
        value *= 1.8
    if one is REVENUE and at >= day(12):
        value *= 3.0
    if one is DUE and day(15) <= at < day(19):
        value *= 0.2
    return value


def indexes_at(at: datetime) -> tuple[Index, ...]:
    """The valid indexes by then."""
    found = [facts.index(f"{table}_pkey", ("id",), table, is_primary=True, is_unique=True, constraint=f"{table}_pkey")
             for table in ("orders", "customers", "events", "invoices", "shipments")]  # fmt: skip
    made = (
        ("orders_status_idx", "status", "orders", day(7), None),
        ("customers_email_idx", "email", "customers", day(9), None),
        ("events_kind_idx", "kind", "events", day(11), day(17)),
        ("orders_old", "old", "orders", day(0), day(14)),
        ("invoices_due_idx", "due", "invoices", day(15), day(19)),
        ("shipments_carrier_idx", "carrier", "shipments", day(22), None),
    )
    found += [
        facts.index(name, (column,), table)
        for name, column, table, since, until in made
        if since <= at and (until is None or at < until)
    ]
    return tuple(found)


def _advice(
    check: str, table: str, column: str, of: Kind | None, action: Action = Action.CREATE_INDEX
) -> Recommendation:
    """As the adviser gives it: a planner cost for the statement, of a tenth."""
    drop = action is Action.DROP_INDEX
    subject = Subject("index", f"public.{table}_{column}" if drop else f"public.{table}({column})", "shop")
    make = f'CREATE INDEX CONCURRENTLY {table}_{column}_idx ON public.{table} ("{column}");'
    identity = CheckId(check)
    promise = Expectation("planner cost a call, weighted by calls", 5000.0, 50.0, "cost", "twin planner cost")
    expectation = replace(promise, statements=(of.id,)) if of else None
    return Recommendation(
        RecommendationId(stable_id(identity, SHOP, subject)),
        FindingId(stable_id(identity, SHOP, Subject("table", f"public.{table}", "shop"))),
        identity, subject, action, (f"DROP INDEX CONCURRENTLY public.{table}_{column};",) if drop else (make,),
        expectation, "it takes room", (make,) if drop else (f"DROP INDEX CONCURRENTLY public.{table}_{column}_idx;",),
        (Evidence("planner cost", 5000.0, "cost", "twin"),), None, SHOP,
    )  # fmt: skip


ORDERS_STATUS = _advice("indexes/missing", "orders", "status", OPEN_ORDERS)
CUSTOMERS_EMAIL = _advice("indexes/missing", "customers", "email", LOGIN)
INVOICES_DUE = _advice("indexes/missing", "invoices", "due", DUE)
ORDERS_OLD = _advice("indexes/unused", "orders", "old", None, Action.DROP_INDEX)
NEVER = _advice("indexes/missing", "regions", "name", REVENUE)
"""Advised from day 20 on, and never followed."""


def advised_at(at: datetime) -> tuple[Recommendation, ...]:
    """What the adviser says then."""
    return tuple(
        one
        for one, since, until in (
            (ORDERS_STATUS, day(2), day(7)),
            (CUSTOMERS_EMAIL, day(2), day(9)),
            (ORDERS_OLD, day(7), day(14)),
            (INVOICES_DUE, day(8), day(15)),
            (NEVER, day(20), day(99)),
        )
        if since <= at < until
    )


def _finding(one: Recommendation) -> Finding:
    table = one.subject.name.partition("(")[0]
    return Finding(one.finding, one.check, Subject("table", table, "shop"), Severity.HIGH, f"{table} lacks an index", one.evidence, SHOP)  # fmt: skip


@dataclass
class Month:
    """The shop; `run` makes its history up to a day."""

    history: History
    every: int = JUDGED_EVERY
    seed: int = 20261102
    now: datetime = START
    counted: dict[StatementId, tuple[int, float]] = field(default_factory=dict)
    judgement: Judgement | None = None

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.memory = Remembered(self.history, SHOP, DB1, Fault())
        self.started = START - timedelta(days=60)

    def run(self, until: datetime) -> None:
        """Hour by hour."""
        while self.now < until:
            self._hour()

    def _count(self, at: datetime) -> None:
        """What the hour that begins at `at` adds: busy by day, quiet at night and at week-ends, with noise."""
        busy = (0.35 + 0.65 * max(0.0, math.sin((at.hour - 5) / 24 * 2 * math.pi))) * (0.5 if at.weekday() > 4 else 1.0)
        for one in ALL:
            if one is NEW and at < day(24):
                continue
            calls = max(0, round(one.calls * busy * self.random.lognormvariate(0, 0.1)))
            mean = one.seconds * factor(one, at) * self.random.lognormvariate(0, 0.08) * (1 + 0.1 * busy)
            before = self.counted.get(one.id, (0, 0.0))
            self.counted[one.id] = (before[0] + calls, before[1] + calls * mean)

    def statements(self) -> Statements:
        """The counters now."""
        rows = tuple(
            Statement(StatementKey("shop", "app", one.id), one.id, one.text, one.kind, *self.counted[one.id], self.counted[one.id][0])
            for one in ALL
            if one.id in self.counted
        )  # fmt: skip
        return Statements(Period(self.started, self.now), rows, Coverage(len(rows), 5000, 0, self.started))

    def sections(self) -> tuple[Section, ...]:
        """The state now, beside the statements."""
        period = Period(self.started, self.now)
        grown = (self.now - START) / timedelta(days=1)
        tables = tuple(
            facts.table(name, size_bytes=round((800 + 40 * grown) * facts.MB), bloat_bytes=round(grown * facts.MB),
                        last_autovacuum=self.now - HOUR, last_autoanalyze=self.now - HOUR,
                        rows_inserted=round(grown * 24_000), dead_rows=round(100 * grown))
            for name in ("orders", "customers", "events", "invoices", "shipments")
        )  # fmt: skip
        size = round(10 * facts.GB + grown * 0.2 * facts.GB)
        return (
            replace(facts.indexes(*indexes_at(self.now)), period=period),
            replace(facts.tables(*tables), period=period, databases=("shop",)),
            facts.settings(random_page_cost="4" if self.now >= day(12) else "1.1"),
            replace(
                facts.databases(
                    facts.database(
                        size_bytes=size, commits=round(grown * 240_000), xid_age=20_000_000 + round(grown * 240_000)
                    )
                ),
                period=period,
            ),
        )

    def _load(self, at: datetime) -> ActiveSessions:
        rows = tuple(SessionLoad("shop", "app", one.id, wait, wait, count) for one, wait, count in (
            (OPEN_ORDERS, "CPU", 60), (ADD_EVENT, "IO", 20), (REVENUE, "Lock", 4)))  # fmt: skip
        return ActiveSessions(Period(at, self.now), 60, 60.0, rows, peak_active=4)

    def _hour(self) -> None:
        at = self.now
        if not self.counted:
            self.memory.record("one", (self.statements(),), at)
        self.now = at + HOUR
        self._count(at)
        self.memory.record("one", (self.statements(), self._load(at), *self.sections()), self.now)
        if round((self.now - START) / HOUR - 1) % self.every == 0:
            self.judge()

    def snapshot(self) -> Snapshot:
        """All that is known now."""
        sections = (self.statements(), *self.sections())
        return Snapshot(SHOP, DB1, Engine.POSTGRESQL, 180000, Flavour.SELF_MANAGED, self.now, sections)

    def judge(self) -> Judgement:
        """As the watch does, with the adviser's words in place of the twin's."""
        window = self.memory.window(self.snapshot(), self.now - HOUR, self.now)
        judged = judge(window, Rules(), self.now, OURS)
        advice = advised_at(self.now)
        found = {one.finding: _finding(one) for one in advice}
        whole = replace(
            judged,
            findings=(*found.values(), *judged.findings),
            recommendations=(*advice, *judged.recommendations),
            not_judged=(
                NotJudged(CheckId("locks/blocking_chain"), Subject("cluster", SHOP), "sessions was not read", SHOP),
            ),
        )
        self.judgement = self.memory.judged(whole, window)
        assert self.memory.fault.text is None, self.memory.fault.text
        return self.judgement
