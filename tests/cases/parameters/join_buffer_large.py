"""Cases of `parameters/join_buffer_large`."""

from cases.case import Case, gap
from cases.mysql_facts import MB, just_started, status, variables
from tunewright_analyzers.facts.server_status import ServerStatus
from tunewright_analyzers.facts.snapshot import Engine

MYSQL, MARIADB = Engine.MYSQL, Engine.MARIADB
SUBJECT = "setting join_buffer_size"

CASES = (
    Case(
        "raised for all",
        "fires",
        (status({"select_full_join": 50000}), variables(join_buffer_size=64 * MB)),
        (SUBJECT,),
        engine=MYSQL,
        statements=("SET PERSIST join_buffer_size = 262144",),
    ),
    Case("the default", "silent", (status({"select_full_join": 50000}), variables()), engine=MYSQL),
    Case(
        "no such joins", "silent", (status({"select_full_join": 0}), variables(join_buffer_size=64 * MB)), engine=MYSQL
    ),
    Case(
        "at the threshold",
        "threshold",
        (status({"select_full_join": 1440}), variables(join_buffer_size=4 * MB)),
        (SUBJECT,),
        engine=MYSQL,
    ),
    Case(
        "below it", "threshold", (status({"select_full_join": 1439}), variables(join_buffer_size=4 * MB)), engine=MYSQL
    ),
    Case("no status", "gap", (variables(),), gaps=(gap(ServerStatus),), engine=MYSQL),
    Case("counted for a minute", "gap", (just_started(), variables()), engine=MYSQL),
)
