"""Cases of `logs/autovacuum_cancelled`."""

from cases.case import Case, gap
from cases.logs.facts import event, log
from tunewright_analyzers.facts.log_events import LogEvents

ORDERS = "shop.public.orders"
CASES = (
    Case(
        "again and again",
        "fires",
        (
            log(
                event("autovacuum", "cancelled", 4, subject=ORDERS),
                event("autovacuum", "skipped_locked", 3, subject=ORDERS),
            ),
        ),
        ("table public.orders in shop",),
        says=("7 times",),
    ),
    Case("runs that ended", "silent", (log(event("autovacuum", "vacuum", 40, subject=ORDERS)),)),
    Case("of an unknown table", "silent", (log(event("autovacuum", "cancelled", 40)),)),
    Case(
        "five a day",
        "threshold",
        (log(event("autovacuum", "cancelled", 5, subject=ORDERS)),),
        ("table public.orders in shop",),
    ),
    Case("four a day", "threshold", (log(event("autovacuum", "cancelled", 4, subject=ORDERS)),)),
    Case("log unread", "gap", gaps=(gap(LogEvents),)),
)
