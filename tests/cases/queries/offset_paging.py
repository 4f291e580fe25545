"""Cases of `queries/offset_paging`."""

from cases.case import Case, gap
from cases.queries.facts import SUBJECT, heavy
from tunewright_analyzers.facts.statements import Statements

PAGE = "SELECT id FROM orders ORDER BY created_at LIMIT $1 OFFSET $2"

CASES = (
    Case("2,000 blocks a page", "fires", (heavy(PAGE, rows=20_000),), (SUBJECT,), severity={SUBJECT: "low"},
         says=("2,000 blocks a call for 20.0 rows",)),
    Case("no offset", "silent", (heavy("SELECT id FROM orders ORDER BY created_at LIMIT $1"),)),
    Case("by key", "silent", (heavy("SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2"),)),
    Case("1,000 blocks", "threshold", (heavy(PAGE, shared_blocks_hit=600_000, shared_blocks_read=400_000),), (SUBJECT,)),
    Case("fewer blocks", "threshold", (heavy(PAGE, shared_blocks_hit=999_999),)),
    Case("statements unread", "gap", gaps=(gap(Statements),)),
)  # fmt: skip
