"""Cases of `parameters/insert_only_unvacuumed`."""

from dataclasses import replace
from typing import Any

from cases.case import NOW, Case, gap
from cases.facts import ago, settings, table, tables
from tunewright_analyzers.facts.relations import Table, Tables
from tunewright_analyzers.facts.snapshot import Period

SUBJECT = "table public.events in shop"


def _events(**changes: Any) -> Table:
    grown = {"row_estimate": 5e6, "live_rows": 5_000_000, "pages": 50_000, "all_visible_pages": 10_000, "rows_inserted": 100_000,
             "index_scans": 500, "inserted_since_vacuum": 900_000}  # fmt: skip
    return table("events", **{**grown, **changes})


CASES = (
    Case("a fifth is visible", "fires", (tables(_events()), settings()), (SUBJECT,), severity={SUBJECT: "low"}, says=("20%",),
         statements=("ALTER TABLE public.events SET (autovacuum_vacuum_insert_scale_factor = 0.02);",)),
    Case("rows are updated", "silent", (tables(_events(rows_updated=50_000)), settings())),
    Case("nobody reads it by index", "silent", (tables(_events(index_scans=0)), settings())),
    Case("12 has no such parameter", "silent", (tables(_events()), settings(without=("autovacuum_vacuum_insert_scale_factor",)))),
    Case("just visible enough", "threshold", (tables(_events(all_visible_pages=40_000)), settings())),
    Case("a page less", "threshold", (tables(_events(all_visible_pages=39_999)), settings()), (SUBJECT,)),
    Case("1 % is changed", "threshold", (tables(_events(rows_updated=1_000)), settings()), (SUBJECT,)),
    Case("more", "threshold", (tables(_events(rows_updated=1_001)), settings())),
    Case("small", "threshold", (tables(_events(pages=12_799)), settings())),
    Case("half an hour tells nothing of a day", "gap", (replace(tables(_events()), period=Period(ago(minutes=30), NOW)), settings())),
    Case("an hour", "threshold", (replace(tables(_events(rows_inserted=4_000)), period=Period(ago(hours=1), NOW)), settings()), (SUBJECT,)),
    Case("tables unread", "gap", (settings(),), gaps=(gap(Tables),)),
)  # fmt: skip
