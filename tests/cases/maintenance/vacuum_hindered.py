"""Cases of `maintenance/vacuum_hindered`."""

from cases.case import Case, gap
from cases.facts import ago, session, sessions, settings, table, tables
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LoggedVacuum
from tunewright_analyzers.facts.replication import Replica, Replication, Slot
from tunewright_analyzers.facts.sessions import PreparedTransaction, Sessions

ALONE = Replication(is_standby=False)
OVERDUE = {"dead_rows": 900_000, "live_rows": 100_000}
ORDERS = ("table public.orders in shop",)
SLOT = Slot("debezium", "physical", "shop", is_active=False, is_temporary=False, retained_bytes=0, wal_status="reserved", safe_bytes=None,
            xmin_age=2_000_000, catalog_xmin_age=None)  # fmt: skip
REPLICA = Replica("reader1", "repl", None, "streaming", "async", 0, 0, 0.0, 0.0, 0.0, xmin_age=50_000)


def _worker(pid: int = 900, on: str = "public.orders", **changes: object):  # type: ignore[no-untyped-def]
    given = {
        "backend_type": "autovacuum worker",
        "user": None,
        "statement": f"autovacuum: VACUUM {on}",
        "transaction_start": ago(minutes=50),
    }
    return session(pid, **(given | changes))


def _run(unremovable: int, delay: float | None = None) -> LoggedVacuum:
    return LoggedVacuum(ago(minutes=9), "shop", "public", "orders", 100.0, 1, 5, unremovable, delay)


CASES = (
    Case("switched off for the table", "fires",
         (tables(table(**OVERDUE, options=(("autovacuum_enabled", "false"),))), settings(), sessions(), ALONE), ORDERS,
         says=("switched off for this table",), statements=("SET (autovacuum_enabled = true)",)),
    Case("switched off for the server", "fires", (tables(table(**OVERDUE)), settings(autovacuum="off"), sessions(), ALONE), ORDERS,
         says=("switched off for the whole server",)),
    Case("held back by a transaction", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(session(7, xmin_age=500_000, state="idle in transaction")), ALONE), ORDERS,
         says=("session 7 of app (web, idle in transaction) still sees the rows",)),
    Case("held back by a prepared transaction", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(prepared=(PreparedTransaction("t1", "shop", "app", ago(hours=1), 20_000),)), ALONE),
         ORDERS, says=("the prepared transaction 't1' of app still sees",)),
    Case("held back by a slot, older than the standby's query", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(), Replication(is_standby=False, replicas=(REPLICA,), slots=(SLOT,))), ORDERS,
         says=("the replication slot debezium still sees",)),
    Case("held back by a standby", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(), Replication(is_standby=False, replicas=(REPLICA,))), ORDERS,
         says=("a query on the standby reader1 (hot_standby_feedback)",)),
    Case("the log says that all could be removed", "silent",
         (tables(table(**OVERDUE)), settings(), sessions(session(xmin_age=500_000)), ALONE, log(vacuums=(_run(0),)))),
    Case("a worker waits for a lock", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(session(7), _worker(wait_type="Lock", wait_event="relation", blocked_by=(7,))), ALONE),
         ORDERS, says=("waits for a lock of session 7 of app (web, active)",), statements=("VACUUM (ANALYZE) public.orders;",)),
    Case("cancelled again and again", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(), ALONE, log(event("autovacuum", "cancelled", 3, subject="shop.public.orders"))), ORDERS,
         says=("cancelled it 3 times",)),
    Case("cancelled twice", "threshold",
         (tables(table(**OVERDUE)), settings(), sessions(), ALONE, log(event("autovacuum", "cancelled", 2, subject="shop.public.orders")))),
    Case("a worker sleeps", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(_worker(wait_type="Timeout", wait_event="VacuumDelay")), ALONE), ORDERS,
         says=("sleeps by the cost limit",), statements=("SET (autovacuum_vacuum_cost_delay = 0)",)),
    Case("the last run slept", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(), ALONE, log(vacuums=(_run(5, 90.0),))), ORDERS, says=("slept 90% of 100 s",)),
    Case("all workers elsewhere", "fires",
         (tables(table(**OVERDUE)), settings(), sessions(*(_worker(900 + number, f"public.t{number}") for number in range(3))), ALONE), ORDERS,
         says=("all 3 autovacuum workers are busy elsewhere",)),
    Case("old rows", "fires",
         (tables(table(xid_age=450_000_000)), settings(), sessions(session(7, xmin_age=449_000_000)), ALONE), ORDERS,
         severity={ORDERS[0]: "high"}, says=("450,000,000 transactions old",)),
    Case("overdue, and nothing shows why", "silent", (tables(table(**OVERDUE)), settings(), sessions(), ALONE)),
    Case("not overdue", "silent", (tables(table()), settings(autovacuum="off"), sessions(session(xmin_age=500_000)), ALONE)),
    Case("a worker is at it", "silent", (tables(table(**OVERDUE)), settings(autovacuum_max_workers="1"), sessions(_worker()), ALONE)),
    Case("the horizon is near", "threshold", (tables(table(**OVERDUE)), settings(), sessions(session(xmin_age=9_999)), ALONE)),
    Case("sessions hidden", "gap", (tables(table()), settings(), ALONE), gaps=(gap(Sessions),)),
)  # fmt: skip
