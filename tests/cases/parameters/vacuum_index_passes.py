"""Cases of `parameters/vacuum_index_passes`."""

from cases.case import Case, gap
from cases.facts import GB, MB, host, settings, table, tables
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "setting autovacuum_work_mem"
BIG = table(dead_rows=60_000_000, index_bytes=8 * GB)

CASES = (
    Case("60 million dead rows in 64 MB", "fires", (tables(BIG), settings()), (SUBJECT,), version=160000, severity={SUBJECT: "low"},
         says=("6 times",), statements=("ALTER SYSTEM SET autovacuum_work_mem = '512MB';",)),
    Case("within a sixteenth of the memory", "fires", (tables(BIG), settings(), host(4 * GB)), (SUBJECT,), version=160000,
         statements=("ALTER SYSTEM SET autovacuum_work_mem = '256MB';",)),
    Case("where autovacuum begins counts too", "fires", (tables(table(row_estimate=3e8, index_bytes=8 * GB)), settings()), (SUBJECT,),
         version=160000),
    Case("17 keeps them compressed", "silent", (tables(BIG), settings())),
    Case("few dead rows", "silent", (tables(table(index_bytes=8 * GB)), settings()), version=160000),
    Case("small indexes are read twice for nothing", "threshold",
         (tables(table(dead_rows=60_000_000, index_bytes=255 * MB)), settings()), version=160000),
    Case("just two passes", "threshold", (tables(table(dead_rows=11_184_811, index_bytes=256 * MB)), settings()), (SUBJECT,), version=160000),
    Case("just one", "threshold", (tables(table(dead_rows=11_184_810, index_bytes=256 * MB)), settings()), version=160000),
    Case("tables unread", "gap", (settings(),), gaps=(gap(Tables),), version=160000),
)  # fmt: skip
