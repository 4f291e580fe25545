"""`security/anonymous_account`: reads Accounts; accounts without a user name."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.mysql.identifiers import account_quoted


@check(needs=(Accounts,), engines=MYSQL_FAMILY)
def anonymous_account(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Accounts without a user name.

    Risk: whoever reaches the port is somebody; a named account from a wider host loses against it, which looks like a wrong password.
    Evidence: mysql.user, where user is empty.
    Remedy: drop it.
    False positives: none; very old installations made it for tests.
    """
    for one in context.window.need(Accounts).rows:
        if not one.can_login or one.user != "":
            continue
        name = account_quoted(one.name)
        found = context.finding(
            Subject("account", one.name),
            Severity.HIGH,
            f"An account without a user name may log in from {one.host}.",
            Evidence("host", one.host, "", "mysql.user"),
            Evidence("password", one.has_password, "", "mysql.user"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"DROP USER {name};",),
            risk="Whoever logs in without a name is refused from then on.",
            rollback=(f"CREATE USER {name};",),
        )
