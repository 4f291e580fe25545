"""Cases of `parameters/vacuum_asleep`."""

from typing import Any

from cases.case import Case, gap
from cases.facts import ago, settings, table, tables
from cases.logs.facts import log
from tunewright_analyzers.facts.log_events import LogEvents, LoggedVacuum

SUBJECT = "table public.orders in shop"
LIMIT = "setting autovacuum_vacuum_cost_limit"


def _run(name: str = "orders", seconds: float = 1000.0, **more: Any) -> LoggedVacuum:
    """At 200 points for 2 ms a worker may spend 100,000 points a second: 30 million pages read cost 60 million."""
    given: dict[str, Any] = {"at": ago(hours=2), "blocks_hit": 0, "blocks_read": 30_000_000, "blocks_dirtied": 0}
    given = {"database": "shop", "schema": "public", "table": name, "seconds": seconds, **given, **more}
    return LoggedVacuum(index_scans=1, removed_rows=9_000, unremovable_rows=0, **given)


def _runs(*names: str) -> LogEvents:
    return log(vacuums=tuple(_run(name) for name in names))


ONE = tables(table())
FOUR = tuple(f"t{number}" for number in range(4))

CASES = (
    Case("by its cost", "fires", (_runs("orders"), ONE, settings()), (SUBJECT,), severity={SUBJECT: "low"},
         says=("17 minutes, of which it slept 60%",), statements=("ALTER TABLE public.orders SET (autovacuum_vacuum_cost_limit = 800);",)),
    Case("as the log says", "fires", (log(vacuums=(_run(delay_seconds=900.0, blocks_read=0),)), ONE, settings()), (SUBJECT,), says=("slept 90%",)),
    Case("its own limit counts", "silent",
         (_runs("orders"), tables(table(options=(("autovacuum_vacuum_cost_limit", "1000"),))), settings())),
    Case("four tables: for all", "fires", (_runs(*FOUR), tables(*map(table, FOUR)), settings()), (LIMIT,), says=("(4 such tables)",),
         statements=("ALTER SYSTEM SET autovacuum_vacuum_cost_limit = '800';",)),
    Case("three tables: for each", "threshold", (_runs(*FOUR[:3]), tables(*map(table, FOUR)), settings()),
         tuple(f"table public.{name} in shop" for name in FOUR[:3])),
    Case("the delay of an older release", "fires",
         (_runs("orders"), ONE, settings(autovacuum_vacuum_cost_delay="20")), ("setting autovacuum_vacuum_cost_delay",),
         statements=("ALTER SYSTEM SET autovacuum_vacuum_cost_delay = '2ms';",)),
    Case("nothing throttles it", "silent", (_runs("orders"), ONE, settings(autovacuum_vacuum_cost_delay="0"))),
    Case("the disk sets the pace", "silent", (log(vacuums=(_run(seconds=6000.0),)), ONE, settings())),
    Case("the log does not say what it read", "silent", (log(vacuums=(_run(blocks_hit=None),)), ONE, settings())),
    Case("before the window", "silent", (log(vacuums=(_run(at=ago(days=2)),)), ONE, settings())),
    Case("half of the time", "threshold", (log(vacuums=(_run(seconds=1200.0),)), ONE, settings()), (SUBJECT,)),
    Case("less", "threshold", (log(vacuums=(_run(seconds=1201.0),)), ONE, settings())),
    Case("ten minutes", "threshold", (log(vacuums=(_run(seconds=600.0),)), ONE, settings()), (SUBJECT,)),
    Case("shorter", "threshold", (log(vacuums=(_run(seconds=599.0),)), ONE, settings())),
    Case("log unread", "gap", (ONE, settings()), gaps=(gap(LogEvents),)),
)  # fmt: skip
