"""Cases of `security/empty_password`."""

from cases.case import Case, gap
from cases.mysql import account, accounts
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.snapshot import Engine

CASES = (
    Case(
        "no password",
        "fires",
        (accounts(account("app", "%", password=False)),),
        ("account app@%",),
        {"account app@%": "critical"},
        statements=("ACCOUNT LOCK",),
        engine=Engine.MYSQL,
    ),
    Case("a password", "silent", (accounts(account()),), engine=Engine.MYSQL),
    Case(
        "by the socket, or IAM",
        "silent",
        (
            accounts(
                account("root", "localhost", plugin="unix_socket", password=False),
                account("me", plugin="AWSAuthenticationPlugin", password=False),
            ),
        ),
        engine=Engine.MARIADB,
    ),
    Case("accounts unread", "gap", gaps=(gap(Accounts),), engine=Engine.MYSQL),
)
