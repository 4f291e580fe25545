"""Cases of `maintenance/never_analysed`."""

from typing import Any

from cases.case import Case, gap
from cases.facts import ago, table, tables
from tunewright_analyzers.facts.relations import Table, Tables

SUBJECT = "table public.orders in shop"


def _unknown(name: str = "orders", **more: Any) -> Table:
    """A table of which nothing is known."""
    given: dict[str, Any] = {
        "row_estimate": -1.0,
        "live_rows": 0,
        "pages": 0,
        "size_bytes": 0,
        "last_autoanalyze": None,
    }
    given |= {"sequential_rows_read": 900_000, "index_rows_fetched": 100_000}
    return table(name, **(given | more))


CASES = (
    Case("never analysed, nothing changes", "fires", (tables(_unknown()),), (SUBJECT,), severity={SUBJECT: "medium"},
         says=("no statistics at all, though 1,000,000 rows were read",), statements=("ANALYZE public.orders;",)),
    Case("before 14 it says 0 rows", "fires", (tables(_unknown(row_estimate=0.0)),), (SUBJECT,), version=130000),
    Case("since 14 that is an empty table", "silent", (tables(_unknown(row_estimate=0.0)),)),
    Case("changes will make autovacuum do it", "silent", (tables(_unknown(modified_since_analyze=500)),)),
    Case("analysed", "silent", (tables(_unknown(last_analyze=ago(hours=1))),)),
    Case("a partitioned parent", "silent", (tables(_unknown(kind="p")),)),
    Case("a temporary one", "silent", (tables(_unknown(is_temporary=True)),)),
    Case("ten of them: after an upgrade", "threshold", (tables(*(_unknown(f"t{number}") for number in range(10))),), ("database shop",),
         severity={"database shop": "high"}, says=("10 tables of shop have no statistics",), statements=("ANALYZE;",)),
    Case("nine: one by one", "threshold", (tables(*(_unknown(f"t{number}") for number in range(9))),),
         tuple(f"table public.t{number} in shop" for number in range(9))),
    Case("ten thousand rows", "threshold", (tables(_unknown(sequential_rows_read=10_000, index_rows_fetched=0)),), (SUBJECT,)),
    Case("fewer", "threshold", (tables(_unknown(sequential_rows_read=9_999, index_rows_fetched=0)),)),
    Case("tables unread", "gap", gaps=(gap(Tables),)),
)  # fmt: skip
