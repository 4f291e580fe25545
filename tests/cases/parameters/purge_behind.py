"""Cases of `parameters/purge_behind`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cases.case import NOW, Case, gap
from cases.facts import session
from cases.mysql_facts import just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus, Value
from tunewright_analyzers.facts.sessions import Sessions
from tunewright_analyzers.facts.settings import Settings
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting innodb_purge_threads"
IDLE = Sessions(NOW, ())
FOUR = variables(innodb_purge_threads=4)


def history(length: float, grown: float | None) -> ServerStatus:
    """A list of that length that grew by so much over the day."""
    growths = () if grown is None else (Value("trx_rseg_history_len", grown),)
    return replace(status(trx_rseg_history_len=length), growths=growths)


def opened(**ago: Any) -> Sessions:
    """A session whose transaction began so long ago."""
    return Sessions(NOW, (session(transaction_start=NOW - timedelta(**ago)),))


CASES = (
    Case("it grows and nothing holds it", "fires", (history(900_000, 480_000), IDLE, FOUR), (SUBJECT,), severity={SUBJECT: "medium"},
         says=("20,000 entries an hour to 900,000",), engine=MYSQL, flavour=Flavour.RDS),
    Case("on MariaDB", "fires", (history(900_000, 480_000), opened(seconds=5), FOUR), (SUBJECT,), engine=MARIADB),
    Case("on Aurora, where the class limits it", "fires", (history(900_000, 480_000), IDLE, FOUR), (SUBJECT,), engine=MYSQL, flavour=Flavour.AURORA),
    Case("all threads there can be", "fires", (history(900_000, 480_000), IDLE, variables(innodb_purge_threads=32)), (SUBJECT,), engine=MYSQL),
    Case("a transaction holds it", "silent", (history(900_000, 480_000), opened(hours=2), FOUR), engine=MYSQL),
    Case("it shrinks", "silent", (history(900_000, -480_000), IDLE, FOUR), engine=MYSQL),
    Case("short", "silent", (history(3_000, 3_000), IDLE, FOUR), engine=MYSQL),
    Case("not told", "silent", (status(), IDLE, FOUR), engine=MYSQL),
    Case("at every threshold", "threshold", (history(100_000, 240_000), opened(seconds=299), FOUR), (SUBJECT,), engine=MYSQL),
    Case("just shorter", "threshold", (history(99_999, 240_000), IDLE, FOUR), engine=MYSQL),
    Case("just slower", "threshold", (history(100_000, 239_999), IDLE, FOUR), engine=MYSQL),
    Case("a transaction of five minutes", "threshold", (history(100_000, 240_000), opened(seconds=300), FOUR), engine=MYSQL),
    Case("one reading only", "gap", (history(900_000, None), IDLE, FOUR), engine=MYSQL),
    Case("counted for a minute", "gap", (replace(just_started(), gauges=(Value("trx_rseg_history_len", 9e5),)), IDLE, FOUR), engine=MYSQL),
    Case("status unread", "gap", (IDLE, FOUR), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("sessions unread", "gap", (history(900_000, 480_000), FOUR), gaps=(gap(Sessions),), engine=MYSQL),
    Case("settings unread", "gap", (history(900_000, 480_000), IDLE), gaps=(gap(Settings),), engine=MYSQL),
)  # fmt: skip
