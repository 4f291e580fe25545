"""The shop's own work: a fixed list of statements, the same in every run, through two connections; and what it cost by statement.

The amount of work is fixed, never the time: only so are two runs comparable. Literals change from call to call, by number and without
chance. Writes are either repeated at will (a session's last visit) or rolled back (a customer's erasure), so the second run finds the
same rows as the first.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from tunewright_agent.demo.schema import APPLICATION_ROLE
from tunewright_analyzers.facts.ids import StatementId
from tunewright_analyzers.sql.fingerprint import fingerprint

APPLICATION = "shop"
ROUNDS = 12
THREADS = 2
STATEMENT_DEADLINE_SECONDS = 30
_SPREAD = 7919
"""A prime: the literals of successive calls lie far apart."""

Progress = Callable[[int, int], None]
"""Told (calls done, of how many) after each call, by one thread at a time."""


class WorkloadError(RuntimeError):
    """A statement of the workload failed; the message names it, without its literals."""


@dataclass(frozen=True, slots=True)
class Task:
    """One statement of the shop: `write` makes its text from a number, `weight` is its calls in a round."""

    name: str
    what: str
    weight: int
    write: Callable[[int], str]
    rolled_back: bool = False
    every: int = 1
    """Only in every fourth round, say: for what nobody asks for often."""

    @property
    def id(self) -> StatementId:
        """The statement's identity, as Tunewright prints it."""
        return fingerprint(self.write(1))


def _wishlist(number: int) -> str:
    ids = ", ".join(str(1 + (number + 2 * i) % 5000) for i in range(2000))
    return f"SELECT count(*), sum(quantity) FROM order_items WHERE product_id IN ({ids})"


TASKS: tuple[Task, ...] = (
    Task(
        "login",
        "a customer by e-mail address, whatever its case",
        12,
        lambda n: f"SELECT id, name FROM customers WHERE lower(email) = 'customer.{1 + n % 190000}@example.com'",
    ),
    Task(
        "orders of a customer",
        "the last ten orders, on every visit to 'my account'",
        12,
        lambda n: (
            f"SELECT id, status, total, created_at FROM orders WHERE customer_id = {1 + n % 190000} "
            "ORDER BY created_at DESC LIMIT 10"
        ),
    ),
    Task(
        "payments of an order",
        "the driver sends the number as numeric",
        5,
        lambda n: f"SELECT id, method, amount FROM payments WHERE order_id = {1 + n % 490000}.0",
    ),
    Task(
        "orders with a coupon",
        "the newest orders that used a coupon",
        5,
        lambda n: (
            f"SELECT id, customer_id, total FROM orders WHERE coupon_id = {1 + n % 20} "
            "ORDER BY created_at DESC LIMIT 20"
        ),
    ),
    Task(
        "deep page",
        "somebody leafs through all orders",
        2,
        lambda n: (
            f"SELECT id, customer_id, total FROM orders ORDER BY created_at LIMIT 50 OFFSET {200000 + n % 200000}"
        ),
    ),
    Task(
        "best customers of a city",
        "three columns that say the same place",
        1,
        lambda n: (
            "SELECT c.id, c.name, sum(o.total) AS spent FROM customers c JOIN orders o ON o.customer_id = c.id "
            f"WHERE c.country = 'country {n % 40 // 4}' AND c.region = 'region {n % 40 // 2}' AND c.city = 'city {n % 40}' "
            "GROUP BY c.id, c.name ORDER BY spent DESC LIMIT 20"
        ),
    ),
    Task(
        "revenue of a campaign",
        "source, medium, campaign, term and content go together",
        1,
        lambda n: (
            "SELECT count(*), sum(i.quantity * i.unit_price) FROM orders o JOIN order_items i ON i.order_id = o.id "
            f"WHERE o.utm_source = 'source {n % 3}' AND o.utm_medium = 'medium {n % 3}' AND o.utm_campaign = 'campaign {n % 3}' "
            f"AND o.utm_term = 'term {n % 3}' AND o.utm_content = 'content {n % 3}'"
        ),
        every=3,
    ),
    Task(
        "value of two months' orders",
        "a subquery for each order",
        1,
        lambda n: (
            "SELECT o.id, o.total, (SELECT sum(i.quantity * i.unit_price) FROM order_items i WHERE i.order_id = o.id) AS items "
            f"FROM orders o WHERE o.created_at >= '2024-{1 + n % 10:02}-01' AND o.created_at < '2024-{3 + n % 10:02}-01'"
        ),
    ),
    Task(
        "buyers by channel",
        "the management's page, never cached",
        1,
        lambda n: (
            "SELECT channel, count(DISTINCT customer_id) AS buyers, sum(total) FROM orders "
            f"WHERE created_at >= '2024-{1 + n % 10:02}-01' GROUP BY channel"
        ),
        every=4,
    ),
    Task(
        "revenue by category",
        "a year of three tables",
        1,
        lambda n: (
            "SELECT p.category, sum(i.quantity * i.unit_price) FROM order_items i JOIN orders o ON o.id = i.order_id "
            f"JOIN products p ON p.id = i.product_id WHERE o.created_at >= '2024-09-{1 + n % 28:02}' GROUP BY p.category ORDER BY 2 DESC"
        ),
        every=4,
    ),
    Task("wish lists", "an IN list of two thousand", 1, _wishlist),
    Task(
        "history of an order",
        "the clerk's page",
        6,
        lambda n: (
            f"SELECT at, actor, action FROM audit_log WHERE entity = 'order' AND entity_id = {1 + n % 100000} ORDER BY at"
        ),
    ),
    Task(
        "erasure of a dozen customers",
        "tried out, and rolled back",
        1,
        lambda n: f"DELETE FROM customers WHERE id BETWEEN {190001 + 12 * (n % 830)} AND {190012 + 12 * (n % 830)}",
        rolled_back=True,
        every=3,
    ),
    Task(
        "product page",
        "as it should be: one look into a unique index",
        20,
        lambda n: f"SELECT id, name, price FROM products WHERE sku = 'SKU-{1 + n % 5000:06}'",
    ),
    Task(
        "visit",
        "as it should be: one row by its key",
        10,
        lambda n: f"UPDATE sessions SET last_seen = last_seen + interval '1 minute' WHERE id = {1 + n % 60000}",
    ),
)


