"""Cases of `security/anonymous_account`."""

from cases.case import Case, gap
from cases.mysql import account, accounts
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "anonymous",
        "fires",
        (accounts(account("", "localhost", password=False)),),
        ("account @localhost",),
        statements=("DROP USER ''@'localhost'",),
        engine=Engine.MARIADB,
    ),
    Case("a named one", "silent", (accounts(account()),), engine=Engine.MYSQL),
    Case("a locked one", "silent", (accounts(account("", "%", is_locked=True)),), engine=Engine.MYSQL),
    Case("accounts unread", "gap", gaps=(gap(Accounts),), engine=Engine.MYSQL),
)
