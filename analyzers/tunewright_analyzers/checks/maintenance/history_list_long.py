"""`maintenance/history_list_long`: reads ServerStatus and Sessions; says that InnoDB's purge is far behind, and which transaction holds it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.finding import Evidence, Severity, Subject


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When purge is behind."""

    entries: float = threshold(100_000, "count", "Length of the history list from which it is reported.")
    entries_high: float = threshold(1_000_000, "count", "Length from which it is severe.")


@check(needs=(ServerStatus, Sessions), thresholds=Thresholds, engines=MYSQL_FAMILY)
def history_list_long(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Old row versions that InnoDB could not yet remove.

    Risk: every read walks through old versions and gets slower, the undo tablespaces grow and do not shrink by themselves, shutdown takes long.
    Evidence: innodb_metrics trx_rseg_history_len (Oracle's MySQL has no status variable of it); the oldest open transaction.
    Remedy: end the transaction that has been open longest, and commit sooner in what opened it; where none is old, more innodb_purge_threads or
        innodb_max_purge_lag.
    False positives: a backup or report in one long transaction, for as long as it runs.
    """
    length = context.window.need(ServerStatus).gauge("trx_rseg_history_len")
    sessions = context.window.need(Sessions)
    if length is None or length < context.thresholds.entries:
        return
    opened = [one for one in sessions.rows if one.transaction_start is not None]
    oldest = min(opened, key=lambda one: one.transaction_start or sessions.taken_at, default=None)
    age = (sessions.taken_at - oldest.transaction_start).total_seconds() if oldest and oldest.transaction_start else 0.0
    who = (
        f"; the oldest open transaction, of {oldest.user}, is {age:,.0f} s old"
        if oldest
        else "; no transaction is open"
    )
    yield context.finding(
        Subject("server", context.window.latest.instance),
        Severity.HIGH if length >= context.thresholds.entries_high else Severity.MEDIUM,
        f"InnoDB's history list holds {length:,.0f} transactions' old row versions{who}.",
        Evidence("history list", int(length), "count", "innodb_metrics trx_rseg_history_len"),
        Evidence("oldest transaction", round(age), "seconds", "information_schema.innodb_trx"),
        Evidence("open transactions", len(opened), "count", "information_schema.innodb_trx"),
    )
