"""The list of what is wrong with the demo, on purpose: what the daemon must find there, and with which thresholds.

Read by the demo's run (which says what was planted and found) and by the tests (which hold the list).
"""

from dataclasses import dataclass

from tunewright_agent.demo.hold import CHECKOUT, PREPARED, REPORT
from tunewright_agent.demo.schema import BACK_OFFICE_ROLE, SLOT
from tunewright_agent.demo.server import DATABASE
from tunewright_agent.demo.workload import task
from tunewright_analyzers.facts.ids import CheckId
from tunewright_analyzers.finding import Finding


@dataclass(frozen=True, slots=True)
class Planted:
    """One mistake: what is wrong in a line, the check that must find it, and how that finding's subject begins."""

    name: str
    what: str
    check: CheckId
    subject: str
    how: str

    def found_in(self, finding: Finding) -> bool:
        """Whether this is that finding."""
        return finding.check == self.check and str(finding.subject).startswith(self.subject)

    @property
    def by_plan(self) -> bool:
        """Whether it shows only in the plans of executed statements, which auto_explain writes to the server's log."""
        return self.check.startswith("plans/")


def _planted(check: str, name: str, subject: str, what: str, how: str) -> Planted:
    return Planted(name, what, CheckId(check), f"{subject} in {DATABASE}", how)


def _setting(check: str, name: str, setting: str, what: str, how: str) -> Planted:
    return Planted(name, what, CheckId(check), f"setting {setting}", how)


def _statement(check: str, name: str, of: str, what: str) -> Planted:
    return _planted(check, name, f"statement {task(of).id}", what, f"workload: {of}")


_CATALOGUE = (
    _planted(
        "indexes/foreign_key_unindexed", "foreign key without index", "table public.orders(customer_id)",
        "deleting a customer reads all orders", "sql/keys.sql: a foreign key on orders.customer_id and no index",
    ),
    _planted(
        "indexes/duplicate", "duplicate index", "index public.orders_by_status",
        "orders.status is indexed twice", "sql/mistakes.sql: CREATE INDEX of the same column again",
    ),
    _planted(
        "indexes/redundant", "redundant index", "index public.order_items_order_id_idx",
        "(order_id) is the left part of (order_id, product_id)", "sql/mistakes.sql: CREATE INDEX",
    ),
    _planted(
        "indexes/unused", "unused index", "index public.customers_newsletter_token_idx",
        "nobody looks customers up by their newsletter token", "sql/mistakes.sql: CREATE INDEX",
    ),
    _planted(
        "indexes/invalid", "invalid index", "index public.customers_phone_key",
        "a unique index that could not be built is still maintained", "schema.py: CREATE UNIQUE INDEX CONCURRENTLY over duplicates",
    ),
    _planted(
        "schema/key_exhaustion", "integer key near its end", "column public.order_items.id",
        "the 32-bit key has used 95 % of its numbers", "sql/keys.sql: setval at 2,040,000,000",
    ),
    _planted(
        "schema/primary_key_missing", "table without primary key", "table public.audit_log",
        "rows of audit_log cannot be told apart", "sql/tables.sql, sql/keys.sql: none is added",
    ),
    _planted(
        "schema/foreign_key_type_mismatch", "foreign key of another type", "column public.payments.order_id",
        "payments.order_id is an integer, orders.id a bigint", "sql/tables.sql",
    ),
    _planted(
        "schema/constraint_not_validated", "constraint never validated", "constraint public.reviews.reviews_rating_range",
        "old reviews may have any rating", "sql/mistakes.sql: ADD CONSTRAINT … NOT VALID",
    ),
    _planted(
        "schema/unlogged_table", "unlogged table", "table public.carts",
        "a crash empties every basket", "sql/tables.sql: CREATE UNLOGGED TABLE",
    ),
    _planted(
        "maintenance/autovacuum_behind", "table that autovacuum cannot keep up with", "table public.sessions",
        "half of the rows are dead", "sql/mistakes.sql: UPDATE of all rows; server.py: autovacuum_naptime = 1h",
    ),
    _planted(
        "maintenance/stale_statistics", "stale statistics", "table public.stock_movements",
        "the planner knows of one row in twenty", "sql/mistakes.sql: INSERT after the last ANALYZE",
    ),
    _planted(
        "parameters/autovacuum_off", "autovacuum switched off", "table public.inventory",
        "inventory is never vacuumed", "sql/mistakes.sql: SET (autovacuum_enabled = off)",
    ),
)  # fmt: skip

_SERVER = (
    _setting(
        "parameters/dangerous", "commits that a crash loses", "synchronous_commit",
        "the last commits before a crash are lost", "server.py: synchronous_commit = off",
    ),
    _setting(
        "parameters/dangerous", "no fsync", "fsync",
        "a crash of the machine destroys the cluster", "embedded/server.py: fsync = off, as on every throw-away server",
    ),
    _setting(
        "parameters/pending_restart", "setting that waits for a restart", "max_connections",
        "the next restart changes max_connections", "sql/mistakes.sql: ALTER SYSTEM SET max_connections",
    ),
    Planted(
        "inactive replication slot", "WAL is kept for a consumer that left", CheckId("replication/inactive_slot"),
        f"replication slot {SLOT}", "schema.py: pg_create_logical_replication_slot before the keys are built",
    ),
)  # fmt: skip

