"""Cases of `parameters/memory_overcommitted`."""

from cases.case import Case, gap
from cases.mysql_facts import GB, MB, host, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting max_connections"

CASES = (
    Case(
        "sessions multiply",
        "fires",
        (status(max_used_connections=500.0), variables(sort_buffer_size=16 * MB), host()),
        (SUBJECT,),
        engine=MYSQL,
        says=("500 sessions",),
        severity={SUBJECT: "medium"},
    ),
    Case(
        "the pool alone is too large",
        "fires",
        (status(max_used_connections=5.0), variables(innodb_buffer_pool_size=9 * GB), host()),
        (SUBJECT,),
        engine=MYSQL,
        severity={SUBJECT: "high"},
    ),
    Case(
        "RDS tells its memory by the pool",
        "fires",
        (status(max_used_connections=4000.0), variables(innodb_buffer_pool_size=6 * GB, sort_buffer_size=MB)),
        (SUBJECT,),
        engine=MYSQL,
        flavour=Flavour.RDS,
    ),
    Case("within", "silent", (status(max_used_connections=20.0), variables(), host()), engine=MYSQL),
    Case("the memory is not known", "silent", (status(max_used_connections=5000.0), variables()), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (status(max_used_connections=20.0), variables(), host()),
        (SUBJECT,),
        engine=MYSQL,
        overrides={"ratio_max": 0.05},
    ),
    Case(
        "below it",
        "threshold",
        (status(max_used_connections=20.0), variables(), host()),
        engine=MYSQL,
        overrides={"ratio_max": 0.9},
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
)
