"""Cases of `parameters/thread_cache_small`."""

from cases.case import Case, gap
from cases.mysql_facts import just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine, Flavour

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting thread_cache_size"

CASES = (
    Case(
        "a thread for most",
        "fires",
        (status({"threads_created": 80_000, "connections": 100_000}), variables()),
        (SUBJECT,),
        engine=MYSQL,
        statements=("SET PERSIST thread_cache_size = 64",),
    ),
    Case(
        "the thread pool",
        "silent",
        (status({"threads_created": 80_000, "connections": 100_000}), variables(thread_handling="pool-of-threads")),
        engine=MARIADB,
    ),
    Case(
        "Aurora",
        "silent",
        (status({"threads_created": 80_000, "connections": 100_000}), variables()),
        engine=MYSQL,
        flavour=Flavour.AURORA,
    ),
    Case("few", "silent", (status({"threads_created": 1000, "connections": 100_000}), variables()), engine=MYSQL),
    Case(
        "at the threshold",
        "threshold",
        (status({"threads_created": 43_200, "connections": 432_000}), variables()),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "below it",
        "threshold",
        (status({"threads_created": 43_200, "connections": 432_001}), variables()),
        engine=MYSQL,
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