_HELD = (
    _planted(
        "locks/idle_in_transaction", "idle transaction", f"session of {BACK_OFFICE_ROLE} ({REPORT})",
        "a report was opened and forgotten", "hold.py: BEGIN, SELECT, nothing more",
    ),
    _planted(
        "maintenance/horizon_held_back", "old snapshot that holds vacuum back", f"session of {BACK_OFFICE_ROLE} ({REPORT})",
        "dead rows stay as long as the report is open", "hold.py: REPEATABLE READ keeps the snapshot",
    ),
    _planted(
        "maintenance/horizon_held_back", "forgotten prepared transaction", f"prepared transaction {PREPARED}",
        "the import was prepared and never committed", "hold.py: PREPARE TRANSACTION",
    ),
    _planted(
        "locks/blocking_chain", "chain of locks", f"session of {BACK_OFFICE_ROLE} ({CHECKOUT})",
        "two sessions queue behind one that idles", "hold.py: three sessions change one row",
    ),
)  # fmt: skip

_STATEMENTS = (
    _statement("queries/temp_spill", "statement that writes temporary files", "buyers by channel", "each call sorts on disk"),
    _statement("plans/sort_spill", "sort on disk", "buyers by channel", "the sort is larger than work_mem"),
    _statement("plans/hash_spill", "hash on disk", "revenue by category", "the hash is larger than its share of memory"),
    _statement("plans/function_defeats_index", "function on an indexed column", "login", "lower(email) does not use the index on email"),
    _statement("plans/cast_defeats_index", "cast that defeats an index", "payments of an order", "a numeric parameter casts the column"),
    _statement("plans/row_misestimate", "correlated columns", "best customers of a city", "country, region and city are one fact"),
    _statement("plans/nested_loop_many_rows", "nested loop over many rows", "revenue of a campaign", "two thousand orders were expected"),
    _statement("plans/large_offset", "large OFFSET", "deep page", "hundreds of thousands of rows are made and skipped"),
    _statement("plans/limit_walks_wrong_index", "LIMIT that walks the wrong index", "orders with a coupon", "old coupons stand at the far end"),
    _statement("plans/subplan_per_row", "subquery for each row", "value of two months' orders", "one look into order_items for each order"),
    _statement("plans/long_in_list", "IN list of thousands", "wish lists", "two thousand constants in the text"),
    _statement("plans/scan_without_index", "filter without index", "history of an order", "audit_log is read whole"),
    _statement("plans/filtered_scan", "rows read and thrown away", "orders of a customer", "all orders are read for three"),
    _statement("plans/trigger_time", "foreign-key check that scans", "erasure of a dozen customers", "each reads all orders"),
)  # fmt: skip

PLANTED: tuple[Planted, ...] = (*_CATALOGUE, *_SERVER, *_HELD, *_STATEMENTS)


@dataclass(frozen=True, slots=True)
class Aspect:
    """A true finding that was not planted by itself: another face of the planted mistake `of` (its name), and why."""

    check: str
    subject: str
    of: str
    why: str

    def found_in(self, finding: Finding) -> bool:
        """Whether this is that finding."""
        return finding.check == self.check and str(finding.subject).startswith(self.subject)


_INDEX = "the index that mends its scan"
ASPECTS = (
    Aspect("indexes/missing", "index public.customers((lower(email)))", "function on an indexed column", _INDEX),
    Aspect("indexes/missing", "index public.customers(", "correlated columns", _INDEX),
    Aspect("indexes/missing", "index public.orders(coupon_id", "LIMIT that walks the wrong index", _INDEX),
    Aspect("indexes/missing", "index public.orders(customer_id", "foreign key without index", _INDEX),
    Aspect("indexes/missing", "index public.orders(utm_", "nested loop over many rows", _INDEX),
    Aspect("indexes/missing", "index public.audit_log(", "filter without index", _INDEX),
    Aspect("indexes/missing", "index public.order_items(", "subquery for each row", _INDEX),
    Aspect("indexes/missing", "index public.payments(", "cast that defeats an index", _INDEX),
    Aspect("locks/recurring_blocker", "statement ", "chain of locks", "the chain over the window, not at the moment"),
    Aspect(
        "locks/idle_in_transaction", f"session of {BACK_OFFICE_ROLE} ({CHECKOUT})", "chain of locks", "its head idles"
    ),
    Aspect(
        "maintenance/horizon_held_back",
        f"session of {BACK_OFFICE_ROLE} (",
        "chain of locks",
        "its sessions are in transactions",
    ),
    Aspect(
        "maintenance/stale_statistics",
        "table public.sessions",
        "table that autovacuum cannot keep up with",
        "all rows were updated",
    ),
)
"""What the daemon finds in the demo above severity low beside PLANTED and the other plan faults of a planted statement."""
FALSE_ALARMS: tuple[Aspect, ...] = ()
"""Findings above severity low that are wrong. None is known; one that is found is mended, or stands here with its reason until it is."""


def explained(finding: Finding) -> bool:
    """Whether a finding was planted, is another face of what was, or is a known false alarm."""
    statements = {one.subject for one in PLANTED if one.subject.startswith("statement ")}
    of_statement = finding.check.startswith(("plans/", "queries/")) and str(finding.subject) in statements
    planted = any(one.found_in(finding) for one in PLANTED)
    return planted or of_statement or any(one.found_in(finding) for one in (*ASPECTS, *FALSE_ALARMS))


DEMO_CHECKS: dict[str, dict[str, float]] = {
    # The demo's counters are a minute old; on a production server a week is the least that makes "unused" mean something.
    "indexes/unused": {"least_days": 0},
    # Sessions are held open for some seconds here; elsewhere a minute of idling is nothing.
    "locks/idle_in_transaction": {"seconds_min": 2},
    "locks/blocking_chain": {"seconds_min": 1},
    "maintenance/horizon_held_back": {"seconds_min": 2},
    # One run of the workload is short: a statement that would write gigabytes a day writes some tens of megabytes here.
    "queries/temp_spill": {"bytes_min": 16 * 1024**2},
}
"""The settings' table `checks` for the demo: what differs from the defaults, and why."""
