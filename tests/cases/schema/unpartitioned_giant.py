"""Cases of `schema/unpartitioned_giant`."""

from cases.case import Case, gap
from cases.facts import GB, table, tables
from tunewright_analyzers.facts.relations import Tables

SUBJECT = "table public.orders in shop"

CASES = (
    Case("300 GB", "fires", (tables(table(size_bytes=200 * GB, toast_bytes=100 * GB)),), (SUBJECT,), severity={SUBJECT: "low"}, says=("300 GiB",)),
    Case("purged row by row", "fires", (tables(table(size_bytes=200 * GB, rows_deleted=1000)),), (SUBJECT,), severity={SUBJECT: "medium"}),
    Case("a parent", "silent", (tables(table(size_bytes=200 * GB, kind="p")),)),
    Case("a partition", "silent", (tables(table(size_bytes=200 * GB, parent=table("all").name)),)),
    Case("at the limit", "threshold", (tables(table(size_bytes=100 * GB)),), (SUBJECT,)),
    Case("below the limit", "threshold", (tables(table(size_bytes=100 * GB - 1)),)),
    Case("tables unread", "gap", gaps=(gap(Tables),)),
)  # fmt: skip
