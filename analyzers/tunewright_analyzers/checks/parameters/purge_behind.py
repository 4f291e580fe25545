"""`parameters/purge_behind`: reads ServerStatus, Sessions and Settings; says when InnoDB's purge cannot keep up although nothing holds it back."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Flavour
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.parameters.mysql_change import number, server_wide, too_short

_LENGTH = "trx_rseg_history_len"
_MOST_THREADS = 32
"""What the server allows."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When purge is behind by its own fault."""

    entries_min: float = threshold(100_000, "count", "Length of the history list from which it is judged.")
    growth_per_hour_min: float = threshold(
        10_000, "count", "Entries an hour by which it must have grown over the window."
    )
    transaction_seconds_max: float = threshold(
        300, "seconds", "Age of the oldest open transaction from which it is what holds purge back."
    )


def _oldest_seconds(sessions: Sessions) -> float:
    ages = [
        (sessions.taken_at - one.transaction_start).total_seconds()
        for one in sessions.rows
        if one.transaction_start is not None
    ]
    return max(ages, default=0.0)


@check(needs=(ServerStatus, Sessions, Settings), engines=MYSQL_FAMILY, thresholds=Thresholds)
def purge_behind(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Purge that removes old row versions more slowly than transactions make them.

    Risk: reads walk through ever more old versions, the undo tablespaces grow, shutdown and crash recovery take long.
    Evidence: the slope of innodb_metrics trx_rseg_history_len over the window, and that no open transaction is old: where one is, it holds the
        list, and maintenance/history_list_long names it.
    Remedy: more innodb_purge_threads where writes go to many tables; smaller batches of DELETE and UPDATE. On Aurora it is the writer's class
        that limits purge. innodb_max_purge_lag slows every writer instead: a last resort.
    False positives: writes that all go to one table, which one thread purges whatever their number; a passing bulk load.
    """
    window, limits = context.window, context.thresholds
    status, settings = window.need(ServerStatus), window.need(Settings)
    length = status.gauge(_LENGTH)
    if length is None or length < limits.entries_min:
        return
    grown, short = status.growth(_LENGTH), too_short(status)
    if grown is None or short is not None:
        reason = short or "how the history list grew is not known: that takes two readings in the agent's history"
        yield NotJudged(context.check, Subject("cluster", window.cluster), reason)
        return
    per_hour, oldest = grown / status.period.seconds * 3600, _oldest_seconds(window.need(Sessions))
    if per_hour < limits.growth_per_hour_min or oldest >= limits.transaction_seconds_max:
        return
    latest, threads = window.latest, number(settings, "innodb_purge_threads")
    found = context.finding(
        Subject("setting", "innodb_purge_threads"),
        Severity.MEDIUM,
        f"InnoDB's history list grew by {per_hour:,.0f} entries an hour to {length:,.0f}, and no transaction holds it: the oldest is"
        f" {oldest:,.0f} s old.",
        Evidence("history list", int(length), "count", f"innodb_metrics {_LENGTH}"),
        Evidence("growth", round(per_hour), "entries per hour", f"innodb_metrics {_LENGTH}"),
        Evidence("oldest transaction", round(oldest), "seconds", "information_schema.innodb_trx"),
        Evidence("purge threads", "not known" if threads is None else int(threads), "count", "innodb_purge_threads"),
    )
    yield found
    if threads is None or threads >= _MOST_THREADS or latest.flavour is Flavour.AURORA:
        return
    wanted = int(min(threads * 2, _MOST_THREADS))
    effect = "the history list stops growing, where writes go to many tables"
    yield from context.parameters(
        found,
        server_wide(settings, latest.engine, latest.flavour, "innodb_purge_threads", wanted, effect=effect),
        risk="More threads that may contend with the sessions for the same pages; where all writes go to one table nothing is won.",
    )
