"""`security/unused_account`: reads Accounts; MySQL's accounts that may log in and that nobody has used since the server's start."""

from collections.abc import Iterator
from dataclasses import dataclass

from tunewright_analyzers.check import MYSQL_FAMILY, Context, Verdict, check, threshold
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.finding import Evidence, NotJudged, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.mysql.identifiers import account_quoted

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long."""

    least_days: float = threshold(
        30.0, "days", "Days that connections must have been counted: work of a quarter's end comes late."
    )


@check(needs=(Accounts,), engines=MYSQL_FAMILY, thresholds=Thresholds)
def unused_account(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Accounts that may log in and that nobody uses.

    Risk: a key that nobody misses is a key that nobody watches: the account of someone who left, or of a service that was switched off.
    Evidence: no connection of that user name, from any host, in performance_schema.accounts since the server's start (none was lost).
    Remedy: ALTER USER … ACCOUNT LOCK, and after a while DROP USER. A locked account still serves as the DEFINER of views and routines.
    False positives: accounts that come less often than the server is up, or only to replicas; performance_schema.accounts that was truncated.
    """
    accounts, cluster = context.window.need(Accounts), Subject("cluster", context.window.cluster)
    since = accounts.counted_since
    if since is None or any(one.user_connections is None for one in accounts.rows):
        because = "the server does not count every account's connections: performance_schema = ON, and performance_schema_accounts_size = -1"
        yield NotJudged(context.check, cluster, because)
        return
    days = (context.window.end - since).total_seconds() / _DAY
    if days < context.thresholds.least_days:
        because = f"connections are counted for {days:.1f} days only, {context.thresholds.least_days:g} are needed before 'unused' means something"
        yield NotJudged(context.check, cluster, because)
        return
    for one in accounts.rows:
        if not one.can_login or one.user_connections or one.user in {"", "tunewright"}:
            continue
        found = context.finding(
            Subject("account", one.name),
            Severity.MEDIUM if "super" in one.privileges else Severity.LOW,
            f"Account {one.name} may log in, and {one.user} has not connected in the {days:.0f} days since the server's start.",
            Evidence("connections", 0, "count", "performance_schema.accounts"),
            Evidence("counted for", round(days, 1), "days", "Uptime"),
        )
        yield found
        name = account_quoted(one.name)
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER USER {name} ACCOUNT LOCK;",),
            risk="Whoever does come with this account, rarely or to a replica, is refused.",
            rollback=(f"ALTER USER {name} ACCOUNT UNLOCK;",),
        )
