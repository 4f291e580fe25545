"""Cases of `security/tls_optional`."""

from cases.case import Case, gap
from cases.mysql import account, accounts, variables
from tunewright_analyzers.facts.accounts import Accounts
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine

SUBJECT = "setting require_secure_transport"
CASES = (
    Case(
        "offered, not demanded",
        "fires",
        (variables(require_secure_transport="off"), accounts(account())),
        (SUBJECT,),
        {SUBJECT: "low"},
        statements=("= ON",),
        engine=Engine.MYSQL,
    ),
    Case(
        "not offered",
        "fires",
        (variables(require_secure_transport="off", have_ssl="DISABLED"), accounts(account())),
        (SUBJECT,),
        {SUBJECT: "high"},
        engine=Engine.MARIADB,
    ),
    Case("demanded", "silent", (variables(require_secure_transport="on"), accounts(account())), engine=Engine.MYSQL),
    Case(
        "accounts of this machine only",
        "silent",
        (variables(require_secure_transport="off"), accounts(account(host="localhost"))),
        engine=Engine.MYSQL,
    ),
    Case("settings unread", "gap", (accounts(),), gaps=(gap(Settings),), engine=Engine.MYSQL),
    Case("accounts unread", "gap", (variables(),), gaps=(gap(Accounts),), engine=Engine.MYSQL),
)
