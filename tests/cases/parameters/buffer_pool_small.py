"""Cases of `parameters/buffer_pool_small`."""

from cases.case import Case, gap
from cases.mysql_facts import GB, host, just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting innodb_buffer_pool_size"

CASES = (
    Case(
        "misses on a machine of 8 GB",
        "fires",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 1e9,
                    "innodb_buffer_pool_reads": 20e6,
                    "innodb_buffer_pool_wait_free": 5,
                }
            ),
            variables(),
            host(),
        ),
        (SUBJECT,),
        engine=MYSQL,
        says=("2.0% of page requests",),
        statements=("SET PERSIST innodb_buffer_pool_size = 6442450944",),
        severity={SUBJECT: "medium"},
    ),
    Case(
        "MariaDB",
        "fires",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 1e9,
                    "innodb_buffer_pool_reads": 20e6,
                    "innodb_buffer_pool_wait_free": 5,
                }
            ),
            variables(),
            host(2 * GB),
        ),
        (SUBJECT,),
        engine=MARIADB,
        statements=("SET GLOBAL innodb_buffer_pool_size = 1073741824",),
    ),
    Case(
        "Aurora: the class decides",
        "fires",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 1e9,
                    "innodb_buffer_pool_reads": 20e6,
                    "innodb_buffer_pool_wait_free": 5,
                }
            ),
            variables(),
        ),
        (SUBJECT,),
        engine=MYSQL,
        flavour=Flavour.AURORA,
    ),
    Case(
        "rarely",
        "silent",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 1e9,
                    "innodb_buffer_pool_reads": 1e6,
                    "innodb_buffer_pool_wait_free": 5,
                }
            ),
            variables(),
        ),
        engine=MYSQL,
    ),
    Case(
        "hardly any reading",
        "silent",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 1e6,
                    "innodb_buffer_pool_reads": 5e5,
                    "innodb_buffer_pool_wait_free": 5,
                }
            ),
            variables(),
        ),
        engine=MYSQL,
    ),
    Case(
        "at the threshold",
        "threshold",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 8.64e8,
                    "innodb_buffer_pool_reads": 8.64e6,
                    "innodb_buffer_pool_wait_free": 0,
                }
            ),
            variables(),
        ),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "below it",
        "threshold",
        (
            status(
                {
                    "innodb_buffer_pool_read_requests": 8.64e8,
                    "innodb_buffer_pool_reads": 8.63e6,
                    "innodb_buffer_pool_wait_free": 0,
                }
            ),
            variables(),
        ),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
