"""Cases of `parameters/autovacuum_throttled`."""

from cases.case import Case, gap
from cases.facts import load, settings, table, tables
from tunewright_analyzers.facts.relations import Tables

LIMIT, WORKERS = "setting autovacuum_vacuum_cost_limit", "setting autovacuum_max_workers"
OVERDUE = tables(table(dead_rows=30_000))
ALL = load(autovacuum_samples=3 * 3600, autovacuum_delayed_samples=2 * 3600)

CASES = (
    Case("all busy, mostly asleep", "fires", (ALL, OVERDUE, settings()), (LIMIT,), severity={LIMIT: "low"}, says=("3.0 of 3",),
         statements=("ALTER SYSTEM SET autovacuum_vacuum_cost_limit = '400';",)),
    Case("all busy, at work", "fires", (load(autovacuum_samples=3 * 3600), OVERDUE, settings()), (WORKERS,),
         statements=("autovacuum_max_workers = '5'", "autovacuum_vacuum_cost_limit = '333'")),
    Case("nobody waits", "silent", (ALL, tables(table()), settings())),
    Case("no samples", "silent", (load(samples=0), OVERDUE, settings())),
    Case("80 % busy", "threshold", (load(autovacuum_samples=8640), OVERDUE, settings()), (WORKERS,)),
    Case("less", "threshold", (load(autovacuum_samples=8639), OVERDUE, settings())),
    Case("30 % asleep", "threshold", (load(autovacuum_samples=10_000, autovacuum_delayed_samples=3_000), OVERDUE, settings()), (LIMIT,)),
    Case("less asleep", "threshold", (load(autovacuum_samples=10_000, autovacuum_delayed_samples=2_999), OVERDUE, settings()), (WORKERS,)),
    Case("just one row overdue", "threshold", (ALL, tables(table(dead_rows=20_051)), settings()), (LIMIT,)),
    Case("tables unread", "gap", (ALL, settings()), gaps=(gap(Tables),)),
)  # fmt: skip
