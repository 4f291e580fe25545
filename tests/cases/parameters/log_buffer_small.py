"""Cases of `parameters/log_buffer_small`."""

from cases.case import Case, gap
from cases.mysql_facts import just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting innodb_log_buffer_size"

CASES = (
    Case(
        "waits",
        "fires",
        (status({"innodb_log_waits": 40}), variables()),
        (SUBJECT,),
        engine=MYSQL,
        statements=("SET PERSIST innodb_log_buffer_size = 33554432",),
    ),
    Case(
        "MariaDB needs a restart", "fires", (status({"innodb_log_waits": 40}), variables()), (SUBJECT,), engine=MARIADB
    ),
    Case(
        "Aurora has none",
        "silent",
        (status({"innodb_log_waits": 40}), variables()),
        engine=MYSQL,
        flavour=Flavour.AURORA,
    ),
    Case("no waits", "silent", (status({"innodb_log_waits": 0}), variables()), engine=MYSQL),
    Case("at the threshold", "threshold", (status({"innodb_log_waits": 1}), variables()), (SUBJECT,), engine=MYSQL),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
