"""Cases of `schema/unused_table`."""

from cases.case import Case, gap
from cases.facts import MB, ago, indexes, table, tables
from tunewright_analyzers.facts.relations import Indexes, Tables

SUBJECT = "table public.orders in shop"
SIXTEEN = {"size_bytes": 10 * MB, "index_bytes": 6 * MB}

CASES = (
    Case("never touched", "fires", (tables(table()), indexes()), (SUBJECT,), severity={SUBJECT: "low"}, says=("in 60 days",)),
    Case("read", "silent", (tables(table(sequential_scans=1)), indexes())),
    Case("read by an index", "silent", (tables(table(index_scans=1)), indexes())),
    Case("written", "silent", (tables(table(rows_inserted=1)), indexes())),
    Case("a partition", "silent", (tables(table(parent=table("all").name)), indexes())),
    Case("at the floor", "threshold", (tables(table(**SIXTEEN)), indexes()), (SUBJECT,)),
    Case("below the floor", "threshold", (tables(table(**SIXTEEN | {"toast_bytes": -1})), indexes())),
    Case("counted for a month", "threshold", (tables(table()), indexes(counted_since=ago(days=30))), (SUBJECT,)),
    Case("counted for less than a month", "gap", (tables(table()), indexes(counted_since=ago(days=29)))),
    Case("not known since when", "gap", (tables(table()), indexes(counted_since=None))),
    Case("a standby that was not read", "gap", (tables(table()), indexes(replicas_unread=("standby1",)))),
    Case("tables unread", "gap", (indexes(),), gaps=(gap(Tables),)),
    Case("indexes unread", "gap", (tables(table()),), gaps=(gap(Indexes),)),
)  # fmt: skip
