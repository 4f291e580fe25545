"""`security/empty_password`: reads Accounts; accounts that may log in with an empty password."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.recommendation import Action
from tunewright_analyzers.sql.mysql.identifiers import account_quoted

_OTHER_PROOF = frozenset(
    {
        "unix_socket",
        "auth_socket",
        "auth_pam",
        "pam",
        "authentication_pam",
        "AWSAuthenticationPlugin",
        "authentication_ldap_simple",
        "gssapi",
    }
)
"""Plugins that take another proof than a password of the server's own."""


@check(needs=(Accounts,), engines=MYSQL_FAMILY)
def empty_password(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Accounts that may log in with an empty password.

    Risk: anybody who reaches the port and knows or guesses the name is in.
    Evidence: mysql.user: no authentication string, and a plugin that asks for a password.
    Remedy: set a password, or lock the account.
    False positives: an account behind a proxy that checks the password itself. Who proves himself otherwise (socket, PAM, IAM) is not
        reported.
    """
    for one in context.window.need(Accounts).rows:
        if not one.can_login or not (not one.has_password and one.user != "" and one.plugin not in _OTHER_PROOF):
            continue
        name = account_quoted(one.name)
        found = context.finding(
            Subject("account", one.name),
            Severity.CRITICAL,
            f"Account {one.name} has no password.",
            Evidence("plugin", one.plugin, "", "mysql.user"),
            Evidence("host", one.host, "", "mysql.user"),
        )
        yield found
        yield context.recommendation(
            found,
            Action.OTHER,
            (f"ALTER USER {name} ACCOUNT LOCK;",),
            risk="Whoever uses the account is refused until it has a password and is unlocked.",
            rollback=(f"ALTER USER {name} ACCOUNT UNLOCK;",),
            caution="Rather than that, give it a password where somebody uses it: ALTER USER … IDENTIFIED BY …",
        )
