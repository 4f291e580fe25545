"""Cases of `locks/innodb_deadlocks`."""

from cases.case import Case, gap
from cases.mysql import status
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine

SUBJECT = "cluster shop"

CASES = (
    Case("some a day", "fires", (status({"lock_deadlocks": 7}),), (SUBJECT,), severity={SUBJECT: "medium"},
         says=("7 transactions",), engine=Engine.MYSQL),
    Case("many a day", "fires", (status({"lock_deadlocks": 100}),), (SUBJECT,), severity={SUBJECT: "high"}, engine=Engine.MARIADB),
    Case("none", "silent", (status({"lock_deadlocks": 0}),), engine=Engine.MYSQL),
    Case("not counted", "silent", (status(),), engine=Engine.MYSQL),
    Case("as many as asked for", "threshold", (status({"lock_deadlocks": 5}),), (SUBJECT,), overrides={"per_day": 5}, engine=Engine.MYSQL),
    Case("fewer than asked for", "threshold", (status({"lock_deadlocks": 4}),), overrides={"per_day": 5}, engine=Engine.MYSQL),
    Case("status unread", "gap", gaps=(gap(ServerStatus),), engine=Engine.MYSQL),
)  # fmt: skip
