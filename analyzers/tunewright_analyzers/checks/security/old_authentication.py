"""`security/old_authentication`: reads Accounts; accounts whose password is kept or checked in an outdated way."""

from collections.abc import Iterator

from tunewright_analyzers.check import MYSQL_FAMILY, Context, NoThresholds, Verdict, check
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.finding import Evidence, Severity, Subject


def _outdated(context: Context[NoThresholds]) -> frozenset[str]:
    if context.window.latest.engine is Engine.MARIADB:
        return frozenset({"mysql_old_password"})
    return frozenset({"mysql_old_password", "mysql_native_password", "sha256_password"})


@check(needs=(Accounts,), engines=MYSQL_FAMILY)
def old_authentication(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """Accounts whose password is kept or checked in an outdated way.

    Risk: mysql_native_password is a double SHA-1 without salt: a stolen mysql.user is broken by a table of hashes; MySQL 9 no longer has it.
    Evidence: mysql.user.plugin.
    Remedy: ALTER USER … IDENTIFIED WITH caching_sha2_password BY a new password, once each client knows that plugin; on MariaDB ed25519.
    False positives: MariaDB, whose usual plugin it still is, is not reported for it; only for mysql_old_password.
    """
    for one in context.window.need(Accounts).rows:
        if not one.can_login or one.plugin not in _outdated(context):
            continue
        yield context.finding(
            Subject("account", one.name),
            Severity.LOW,
            f"Account {one.name} is checked by {one.plugin}.",
            Evidence("plugin", one.plugin, "", "mysql.user"),
        )
