"""Cases of `parameters/redo_log_small`."""

from cases.case import Case, gap
from cases.mysql_facts import MB, just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting innodb_redo_log_capacity"

CASES = (
    Case(
        "an hour does not fit",
        "fires",
        (status({"innodb_os_log_written": 24 * 500 * MB}), variables()),
        (SUBJECT,),
        engine=MYSQL,
        says=("500 MB an hour",),
        statements=("SET PERSIST innodb_redo_log_capacity = 536870912",),
    ),
    Case(
        "nearly full",
        "fires",
        (status({"innodb_os_log_written": 24 * 50 * MB}, innodb_redo_log_logical_size=90.0 * MB), variables()),
        (SUBJECT,),
        engine=MYSQL,
        severity={SUBJECT: "high"},
    ),
    Case(
        "MariaDB writes to one file",
        "fires",
        (
            status({"innodb_os_log_written": 24 * 500 * MB}),
            variables(innodb_redo_log_capacity=None, innodb_log_file_size=96 * MB),
        ),
        ("setting innodb_log_file_size",),
        engine=MARIADB,
        statements=("SET GLOBAL innodb_log_file_size = 536870912",),
    ),
    Case(
        "Aurora has none",
        "silent",
        (status({"innodb_os_log_written": 24 * 500 * MB}), variables()),
        engine=MYSQL,
        flavour=Flavour.AURORA,
    ),
    Case("room enough", "silent", (status({"innodb_os_log_written": 24 * 50 * MB}), variables()), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (status({"innodb_os_log_written": 24 * 100 * MB}), variables()),
        engine=MYSQL,
    ),
    Case(
        "above it",
        "threshold",
        (status({"innodb_os_log_written": 24 * 101 * MB}), variables()),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
