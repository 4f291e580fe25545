"""Cases of `security/account_from_anywhere`."""

from cases.case import Case, gap
from cases.mysql import account, accounts
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "an administrator from anywhere",
        "fires",
        (accounts(account("dba", "%", privileges=("grant", "super"))),),
        ("account dba@%",),
        says=("grant, super",),
        engine=Engine.MYSQL,
    ),
    Case("an application from anywhere", "silent", (accounts(account("app", "%")),), engine=Engine.MYSQL),
    Case(
        "an administrator from here",
        "silent",
        (accounts(account("dba", "localhost", privileges=("super",))),),
        engine=Engine.MARIADB,
    ),
    Case("accounts unread", "gap", gaps=(gap(Accounts),), engine=Engine.MYSQL),
)
