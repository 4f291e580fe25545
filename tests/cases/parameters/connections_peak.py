"""Cases of `parameters/connections_peak`."""

from cases.case import Case, gap
from cases.mysql_facts import host, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting max_connections"

CASES = (
    Case(
        "nearly all",
        "fires",
        (status(max_used_connections=145.0), variables(), host()),
        (SUBJECT,),
        engine=MYSQL,
        says=("145 of 151", "The memory allows"),
    ),
    Case(
        "clients were refused",
        "fires",
        (status({"connection_errors_max_connections": 5}, max_used_connections=151.0), variables()),
        (SUBJECT,),
        engine=MYSQL,
        severity={SUBJECT: "high"},
    ),
    Case("few", "silent", (status(max_used_connections=20.0), variables()), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (status(max_used_connections=85.0), variables(max_connections=100)),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case("below it", "threshold", (status(max_used_connections=84.0), variables(max_connections=100)), engine=MYSQL),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
)
