"""`locks/metadata_lock_queue`: reads Sessions; says which tables have a queue for their metadata lock."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.sessions import Locks, Session, Sessions
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a queue is worth telling."""

    seconds_min: float = threshold(5, "seconds", "The longest wait must last this long.")
    waiting_high: float = threshold(5, "count", "From this number of waiting sessions on it is severe.")


def _table(context: Context[Thresholds], waiting: list[Session]) -> str:
    """The object that they wait for, by the source `locks`; empty where it was not read."""
    locks = context.window.section(Locks)
    pids = {one.pid for one in waiting}
    names = (
        sorted({row.relation for row in locks.rows if row.pid in pids and not row.granted and row.relation})
        if locks
        else []
    )
    return ", ".join(names)


@check(needs=(Sessions,), thresholds=Thresholds, engines=MYSQL_FAMILY)
def metadata_lock_queue(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Statements that queue for a table's metadata lock, usually behind an ALTER TABLE.

    Risk: while DDL waits for one open transaction, every new statement on the table waits behind the DDL, reads too: connections pile up
        until none is left.
    Evidence: sessions whose state is 'Waiting for table metadata lock', how long, whom they wait for, and the DDL among them.
    Remedy: end the DDL first (the queue dissolves at once), then the transaction that it waited for; run DDL with a short lock_wait_timeout.
    False positives: a DDL that gets its lock within seconds.
    """
    sessions = context.window.need(Sessions)
    waiting = [one for one in sessions.rows if one.wait_type == "Lock" and (one.wait_event or "").endswith("metadata")]
    ages = [(sessions.taken_at - one.state_change).total_seconds() for one in waiting if one.state_change is not None]
    longest = max(ages, default=0.0)
    if not waiting or longest < context.thresholds.seconds_min:
        return
    ddl = next(
        (
            one
            for one in waiting
            if (one.statement or "").lower().startswith(("alter", "drop", "truncate", "create", "rename", "optimize"))
        ),
        None,
    )
    table = _table(context, waiting)
    heads = sorted({pid for one in waiting for pid in one.blocked_by} - {one.pid for one in waiting})
    behind = f" behind a DDL of {ddl.user}" if ddl is not None and len(waiting) > 1 else ""
    yield context.finding(
        Subject("table", table) if table else Subject("server", context.window.latest.instance),
        Severity.HIGH if len(waiting) >= context.thresholds.waiting_high else Severity.MEDIUM,
        f"{len(waiting)} session{'s wait' if len(waiting) > 1 else ' waits'} for a metadata lock{f' on {table}' if table else ''}{behind}, "
        f"the longest for {longest:.0f} s.",
        Evidence("waiting sessions", len(waiting), "count", "performance_schema.threads"),
        Evidence("longest wait", round(longest), "seconds", "performance_schema.threads"),
        Evidence(
            "DDL in the queue",
            (ddl.statement or "hidden") if ddl else "none",
            "",
            "performance_schema.threads, redacted",
        ),
        Evidence(
            "connections at the head",
            ", ".join(map(str, heads)) or "not known",
            "",
            "performance_schema.metadata_locks",
        ),
    )
