"""Cases of `maintenance/history_list_long`."""

from datetime import timedelta

from cases.case import NOW, Case, gap
from cases.mysql import status
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.sessions import Session, Sessions
from tunewright_analyzers.facts.snapshot import Engine

OPEN = Session(
    7,
    "shop",
    "report",
    "",
    None,
    "client backend",
    "idle in transaction",
    None,
    None,
    None,
    NOW - timedelta(hours=3),
    None,
    NOW,
    None,
    None,
)
IDLE, BUSY = Sessions(NOW, ()), Sessions(NOW, (OPEN,))
CASES = (
    Case(
        "behind a long transaction",
        "fires",
        (status(gauges={"trx_rseg_history_len": 250_000}), BUSY),
        ("server db1",),
        {"server db1": "medium"},
        says=("of report, is 10,800 s old",),
        engine=Engine.MYSQL,
    ),
    Case(
        "a million",
        "fires",
        (status(gauges={"trx_rseg_history_len": 1_000_000}), IDLE),
        ("server db1",),
        {"server db1": "high"},
        engine=Engine.MARIADB,
    ),
    Case("short", "silent", (status(gauges={"trx_rseg_history_len": 30}), BUSY), engine=Engine.MYSQL),
    Case("not told", "silent", (status(), BUSY), engine=Engine.MYSQL),
    Case("just below", "threshold", (status(gauges={"trx_rseg_history_len": 99_999}), BUSY), engine=Engine.MYSQL),
    Case("status unread", "gap", (IDLE,), gaps=(gap(ServerStatus),), engine=Engine.MYSQL),
    Case("sessions unread", "gap", (status(),), gaps=(gap(Sessions),), engine=Engine.MYSQL),
)
