"""Cases of `parameters/io_capacity_low`."""

from cases.case import Case, gap
from cases.mysql_facts import just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting innodb_io_capacity"

CASES = (
    Case(
        "waits for free pages",
        "fires",
        (status({"innodb_buffer_pool_wait_free": 50}), variables()),
        (SUBJECT,),
        engine=MYSQL,
        statements=("SET PERSIST innodb_io_capacity = 1000",),
    ),
    Case(
        "raised already",
        "silent",
        (status({"innodb_buffer_pool_wait_free": 50}), variables(innodb_io_capacity=1000)),
        engine=MYSQL,
    ),
    Case("nobody waits", "silent", (status({"innodb_buffer_pool_wait_free": 0}), variables()), engine=MYSQL),
    Case(
        "Aurora has none",
        "silent",
        (status({"innodb_buffer_pool_wait_free": 50}), variables()),
        engine=MYSQL,
        flavour=Flavour.AURORA,
    ),
    Case(
        "at the threshold",
        "threshold",
        (status({"innodb_buffer_pool_wait_free": 1}), variables()),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "above it",
        "threshold",
        (status({"innodb_buffer_pool_wait_free": 1}), variables(innodb_io_capacity=201)),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
