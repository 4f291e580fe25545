"""`security/account_from_anywhere`: reads Accounts; accounts with great privileges that may come from any host."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.finding import Evidence, Severity, Subject

_GREAT = frozenset({"super", "grant", "file", "create user"})


@check(needs=(Accounts,), engines=MYSQL_FAMILY)
def account_from_anywhere(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Accounts with great privileges that may come from any host.

    Risk: a leaked password is of use from everywhere that reaches the port.
    Evidence: mysql.user: host %, with SUPER, GRANT, FILE or CREATE USER on everything.
    Remedy: name the hosts or networks that it comes from; keep administrators to localhost or a bastion.
    False positives: a port that only a private network reaches: then this is the second line of defence.
    """
    for one in context.window.need(Accounts).rows:
        if not one.can_login or not (one.host in {"%", ""} and _GREAT & set(one.privileges)):
            continue
        listed = ", ".join(sorted(_GREAT & set(one.privileges)))
        yield context.finding(
            Subject("account", one.name),
            Severity.MEDIUM,
            f"Account {one.name} may {listed} on everything and come from any host.",
            Evidence("privileges", listed, "", "mysql.user"),
            Evidence("host", one.host or "%", "", "mysql.user"),
        )
