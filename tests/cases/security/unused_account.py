"""Cases of `security/unused_account`."""

from dataclasses import replace
from datetime import datetime

from cases.case import Case, gap
from cases.facts import ago
from cases.mysql import account
from tunewright_analyzers.facts.accounts import Account, Accounts
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "account app@10.0.%"
TWO_MONTHS = ago(days=60)
SUPER = replace(account(), privileges=("super",))


def used(connections: int | None, one: Account | None = None, since: datetime | None = TWO_MONTHS) -> Accounts:
    """One account of a user with so many connections."""
    return Accounts((replace(one or account(), user_connections=connections),), since)


CASES = (
    Case("two months without a connection", "fires", (used(0),), (SUBJECT,), severity={SUBJECT: "low"}, says=("in the 60 days",),
         statements=("ACCOUNT LOCK;",), engine=MYSQL),
    Case("an administrator", "fires", (used(0, SUPER),), (SUBJECT,), severity={SUBJECT: "medium"}, engine=MARIADB),
    Case("it came once", "silent", (used(1),), engine=MYSQL),
    Case("locked", "silent", (used(0, account(is_locked=True)),), engine=MYSQL),
    Case("the server's own", "silent", (used(0, account("mysql.sys", "localhost", is_servers_own=True)),), engine=MYSQL),
    Case("ours", "silent", (used(0, account("tunewright", "%")),), engine=MYSQL),
    Case("a month", "threshold", (used(0, since=ago(days=30)),), (SUBJECT,), engine=MYSQL),
    Case("less than a month", "gap", (used(0, since=ago(days=29)),), engine=MYSQL),
    Case("not counted", "gap", (used(None),), engine=MYSQL),
    Case("not known since when", "gap", (used(0, since=None),), engine=MYSQL),
    Case("accounts unread", "gap", gaps=(gap(Accounts),), engine=MYSQL),
)  # fmt: skip
