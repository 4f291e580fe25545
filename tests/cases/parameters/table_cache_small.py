"""Cases of `parameters/table_cache_small`."""

from cases.case import Case, gap
from cases.mysql_facts import just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting table_open_cache"

CASES = (
    Case(
        "many misses",
        "fires",
        (
            status({"table_open_cache_hits": 1e6, "table_open_cache_misses": 2e5, "table_open_cache_overflows": 1000}),
            variables(),
        ),
        (SUBJECT,),
        engine=MYSQL,
        statements=("SET PERSIST table_open_cache = 5000",),
    ),
    Case(
        "AWS computes it",
        "fires",
        (
            status({"table_open_cache_hits": 1e6, "table_open_cache_misses": 2e5, "table_open_cache_overflows": 1000}),
            variables(),
        ),
        (SUBJECT,),
        engine=MYSQL,
        flavour=Flavour.RDS,
    ),
    Case(
        "few",
        "silent",
        (
            status({"table_open_cache_hits": 1e8, "table_open_cache_misses": 2e5, "table_open_cache_overflows": 1000}),
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
                    "table_open_cache_hits": 1_641_600,
                    "table_open_cache_misses": 86_400,
                    "table_open_cache_overflows": 1000,
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
                    "table_open_cache_hits": 1_641_600,
                    "table_open_cache_misses": 86_399,
                    "table_open_cache_overflows": 1000,
                }
            ),
            variables(),
        ),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
