"""Cases of `parameters/freeze_age`."""

from cases.case import Case, gap
from cases.facts import settings, table, tables, throughput
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "setting autovacuum_freeze_max_age"
SMALL, HUGE = tables(table()), tables(table(pages=2_000_000_000))  # a terabyte is 134 million pages

CASES = (
    Case("a hundred million a day", "fires", (SMALL, settings()), (SUBJECT,), severity={SUBJECT: "low"}, says=("every 2.0 days",),
         deltas=(throughput(transactions=100_000_000),), statements=("ALTER SYSTEM SET autovacuum_freeze_max_age = '250000000';",)),
    Case("ids would run out before the largest is frozen", "fires", (HUGE, settings()), (SUBJECT,), severity={SUBJECT: "high"},
         deltas=(throughput(transactions=140_000_000),), statements=("ALTER SYSTEM SET autovacuum_freeze_max_age = '",)),
    Case("a million a day", "silent", (SMALL, settings()), deltas=(throughput(transactions=1_000_000),)),
    Case("two days apart", "threshold", (SMALL, settings()), deltas=(throughput(transactions=75_000_000),)),
    Case("less", "threshold", (SMALL, settings()), (SUBJECT,), deltas=(throughput(transactions=75_000_001),)),
    Case("one reading tells no rate", "gap", (throughput(transactions=10**9), SMALL, settings())),
    Case("tables unread", "gap", (settings(),), deltas=(throughput(transactions=10**8),), gaps=(gap(Tables),)),
)  # fmt: skip
