"""Cases of `security/old_authentication`."""

from cases.case import Case, gap
from cases.mysql import account, accounts
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "native on MySQL",
        "fires",
        (accounts(account(plugin="mysql_native_password")),),
        ("account app@10.0.%",),
        engine=Engine.MYSQL,
    ),
    Case("native on MariaDB", "silent", (accounts(account(plugin="mysql_native_password")),), engine=Engine.MARIADB),
    Case(
        "old on MariaDB",
        "fires",
        (accounts(account(plugin="mysql_old_password")),),
        ("account app@10.0.%",),
        engine=Engine.MARIADB,
    ),
    Case("caching_sha2", "silent", (accounts(account()),), engine=Engine.MYSQL),
    Case("accounts unread", "gap", gaps=(gap(Accounts),), engine=Engine.MYSQL),
)