def task(name: str) -> Task:
    """The task of that name. Raises KeyError."""
    return {one.name: one for one in TASKS}[name]


def _calls(rounds: int) -> Iterator[tuple[Task, str]]:
    """Every call of a run, in order: in each round every task as often as it weighs."""
    for turn in range(rounds):
        for place, one in enumerate(TASKS):
            for again in range(0 if turn % one.every else one.weight):
                yield one, one.write((turn * one.weight + again) * _SPREAD + place)


def _connect(url: str) -> psycopg.Connection:
    options = f"-c statement_timeout={STATEMENT_DEADLINE_SECONDS}s -c lock_timeout={STATEMENT_DEADLINE_SECONDS}s"
    return psycopg.connect(
        url, user=APPLICATION_ROLE, application_name=APPLICATION, options=options, connect_timeout=10, autocommit=True
    )


def _do(connection: psycopg.Connection, one: Task, text: str) -> None:
    try:
        if not one.rolled_back:
            connection.execute(text.encode())
            return
        with connection.transaction(force_rollback=True):
            connection.execute(text.encode())
    except psycopg.Error as error:
        raise WorkloadError(f"the workload's statement {one.name!r} failed: SQLSTATE {error.sqlstate}") from error


class _Run:
    """One run's threads: who has done how much, and the first failure, which ends all."""

    def __init__(self, url: str, calls: list[tuple[Task, str]], on_progress: Progress) -> None:
        self._url, self._calls, self._on_progress = url, calls, on_progress
        self._done = 0
        self._failure: Exception | None = None
        self._lock = threading.Lock()

    def work(self, number: int) -> None:
        """The calls of one thread: every THREADS-th, so that each has the same work in every run."""
        try:
            with _connect(self._url) as connection:
                for one, text in self._calls[number::THREADS]:
                    if self._failure is not None:
                        return
                    _do(connection, one, text)
                    with self._lock:
                        self._done += 1
                        self._on_progress(self._done, len(self._calls))
        except (psycopg.Error, WorkloadError) as error:
            self._failure = self._failure or error

    def finish(self) -> None:
        """Start all threads, wait for them, and raise the first failure."""
        threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure


def run(url: str, rounds: int = ROUNDS, on_progress: Progress = lambda _done, _of: None) -> None:
    """All calls of so many rounds, through two connections. `url`: any role over the demo's socket; the workload logs in as `shop`.

    Raises WorkloadError where a statement fails (each has 30 seconds), psycopg.Error where no connection can be made.
    """
    _Run(url, list(_calls(rounds)), on_progress).finish()
